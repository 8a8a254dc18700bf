package command

import "slices"

// maxTypos is how many letters a name may be away from what was typed.
const maxTypos = 2

// nearest returns the names that are nearest to what was typed, if they are near: a letter too many, too few or wrong, or two
// letters exchanged. Short names must be nearer than long ones.
func nearest(typed string, names []string) []string {
	best, found := min(maxTypos, len(typed)/3), []string(nil)
	for _, name := range names {
		switch d := distance(typed, name); {
		case d > best || slices.Contains(found, name):
		case d < best:
			best, found = d, []string{name}
		default:
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// distance is the number of single changes between two texts, where exchanging two neighbours is one.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
