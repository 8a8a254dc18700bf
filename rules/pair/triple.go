package pair

import (
	"bytes"

	"github.com/akguard/akguard/rules"
)

// triples joins the IDs of temporary credentials with their secrets and tokens.
func (j *joiner) triples() {
	for i, id := range j.ids {
		token := j.nearest(rules.KindToken, i, rules.Match{})
		secret := j.nearest(rules.KindSecret, i, token)
		j.joined = append(j.joined, Joined{ID: id.Match, Secret: secret, Token: token, Credential: rules.Credential{
			Type: j.scheme.Type, ID: j.value(id.Match), Secret: j.value(secret), Token: j.value(token),
		}})
	}
}

// nearest returns the match of a kind that belongs to the i-th ID and is not within another match: the nearest one between
// the IDs before and after it. Where there is one on both sides and another ID follows, the side is that on which the last
// ID has its own.
func (j *joiner) nearest(kind rules.Kind, i int, other rules.Match) rules.Match {
	id := j.ids[i].Match
	from, to, following := j.bounds(i)
	before, behind := j.around(kind, id, from, to, other)
	switch {
	case before.End == 0:
		return behind
	case behind.End == 0:
		return before
	case following && j.behindLast(kind):
		return behind
	case following:
		return before
	case from > 0 && j.another(i, -1) >= 0:
		return behind // the one before may be the other ID's
	case gap(id, before) < gap(id, behind):
		return before
	}
	return behind
}

// bounds returns the offsets between which the parts of the i-th ID are looked for, and whether another ID follows there.
func (j *joiner) bounds(i int) (from, to int, following bool) {
	id := j.ids[i]
	from, to = max(0, id.Start-windowBefore), min(len(j.content), id.End+windowAfter)
	if k := j.another(i, -1); k >= 0 {
		from = max(from, j.ids[k].End)
	}
	if k := j.another(i, 1); k >= 0 && j.ids[k].Start < to {
		to, following = j.ids[k].Start, true
	}
	return from, to, following
}

// another returns the index of the next ID in a direction that is not a copy of the i-th, or -1.
func (j *joiner) another(i, step int) int {
	id := j.ids[i]
	for k := i + step; k >= 0 && k < len(j.ids); k += step {
		other := j.ids[k]
		if max(id.Start-other.End, other.Start-id.End) > windowAfter {
			break
		}
		if !bytes.Equal(j.content[other.Start:other.End], j.content[id.Start:id.End]) {
			return k
		}
	}
	return -1
}

// around returns the nearest match on each side of an ID.
func (j *joiner) around(kind rules.Kind, id rules.Match, from, to int, other rules.Match) (before, behind rules.Match) {
	for _, m := range j.near(kind, from, to) {
		switch within := m.Start >= other.Start && m.End <= other.End; {
		case within, m.Start == id.Start:
		case m.Start < id.Start:
			before = m
		case behind.End == 0:
			behind = m
		}
	}
	return before, behind
}

// behindLast reports whether a match of a kind follows the last ID.
func (j *joiner) behindLast(kind rules.Kind) bool {
	last := j.ids[len(j.ids)-1]
	return len(j.near(kind, last.End, min(len(j.content), last.End+windowAfter))) > 0
}

// gap is the distance between two matches in bytes. It counts double for a match before the ID.
func gap(id, m rules.Match) int {
	if m.Start >= id.End {
		return m.Start - id.End
	}
	return 2 * (id.Start - m.End)
}
