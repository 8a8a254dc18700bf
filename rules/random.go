package rules

import (
	"bytes"
	"strings"
)

// fillers are words that stand in made-up values and that a random value of 30 characters holds by accident
// less than once in 2,000.
var fillers = [...]string{
	"test", "fake", "example", "your", "demo", "sample", "dummy", "mock", "placeholder", "changeme", "accesskey",
	"secret", "xxxx", "abcd", "qwer", "aliyun", "alibaba", "todo", "redacted", "keyid", "invalid", "notareal", "foobar",
	"replace", "insert", "nosuch", "nonexist",
}

// random reports whether v looks like the output of a random generator: mixed, varied, no word, no sequence.
// It keeps 99.9 % of truly random values of 12 characters and more.
func random(v []byte) bool {
	return mixed(v) && varied(v) && !repeats(v) && !holdsFiller(v)
}

// mixed reports whether v has more than one class of characters, and is not a camelCase name: those hold few
// capitals, and random letters about half.
func mixed(v []byte) bool {
	var lower, upper, digits int
	for _, c := range v {
		switch {
		case isLower(c):
			lower++
		case isUpper(c):
			upper++
		case isDigit(c):
			digits++
		}
	}
	few := min(lower, upper)
	switch {
	case digits == len(v), lower == len(v), upper == len(v):
		return false
	case len(v) < 20:
		return digits > 0 || few >= 2
	case digits == 0:
		return few*4 >= len(v)
	}
	return few >= 2 || few == 1 && digits >= 3
}

// nearlyMixed reports whether a short value lacks no more than a second character of its rarer case to be mixed. It occurs once in
// a thousand random ones, and much more often in names.
func nearlyMixed(v []byte) bool {
	lower, upper := 0, 0
	for _, c := range v {
		if isLower(c) {
			lower++
		} else if isUpper(c) {
			upper++
		}
	}
	return len(v) < 20 && min(lower, upper) == 1 && varied(v) && !repeats(v) && !holdsFiller(v)
}

// wordy reports whether v reads like a name in code: nearly all of it is words of three letters and more, each of which may
// begin with a capital. One random value of 20 characters in 150 does too.
func wordy(v []byte) bool {
	covered := 0
	for i := 0; i < len(v); {
		end := i
		if isUpper(v[end]) {
			end++
		}
		lower := end
		for end < len(v) && isLower(v[end]) {
			end++
		}
		if end-lower >= 2 {
			covered += end - i
		}
		i = max(end, i+1)
	}
	if len(v) < 20 || len(v) > maxIDLen {
		return covered*10 >= len(v)*9
	}
	return covered*10 >= len(v)*8
}

// varied reports whether v uses about as many different characters as chance would give it.
func varied(v []byte) bool { return distinct(v)*2 >= min(len(v), 30) }

// distinct counts the different characters of v.
func distinct(v []byte) int {
	var seen [256]bool
	n := 0
	for _, c := range v {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// repeats reports whether v holds a character five times in a row, or six neighbours of the alphabet or of the
// digits in order.
func repeats(v []byte) bool { return runs(v, 5, 6) }

// runs reports whether v holds a character that often in a row, or so many neighbours in order.
func runs(v []byte, alike, ordered int) bool {
	same, up, down := 1, 1, 1
	for i := 1; i < len(v); i++ {
		step := int(v[i]) - int(v[i-1])
		same, up, down = extend(same, step == 0), extend(up, step == 1), extend(down, step == -1)
		if same >= alike || up >= ordered || down >= ordered {
			return true
		}
	}
	return false
}

func extend(run int, more bool) int {
	if more {
		return run + 1
	}
	return 1
}

func holdsFiller(v []byte) bool {
	lower := string(bytes.ToLower(v))
	for _, word := range fillers {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
