package sweep

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/source/remote"
)

// Part is one git repository of a job: that of the code, or that of the wiki.
type Part struct {
	Name string // owner/name; that of a wiki ends in .wiki
	URL  string // to fetch from; it has no credential
	Web  string // for browsers; "" if it is not known
	Wiki bool
	Gist bool
	Read Read // what earlier scans have read of it
	// Base is what scans have read of the repository that this one was forked from.
	Base  Read
	Lost  Asking     // when to ask the forge which commits have lost their refs
	Heads []LostHead // those that an earlier scan has heard of, and not read
	// Owners is what an earlier scan has read of the code owners, without their text.
	Owners CodeOwners
}

// Asking says when a scan asks the forge which commits have lost their refs.
type Asking int

// The values of Asking.
const (
	AskNever     Asking = iota // the forge knows nothing, or need not be asked
	AskUnchanged               // if the refs are as they were: something else was pushed
	AskAlways
)

// Read is what a scan has read of a part: all that its refs reached.
type Read struct {
	Digest string // of the names and IDs of its refs, hex; "" if it was not read
	Refs   int
	// Branches is how many of Tips are of branches.
	Branches int
	// Tips are the IDs of the refs, each once, 20 bytes each: branches first, then tags, then the others.
	Tips []byte
	// Missing says that there was no such repository.
	Missing bool
}

// maxTips is how many tips are remembered. A repository with more sends what the others reach again.
const maxTips = 100_000

const idSize = 20 // bytes of a SHA-1 ID

// newRead describes the refs of a part.
func newRead(refs map[string]object.ID) Read {
	names := slices.SortedFunc(maps.Keys(refs), func(a, b string) int {
		return cmp.Or(cmp.Compare(kindOf(a), kindOf(b)), cmp.Compare(a, b))
	})
	r, h, seen := Read{Refs: len(refs)}, sha256.New(), map[object.ID]bool{}
	for _, name := range names {
		id := refs[name]
		fmt.Fprintf(h, "%s %s\n", id, name)
		if !seen[id] && len(r.Tips) < maxTips*idSize {
			r.Tips = append(r.Tips, id[:idSize]...)
			if kindOf(name) == 0 {
				r.Branches++
			}
		}
		seen[id] = true
	}
	r.Digest = hex.EncodeToString(h.Sum(nil))
	return r
}

// kindOf orders refs by how much of a repository they are likely to reach.
func kindOf(name string) int {
	for i, prefix := range []string{"refs/heads/", "refs/tags/"} {
		if strings.HasPrefix(name, prefix) {
			return i
		}
	}
	return 2
}

// ids returns the tips.
func (r Read) ids() []object.ID {
	var out []object.ID
	for tip := range slices.Chunk(r.Tips, idSize) {
		var id object.ID
		copy(id[:], tip)
		out = append(out, id)
	}
	return out
}

// LostHead is a commit that lost its ref.
type LostHead struct {
	Commit string // hex
	finding.Lost
}

// part is the source of a Part.
type part struct {
	*remote.Source
	Part
	session Session
	heads   []LostHead
	asked   bool                // the forge was asked for heads
	now     Read                // what the refs of the server are
	lost    map[string]LostHead // by the ref that it is kept under
	changed bool
	rewrite *rewrite // nil unless signs of a rewritten branch are looked for
}

// lostRef begins the refs under which lost commits are kept while they are scanned.
const lostRef = "refs/akguard/lost/"

func newPart(p Part, o Options, s Session) *part {
	out := &part{Part: p, session: s, lost: map[string]LostHead{}}
	out.Source = remote.New(remote.Options{
		URL: p.URL, Renew: s.Token, Limits: o.limits(), Temp: o.Temp, MaxPack: o.Limits.Pack, MaxRefs: o.Limits.Refs, Choose: out.choose, Commit: func(content []byte) { out.rewrite.commit(content) },
	})
	return out
}

// Scan implements scanner.Source. A wiki that was announced need not exist.
func (p *part) Scan(ctx context.Context, sink scanner.Sink) error {
	err := p.Source.Scan(ctx, sink)
	if p.Wiki && remote.NotFound(err) {
		return nil
	}
	return err
}

// choose asks for what was added since the last scan.
func (p *part) choose(ctx context.Context, refs map[string]object.ID) (remote.Choice, error) {
	p.now = newRead(refs)
	same := p.now.Digest == p.Read.Digest
	if p.Part.Lost == AskAlways || same && p.Part.Lost == AskUnchanged {
		if err := p.findLost(ctx); err != nil {
			return remote.Choice{}, err
		}
	}
	c := remote.Choice{Known: append(p.Read.ids(), p.Base.ids()...), Lost: map[object.ID]string{}}
	read := map[object.ID]bool{}
	for _, id := range p.Read.ids() {
		read[id] = true
	}
	for _, h := range append(slices.Clone(p.Part.Heads), p.heads...) {
		id, ok := object.SHA1.ParseID(h.Commit)
		if !ok || c.Lost[id] != "" || read[id] {
			continue
		}
		name := fmt.Sprint(lostRef, len(c.Lost))
		c.Lost[id], p.lost[name] = name, h
	}
	if same && len(c.Lost) == 0 {
		return remote.Choice{Nothing: true}, nil
	}
	if p.changed = true; !p.asked && !same {
		p.rewrite = newRewrite(p.Read, p.now)
	}
	return c, nil
}

// findLost asks the forge for lost heads, once: a fetch without one that is not served any more chooses again.
func (p *part) findLost(ctx context.Context) (err error) {
	if !p.asked {
		p.heads, err = p.session.Lost(ctx)
		p.asked = err == nil
	}
	return err
}

// read returns what the scan has read.
func (p *part) read() Read {
	if p.Refs() == nil {
		return Read{Missing: true}
	}
	return p.now
}

// Locate implements scanner.Locator. It says of each place which repository it is in, and how its commit was lost.
func (p *part) Locate(ctx context.Context, matched []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	found, err := p.Source.Locate(ctx, matched, sink)
	for i, places := range found {
		for j := range places {
			found[i][j] = p.originOf(places[j])
		}
	}
	return found, err
}

// originOf names the repository of a place. A commit that only a lost head reaches has no refs.
func (p *part) originOf(place finding.Place) finding.Place {
	place.Origin.Repository = p.Name
	var kept []string
	var lost finding.Lost
	for _, ref := range place.Refs {
		head, ok := p.lost[ref]
		if !ok {
			kept = append(kept, ref)
		} else if lost.IsZero() || head.At.Before(lost.At) {
			lost = head.Lost
		}
	}
	if len(kept) < len(place.Refs) && len(kept)+place.MoreRefs == 0 {
		place.Origin.Lost, place.Reachable = lost, false
	}
	place.Refs = kept
	return place
}

// gone returns the lost heads that the server does not serve any more. Nobody can read them.
func (p *part) gone() []LostHead {
	var out []LostHead
	for _, id := range p.Unserved() {
		for _, h := range p.lost {
			if h.Commit == id.String() {
				out = append(out, h)
			}
		}
	}
	slices.SortFunc(out, func(a, b LostHead) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Commit, b.Commit)) })
	return out
}
