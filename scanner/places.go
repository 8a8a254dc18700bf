package scanner

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
)

// places keeps the occurrences of each credential, in bounded memory. Past the budget it keeps fewer places of the
// credentials with the most of them, and never fewer than one: a key in a thousand versions of a file must not displace
// another key. Which places are kept does not depend on the order in which they come.
type places struct {
	budget int // occurrences in all
	most   int // occurrences of one credential
	total  int
	byKey  map[string]*kept
	cut    map[string]bool // the credentials that have more places than were kept
}

// kept holds the first occurrences of one credential. It is a heap with the last of them on top once it is full.
type kept struct {
	list []occurrence
	full bool
}

func newPlaces(budget int) *places {
	return &places{budget: budget, most: budget, byKey: map[string]*kept{}, cut: map[string]bool{}}
}

// placesKey identifies a credential by all of its parts: an ID beside another secret may be another credential.
func (o *occurrence) placesKey() string {
	return o.Credential.ID.Reveal() + "\x00" + o.Credential.Secret.Reveal()
}

// compareExposure orders occurrences by date, those without one last, then by place.
func compareExposure(a, b *occurrence) int {
	if c := compareDates(a, b); c != 0 {
		return c
	}
	return cmp.Or(
		finding.ComparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Decoded, b.Decoded), cmp.Compare(a.Credential.Type, b.Credential.Type))
}

func compareDates(a, b *occurrence) int {
	if a.Date.IsZero() != b.Date.IsZero() {
		if a.Date.IsZero() {
			return 1
		}
		return -1
	}
	return a.Date.Compare(b.Date)
}

func (p *places) add(o occurrence) {
	key := o.placesKey()
	k := p.byKey[key]
	if k == nil {
		k = &kept{}
		p.byKey[key] = k
	}
	if len(k.list) >= p.most {
		p.cut[key] = true
		k.replace(o)
		return
	}
	k.list = append(k.list, o)
	p.total++
	for p.total > p.budget && p.most > 1 {
		p.lower()
	}
}

// lower keeps an eighth fewer places of each credential. The steps are always the same ones, so that the last one depends
// only on how many places each credential has.
func (p *places) lower() {
	p.most = max(1, p.most*7/8)
	for key, k := range p.byKey {
		if more := len(k.list) - p.most; more > 0 {
			k.shrink(p.most)
			p.total -= more
			p.cut[key] = true
		}
	}
}

// shrink keeps the first n occurrences.
func (k *kept) shrink(n int) {
	k.fill()
	clear(k.list[:len(k.list)-n]) // let go of what they refer to
	k.list = slices.Clone(k.list[len(k.list)-n:])
}

// fill makes the list a heap: sorted, the last occurrence first.
func (k *kept) fill() {
	slices.SortFunc(k.list, func(a, b occurrence) int { return compareExposure(&b, &a) })
	k.full = true
}

// replace puts an occurrence in the place of the last one, if it comes before that.
func (k *kept) replace(o occurrence) {
	if !k.full {
		k.fill()
	}
	if compareExposure(&o, &k.list[0]) >= 0 {
		return
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(k.list) {
			break
		}
		if right := child + 1; right < len(k.list) && compareExposure(&k.list[right], &k.list[child]) > 0 {
			child = right
		}
		if compareExposure(&k.list[child], &o) <= 0 {
			break
		}
		k.list[i] = k.list[child]
		i = child
	}
	k.list[i] = o
}

// take returns what was kept, in no particular order, and forgets it.
func (p *places) take() []occurrence {
	out := make([]occurrence, 0, p.total)
	for _, k := range p.byKey {
		out = append(out, k.list...)
	}
	p.byKey, p.total = map[string]*kept{}, 0
	return out
}

// reportCut reports, for each credential with places that were not kept, the file of the first of those that were.
func (c *collector) reportCut(list []occurrence, cut map[string]bool, most int) {
	if len(cut) == 0 {
		return
	}
	first := map[string]*occurrence{}
	for i := range list {
		o := &list[i]
		if key := o.placesKey(); cut[key] && (first[key] == nil || compareExposure(o, first[key]) < 0) {
			first[key] = o
		}
	}
	for _, o := range first {
		c.Skip(finding.Skip{Path: placeName(o.Place), Reason: reason.New("scan.too-many-places", most)})
	}
}
