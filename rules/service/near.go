package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
)

// nearby is how far from the name of its service a value is looked for, in bytes: a few lines of a configuration file.
const nearby = 400

// near returns what finds a value around the name of its service: a prefix, and what end says ends the value, or 0 if
// there is no value. The value after the name wins over one before it.
func near(prefix string, end func(content []byte, at int) int) func([]byte, int) (rules.Match, bool) {
	start := []byte(prefix)
	return func(content []byte, at int) (rules.Match, bool) {
		if m, ok := first(start, end, content, at); ok {
			return m, true
		}
		return first(start, end, content, max(0, at-nearby))
	}
}

// first returns the first value that starts within reach of an offset.
func first(prefix []byte, end func(content []byte, at int) int, content []byte, from int) (rules.Match, bool) {
	to := min(len(content), from+nearby)
	for from < to {
		i := bytes.Index(content[from:to], prefix)
		if i < 0 {
			break
		}
		start := from + i
		value := start
		if prefix[len(prefix)-1] == '=' { // the name of a parameter, which is no part of the value
			value = start + len(prefix)
		}
		stop := end(content, start)
		if stop > 0 && shape.StartsValue(content, start) && shape.MachineMade(content[start+len(prefix):stop]) {
			return rules.Match{Start: value, End: stop}, true
		}
		from = start + 1
	}
	return rules.Match{}, false
}

// alnums returns the end of exactly n letters and digits at an offset, or 0.
func alnums(content []byte, at, n int) int {
	if end := shape.RunEnd(content, at, n+1); end-at == n {
		return end
	}
	return 0
}

// hexes returns the end of exactly n hexadecimal digits at an offset, or 0.
func hexes(content []byte, at, n int) int {
	end := alnums(content, at, n)
	for i := at; i < end; i++ {
		if !shape.IsHex(content[i]) {
			return 0
		}
	}
	return end
}
