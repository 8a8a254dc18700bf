package scanner

import (
	"cmp"
	"maps"
	"runtime"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
	"github.com/akguard/akguard/verifier"
	"golang.org/x/sync/errgroup"
)

// group is one credential in the making: the occurrences of one ID, or of one secret without an ID.
type group struct {
	credential  rules.Credential
	scheme      *rules.Scheme  // of its parts; nil for a single value
	secrets     []rules.Secret // those near the ID, best first
	more        bool           // there are more, past the limit
	occurrences []occurrence
	suppression finding.Suppression
	verdict     verifier.Verdict
	// claimed says that there is more evidence for a secret than its name: an ID in the same folder.
	claimed  bool
	context  bool       // only the base of a change has it
	base     baseValues // nil if no change was scanned
	released bool       // the group is a secret that was taken from an ID after verification
	// print is the fingerprint of the credential when its type was printed.
	print   string
	printed rules.Type
}

// minCandidates is how many other secrets of an ID a finding lists at least.
const minCandidates = 5

// groupOccurrences is the third stage: it gathers the occurrences of each credential, of an ID or of a secret without one,
// and then gives lone IDs the secrets of their folders. The groups are in the order of their keys. What the base of a change
// has decides nothing about a credential of the change, but may be its other half.
func groupOccurrences(all []occurrence) []*group {
	sortOccurrences(all)
	changed, base := gather(all, false), gather(all, true)
	pairSiblings(changed)
	keys := map[string]bool{}
	for _, g := range changed {
		keys[g.occurrences[0].Key()] = true
	}
	base = slices.DeleteFunc(base, func(g *group) bool { return keys[g.occurrences[0].Key()] })
	if len(base) > 0 {
		pairSiblings(append(slices.Clone(changed), base...))
		base = slices.DeleteFunc(base, func(g *group) bool { return !g.claimed && len(g.secrets) == 0 })
	}
	out := append(changed, base...)
	slices.SortFunc(out, func(a, b *group) int { return cmp.Compare(a.occurrences[0].Key(), b.occurrences[0].Key()) })
	fingerprintAll(out)
	return out
}

// gather makes a group of the occurrences of each credential: those in the base of a change, or all others.
func gather(all []occurrence, base bool) []*group {
	byKey := map[string]*group{}
	for _, o := range all {
		if (o.role == roleBase) != base {
			continue
		}
		key := o.Key()
		if byKey[key] == nil {
			byKey[key] = &group{scheme: o.Scheme, context: base}
		}
		byKey[key].occurrences = append(byKey[key].occurrences, o)
	}
	out := make([]*group, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		byKey[key].decide()
		out = append(out, byKey[key])
	}
	return out
}

// fingerprintAll computes the fingerprints of all groups on all processors, because those of guessable values are slow.
func fingerprintAll(groups []*group) {
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(groups, fingerprintsAtOnce) {
		workers.Go(func() error {
			for _, g := range part {
				g.fingerprint()
			}
			return nil
		})
	}
	_ = workers.Wait()
}

// fingerprintsAtOnce is how many fingerprints one goroutine computes: enough to pay for it where they are fast, 30 ms of
// work where they are slow.
const fingerprintsAtOnce = 64

// fingerprint returns the fingerprint of the credential. It changes with the type: an ID loses its secret if they turn out
// not to belong together.
func (g *group) fingerprint() string {
	if g.print == "" || g.printed != g.credential.Type {
		g.print, g.printed = g.credential.Fingerprint(), g.credential.Type
	}
	return g.print
}

// sortOccurrences puts occurrences in an order that does not depend on how they were found. They are large, so pointers to
// them are sorted.
func sortOccurrences(list []occurrence) {
	sorted := make([]*occurrence, len(list))
	for i := range list {
		sorted[i] = &list[i]
	}
	slices.SortFunc(sorted, comparePositions)
	out := make([]occurrence, len(list))
	for i, o := range sorted {
		out[i] = *o
	}
	copy(list, out)
}

func comparePositions(a, b *occurrence) int {
	if c := finding.ComparePlaces(a.Place, b.Place); c != 0 {
		return c
	}
	if c := cmp.Or(
		cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Credential.Type, b.Credential.Type), cmp.Compare(a.Decoded, b.Decoded),
	); c != 0 {
		return c
	}
	return cmp.Compare(a.placesKey(), b.placesKey()) // it allocates
}

