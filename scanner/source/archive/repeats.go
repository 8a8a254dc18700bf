package archive

import (
	"hash/maphash"
	"sync"

	"github.com/akguard/akguard/scanner"
)

// repeats remembers the members of zips and the contents of gzip files in which nothing was found. A history has many versions of an
// archive: most members of a zip do not change from one to the next, and a gzip file that is built again often differs only in the
// time in its header. A member is identified by its packed bytes and by its name without folders.
type repeats struct {
	next  scanner.Screener
	seeds [2]maphash.Seed // new in each scan, so that nobody can make members with the same hashes

	mu    sync.Mutex
	costs map[memberKey]cost
}

// memberKey identifies a member. 128 bits of its packed bytes are enough.
type memberKey struct {
	claims
	packed [2]uint64
	name   uint64
	depth  int // which may be too large
}

// claims are what an archive says about a member.
type claims struct {
	in   kind
	sum  uint32
	size uint64
}

// cost is what reading a member takes from the budget and adds to the summary.
type cost struct {
	members int
	bytes   int64
	tally   scanner.Tally
}

const (
	maxRepeats = 1 << 15 // members, some 5 MB
	minRepeat  = 512     // packed bytes
)

func newRepeats(next scanner.Screener) *repeats {
	return &repeats{next: next, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, costs: map[memberKey]cost{}}
}

// key returns the key of a member.
func (r *repeats) key(c claims, packed []byte, p *piece) memberKey {
	k := memberKey{claims: c, depth: p.depth, name: maphash.String(r.seeds[0], lastName(p.place))}
	for i, seed := range r.seeds {
		k.packed[i] = maphash.Bytes(seed, packed)
	}
	return k
}

func (r *repeats) find(k memberKey) (c cost, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok = r.costs[k]
	return c, ok
}

func (r *repeats) add(k memberKey, c cost) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.costs) < maxRepeats {
		r.costs[k] = c
	}
}

// once calls open to scan a member with these packed bytes, unless nothing was found in the same member before.
func (o *opening) once(claim claims, packed []byte, p *piece, open func() (within bool, err error)) (bool, error) {
	r := o.repeats
	if r == nil || len(packed) < minRepeat {
		return open()
	}
	key := r.key(claim, packed, p)
	if c, ok := r.find(key); ok && o.budget.members+c.members <= o.opts.MaxMembers && c.bytes <= o.opts.MaxBytes-o.budget.bytes {
		o.budget.members += c.members
		o.budget.bytes += c.bytes
		r.next.Remembered(c.tally)
		scanner.AccountOf(o.ctx).Add(c.tally)
		return true, nil
	}
	outer, before, problems := o.ctx, o.budget, o.problems
	var account scanner.Account
	o.ctx = account.Within(outer)
	within, err := open()
	o.ctx = outer
	scanner.AccountOf(outer).Merge(&account)
	if within && err == nil && o.problems == problems && !o.budget.spent && !account.Noted.Load() && !account.Unsure.Load() {
		r.add(key, cost{o.budget.members - before.members, o.budget.bytes - before.bytes, account.Tally()})
	}
	return within, err
}
