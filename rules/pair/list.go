package pair

// What is listed apart is paired by its place: as many secrets as there are IDs, one behind the other, directly behind
// as many IDs, as in the columns of a table, in two YAML lists, or in the old and new lines of a diff.

const (
	inList    = 200 // the score of such a pair: more than any other
	listLines = 3   // from one of a list to the next
	listBytes = 256 // the same
	maxListed = 50
)

// lists returns the pairs of all lists.
func (j *joiner) lists() []edge {
	var out []edge
	for i := 0; i < len(j.ids); {
		n := listed(j.ids[i:])
		first := j.secretAt(j.ids[i].Start)
		if last := i + n - 1; n > 1 && first == j.secretAt(j.ids[last].Start) && j.follow(last, first, n) {
			for k := range n {
				out = append(out, edge{id: i + k, secret: first + k, score: inList})
			}
		}
		i += n
	}
	return out
}

// listed returns how many parts stand in a list, the first being one.
func listed(parts []part) int {
	n := 1
	for n < min(len(parts), maxListed) && near(parts[n-1], parts[n]) {
		n++
	}
	return n
}

func near(a, b part) bool { return b.line-a.line <= listLines && b.Start-a.End <= listBytes }

// follow reports whether a list of n secrets, of which all have names or none has, begins with the given one and
// belongs to a list of IDs that ends with the given one.
func (j *joiner) follow(id, first, n int) bool {
	end := len(j.secrets)
	if id+1 < len(j.ids) {
		end = j.secretAt(j.ids[id+1].Start)
	}
	if first == end || listed(j.secrets[first:end]) != n || !near(j.ids[id], j.secrets[first]) {
		return false
	}
	for _, s := range j.secrets[first+1 : first+n] {
		if s.Named != j.secrets[first+n-1].Named || s.Named && !j.secrets[first].Named { // the first may have that of the list
			return false
		}
	}
	return true
}