// decide decides what the credential is. Its secret is the one that most occurrences pair with the ID; its other parts are
// those of the occurrence with the most parts.
func (g *group) decide() {
	g.secrets = rank(g.occurrences)
	best := slices.MaxFunc(g.occurrences, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(g.seen(a), g.seen(b)), compareGeneric(b, a))
	})
	g.credential, g.scheme = best.Credential, best.Scheme
	g.more = slices.ContainsFunc(g.occurrences, func(o occurrence) bool { return o.More })
}

// compareGeneric orders the report of a specific rule before that of a generic one.
func compareGeneric(a, b occurrence) int {
	switch {
	case a.Generic == b.Generic:
		return 0
	case b.Generic:
		return -1
	}
	return 1
}

// votes is the evidence that a secret belongs to an ID.
type votes struct {
	paired int // occurrences that pair them
	near   int // occurrences where it is near the ID
	place  int // its best place among the candidates of an occurrence
}

// rank returns the secrets that are near an ID, each once, best first.
func rank(occurrences []occurrence) []rules.Secret {
	count := map[string]votes{}
	var out []rules.Secret
	for _, o := range occurrences {
		for i, s := range o.Secrets {
			v, ok := count[s.Reveal()]
			if !ok {
				out, v.place = append(out, s.Secret), i
			}
			if i == 0 {
				v.paired++
			}
			v.near, v.place = v.near+1, min(v.place, i)
			count[s.Reveal()] = v
		}
	}
	slices.SortFunc(out, func(a, b rules.Secret) int {
		x, y := count[a.Reveal()], count[b.Reveal()]
		return cmp.Or(
			cmp.Compare(y.paired, x.paired), cmp.Compare(y.near, x.near), cmp.Compare(x.place, y.place),
			cmp.Compare(a.Reveal(), b.Reveal()))
	})
	return out
}

// seen rates an occurrence by how many parts of the credential are there.
func (g *group) seen(o occurrence) int {
	n := 0
	if len(g.secrets) > 0 && same(o.Credential.Secret, g.secrets[0]) {
		n += 2
	}
	if !o.Credential.Token.IsZero() {
		n++
	}
	return n
}

func same(a, b rules.Secret) bool { return a.Reveal() == b.Reveal() }

// lone reports whether the group is a secret whose ID was not found.
func (g *group) lone() bool { return g.scheme != nil && g.credential.ID.IsZero() }

// paired reports whether the group is an ID with a secret that may be its own.
func (g *group) paired() bool {
	return g.scheme != nil && !g.credential.ID.IsZero() && !g.credential.Secret.IsZero()
}

// together reports whether the ID and its secret clearly belong together: somewhere they are placed as the parts of one
// credential are.
func (g *group) together() bool {
	if g.scheme.Temporary {
		return true
	}
	return slices.ContainsFunc(g.occurrences, func(o occurrence) bool {
		return o.Basis == pair.Together && len(o.Secrets) > 0 && same(o.Secrets[0].Secret, g.credential.Secret)
	})
}

// guessed reports whether the secret is only guessed to be the ID's, and STS has not confirmed it.
func (g *group) guessed() bool { return g.paired() && !g.together() && !works(g.verdict) }

// with returns the credential with another secret.
func (g *group) with(secret rules.Secret) rules.Credential {
	c := g.credential
	c.Secret = secret
	return c
}

// others returns the candidates: the secrets near the ID except its own, limit at most.
func (g *group) others(limit int) []rules.Secret {
	var out []rules.Secret
	for _, s := range g.secrets {
		if !same(s, g.credential.Secret) && len(out) < limit {
			out = append(out, s)
		}
	}
	return out
}

// places returns the occurrences as a report has them, first exposure first, and which parts of the credential each has.
func (g *group) places() []finding.Occurrence {
	out := make([]finding.Occurrence, 0, len(g.occurrences))
	for _, o := range g.occurrences {
		place := finding.Occurrence{
			Place: o.Place, Parts: finding.PartID, Line: o.Line, Column: o.Column, Decoded: o.Decoded, URLExpires: o.Expires,
		}
		i := slices.IndexFunc(o.Secrets, func(s match.Secret) bool { return same(s.Secret, g.credential.Secret) })
		switch {
		case o.Credential.ID.IsZero():
			place.Parts = finding.PartSecret
		case i >= 0:
			place.Parts, place.SecretLine = finding.PartBoth, o.Secrets[i].Line
		}
		out = append(out, place)
	}
	return finding.SortOccurrences(out) // several rules may match in the same place
}
