package shape

import "bytes"

// fillers are words that occur in made-up values, and by accident in fewer than one of 2,000 random values of 30
// characters.
var fillers = [...]string{
	"test", "fake", "example", "your", "demo", "sample", "dummy", "mock", "placeholder", "changeme", "accesskey",
	"secret", "xxxx", "abcd", "qwer", "aliyun", "alibaba", "todo", "redacted", "keyid", "invalid", "notareal", "foobar",
	"replace", "insert", "nosuch", "nonexist",
}

// Random reports whether v looks like the output of a random generator: several classes of characters, many different
// ones, no word, no sequence. It accepts 99.9 % of random values of 12 characters and more.
func Random(v []byte) bool {
	return Mixed(v) && Varied(v) && !Repeats(v) && !HoldsFiller(v)
}

// shortValue is the length below which a value has too few characters to demand a share of each class: of the 12
// random characters of a short ID, one value in eight has no digit.
const shortValue = 20

// Mixed reports whether v has more than one class of characters and is not a camelCase name. Names hold few capitals;
// of random letters, about half are capitals.
func Mixed(v []byte) bool {
	lower, upper, digits := classes(v)
	few := min(lower, upper)
	switch {
	case digits == len(v), lower == len(v), upper == len(v):
		return false
	case len(v) < shortValue:
		return digits > 0 || few >= 2
	case digits == 0:
		return few*4 >= len(v)
	}
	return few >= 2 || few == 1 && digits >= 3
}

func classes(v []byte) (lower, upper, digits int) {
	for _, c := range v {
		switch {
		case IsLower(c):
			lower++
		case IsUpper(c):
			upper++
		case IsDigit(c):
			digits++
		}
	}
	return lower, upper, digits
}

// NearlyRandom reports whether a short value lacks only a second character of its rarer case to be Mixed, and is random
// otherwise. One random value in a thousand is like that, and many names are.
func NearlyRandom(v []byte) bool {
	lower, upper, _ := classes(v)
	return len(v) < shortValue && min(lower, upper) == 1 && Varied(v) && !Repeats(v) && !HoldsFiller(v)
}

// minWord is how many lower-case letters a word has, besides the capital that it may begin with: with fewer, random
// values would be full of words.
const minWord = 2

// Wordy reports whether v reads like a name in code: words, each of which may begin with a capital, cover nearly all of
// it. Values of 20 to 24 characters, the tails of long IDs, need a coverage of 80 %, because names of that length often
// end in a number; one random value of 20 characters in 150 reaches that. All others need 90 %, or 83 % with two
// long words: shorter random values reach 80 % too often, and in longer names more words make up for the digits.
func Wordy(v []byte) bool {
	const from, to = 20, 24
	n, long := covered(v)
	switch {
	case len(v) >= from && len(v) <= to:
		return n*10 >= len(v)*8
	case long >= 2: // ResourceAwsEc2InstanceSubnetId
		return n*6 >= len(v)*5
	}
	return n*10 >= len(v)*9
}

// Named reports whether a value is a name of words alone, each with a capital: StringFilterList.
func Named(v []byte) bool {
	n, long := covered(v)
	return n == len(v) && long > 0
}

// longWord is how many lower-case letters a word has that is hardly ever chance.
const longWord = 5

// covered counts the bytes of v that belong to words, and the long ones among the words.
func covered(v []byte) (n, long int) {
	for i := 0; i < len(v); {
		end := i
		if IsUpper(v[end]) {
			end++
		}
		lower := end
		for end < len(v) && IsLower(v[end]) {
			end++
		}
		if end-lower >= minWord {
			n += end - i
		}
		if end-lower >= longWord {
			long++
		}
		i = max(end, i+1)
	}
	return n, long
}

// Varied reports whether v has about as many different characters as chance gives a random value: half its length, and
// 15 are enough, because a long value runs out of new ones.
func Varied(v []byte) bool { return distinct(v)*2 >= min(len(v), 30) }

// MachineMade reports whether a value, which may be hexadecimal, looks machine-generated: it uses half of 16 digits, and
// contains no sequence that a person would type.
func MachineMade(v []byte) bool { return distinct(v) >= 8 && !HoldsRun(v, 8, 9) }

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

// Repeats reports whether v holds one character five times in a row, or six neighbors of the alphabet or of the digits
// in order. Fewer of either do occur in random values.
func Repeats(v []byte) bool { return HoldsRun(v, 5, 6) }

// HoldsRun reports whether v holds one character alike times in a row, or that many neighbors in order.
func HoldsRun(v []byte, alike, ordered int) bool {
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

// HoldsFiller reports whether v holds a word that people write into made-up values: in small letters, in capitals, or with
// one capital. In mixed letters it is chance.
func HoldsFiller(v []byte) bool {
	lower := bytes.ToLower(v)
	for _, word := range fillers {
		for at := 0; ; {
			i := bytes.Index(lower[at:], []byte(word))
			if i < 0 {
				break
			}
			if at += i; inOneCase(v[at : at+len(word)]) {
				return true
			}
			at++
		}
	}
	return false
}

// inOneCase reports whether a word is written as people write one.
func inOneCase(word []byte) bool {
	lower, upper, _ := classes(word)
	return upper == 0 || lower == 0 || upper == 1 && IsUpper(word[0])
}
