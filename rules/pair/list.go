package pair

import (
	"cmp"
	"slices"
)

// A list of IDs and a list of as many secrets directly after it, or before it, are paired by position. That is how the
// columns of a table, two YAML lists, and the old and new lines of a diff look.

const (
	inList    = 200 // the score of such a pair: more than any other, because a whole list agrees
	listLines = 3   // from one entry of a list to the next: a record of a few fields
	listBytes = 256 // the same where lines are long
	maxListed = 50  // entries; keeps the cost linear
)

// lists returns the pairs of all lists.
func (j *joiner) lists() []edge {
	var out []edge
	for i := 0; i < len(j.ids); {
		n := listed(j.ids[i:])
		first := j.secretAt(j.ids[i].Start)
		last := i + n - 1
		alone := n > 1 && first == j.secretAt(j.ids[last].Start)
		if alone && j.follow(last, first, n) {
			out = append(out, j.inOrder(i, first, n)...)
		}
		if alone && j.precede(i, first, n) {
			out = append(out, j.inOrder(i, first-n, n)...)
		}
		i += n
	}
	return out
}

// inOrder returns the pairs of two lists, unless names or lines speak against one of them.
func (j *joiner) inOrder(id, secret, n int) []edge {
	var out []edge
	for k := range n {
		a, b := j.ids[id+k], j.secrets[secret+k]
		if stems(a, b) == otherStem || lines(a.kind, b.kind) <= otherSide {
			return nil
		}
		out = append(out, edge{id: id + k, secret: secret + k, score: inList, listed: true})
	}
	return out
}

// precede reports whether a list of exactly n secrets ends where the list of n IDs begins that starts with the given one,
// and no secret follows that may as well belong to the IDs.
func (j *joiner) precede(id, end, n int) bool {
	first := end - n
	last := j.ids[id+n-1]
	switch {
	case first < 0 || listed(j.secrets[first:end]) != n || !near(j.secrets[end-1], j.ids[id]):
		return false
	case first > 0 && near(j.secrets[first-1], j.secrets[first]), end < len(j.secrets) && near(last, j.secrets[end]):
		return false
	case id > 0 && j.ids[id-1].Start > j.secrets[first].Start:
		return false
	}
	return true
}

// records returns the pairs of consecutive records that have the secret before the ID. By distance alone an ID could as
// well belong to the next secret; a secret at the beginning and an ID at the end decide.
func (j *joiner) records() []edge {
	var out []edge
	for s := 0; s < len(j.secrets); {
		id := j.idAt(j.secrets[s].Start)
		n := j.alternating(s, id)
		if n > 1 {
			for k := range n {
				out = append(out, edge{id: id + k, secret: s + k, score: inList})
			}
		}
		s += max(n, 1)
	}
	return out
}

// idAt returns the index of the first ID at or after pos.
func (j *joiner) idAt(pos int) int {
	i, _ := slices.BinarySearchFunc(j.ids, pos, func(p part, at int) int { return cmp.Compare(p.Start, at) })
	return i
}

// alternating returns how many pairs of a secret and an ID follow each other, starting with the given ones, if nothing
// else is near them and no ID is nearer to the next secret than to its own.
func (j *joiner) alternating(secret, id int) int {
	first := j.secrets[secret]
	if id > 0 && near(j.ids[id-1], first) || secret > 0 && near(j.secrets[secret-1], first) {
		return 0
	}
	n := 0
	for ; secret+n < len(j.secrets) && id+n < len(j.ids); n++ {
		s, i := j.secrets[secret+n], j.ids[id+n]
		if s.Confidence != first.Confidence || j.secretAt(i.Start) != secret+n+1 || j.idAt(s.Start) != id+n || !near(s, i) {
			return 0
		}
		if secret+n+1 == len(j.secrets) || !near(i, j.secrets[secret+n+1]) {
			n++
			break
		}
		if next := j.secrets[secret+n+1]; next.line-i.line < i.line-s.line {
			return 0
		}
	}
	if id+n < len(j.ids) && n > 0 && near(j.ids[id+n-1], j.ids[id+n]) {
		return 0
	}
	return n
}

// listed returns how many parts, from the first on, form a list.
func listed(parts []part) int {
	n := 1
	for n < min(len(parts), maxListed) && near(parts[n-1], parts[n]) {
		n++
	}
	return n
}

func near(a, b part) bool { return b.line-a.line <= listLines && b.Start-a.End <= listBytes }

// follow reports whether a list of n secrets begins with the given one and directly follows the list of IDs that ends with
// the given one. Either all of the secrets have key names or none has.
func (j *joiner) follow(id, first, n int) bool {
	end := len(j.secrets)
	if id+1 < len(j.ids) {
		end = j.secretAt(j.ids[id+1].Start)
	}
	if first == end || listed(j.secrets[first:end]) != n || !near(j.ids[id], j.secrets[first]) {
		return false
	}
	for _, s := range j.secrets[first+1 : first+n] {
		if s.named() != j.secrets[first+n-1].named() || s.named() && !j.secrets[first].named() { // the first one may have the name of the list
			return false
		}
	}
	return true
}
