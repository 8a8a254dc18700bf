package pair

import (
	"bytes"
	"slices"
	"strings"
)

// What names have in common decides where distance does not: OSS_ACCESS_KEY_ID belongs to OSS_ACCESS_KEY_SECRET, wherever
// SMS_ACCESS_KEY_SECRET is. The stem of a name is what is left without the words that say which part a value is.

// The scores of stems, added to that of a pair.
const (
	byName    = 300 // the only ID and the only secret with a stem: more than any list
	sameStem  = 25
	otherStem = -40 // each is named for something, and not for the same: worth 13 lines
	moreStem  = -10 // only the ID is
	foreign   = -30 // only the secret is: it may be that of something else
)

// nameOf returns the name before a value on its line, in its own case; nil if there is none. A name such as value or default
// says nothing: then it is the name of the entry around it.
func nameOf(content []byte, start int) []byte {
	before := content[max(0, start-nameReach):start]
	line := lastLine(before)
	named := bytes.TrimRight(line, nameGap)
	if len(named) == len(line) {
		return nil // the value follows what is before it without a sign between
	}
	name := lastName(named)
	if !slices.Contains(genericNames[:], strings.ToLower(string(name))) {
		return name
	}
	for range maxEntryLines {
		before = bytes.TrimRight(before[:len(before)-len(line)], " \t\r\n{")
		line = lastLine(before)
		if around := lastName(bytes.TrimRight(line, nameGap)); around != nil && !bytes.ContainsAny(line, ".!?") {
			return around
		}
	}
	return nil
}

func lastLine(text []byte) []byte { return text[bytes.LastIndexByte(text, '\n')+1:] }

// lastName returns the identifier at the end of a text; nil if there is none.
func lastName(text []byte) []byte {
	name := text[bytes.LastIndexFunc(text, func(r rune) bool { return !isNameRune(r) })+1:]
	if len(name) == 0 {
		return nil
	}
	return name
}

const (
	nameReach     = 160                  // bytes before a value, the lines of an entry included
	maxEntryLines = 3                    // lines before a value that may have the name of its entry
	nameGap       = " \t\"'`\\:=>({$@：＝" // between a name and its value
)

// genericNames are those of fields that hold the value of an entry.
var genericNames = [...]string{"value", "default", "val", "data", "content"}

// partWords say which part of a credential a value is.
var partWords = map[string]bool{
	"access": true, "key": true, "id": true, "secret": true, "ak": true, "sk": true, "keyid": true, "accesskey": true, "accesskeyid": true,
	"accesskeysecret": true, "accessid": true, "secretkey": true, "accesssecret": true, "keysecret": true, "secretid": true, "aksecret": true, "akid": true,
	"sectrt": true, "password": true, "pwd": true, "name": true, "value": true, "my": true, "the": true,
}

// partEnds are those that are glued to other words in names of one case.
var partEnds = []string{"accesskeysecret", "accesskeyid", "accesssecret", "accesskey", "accessid", "secretkey", "keysecret", "keyid", "secret"}

// stemOf returns what a name says besides which part its value is, in lower case: oss for ossAccessKeyId.
func stemOf(name []byte) string {
	var b strings.Builder
	for _, word := range wordsOf(name) {
		for _, end := range partEnds {
			word = strings.TrimPrefix(strings.TrimSuffix(word, end), end)
		}
		if !partWords[word] {
			b.WriteString(word)
		}
	}
	return b.String()
}

// wordsOf divides a name at separators, where a capital follows a small letter, and between letters and digits.
func wordsOf(name []byte) []string {
	var words []string
	from := 0
	cut := func(to int) {
		if to > from {
			words = append(words, strings.ToLower(string(name[from:to])))
		}
	}
	for i, c := range name {
		switch {
		case c == '_' || c == '-' || c == '.':
			cut(i)
			from = i + 1
		case i > from && 'A' <= c && c <= 'Z' && 'a' <= name[i-1] && name[i-1] <= 'z', i > from && isDigit(c) != isDigit(name[i-1]):
			cut(i)
			from = i
		}
	}
	cut(len(name))
	return words
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// readNames reads what the names of all parts say.
func (j *joiner) readNames() {
	for _, list := range [][]part{j.ids, j.secrets} {
		for i := range list {
			name := nameOf(j.content, list[i].Start)
			list[i].hasName, list[i].stem, list[i].hint = name != nil, stemOf(name), hintOf(name)
		}
	}
}

// byNames returns the pairs of an ID and a secret that alone have a stem, near each other.
func (j *joiner) byNames() []edge {
	ids, secrets := j.alone(j.ids), j.alone(j.secrets)
	var out []edge
	for i, id := range j.ids {
		s, ok := secrets[id.stem]
		if id.stem == "" || ids[id.stem] < 0 || !ok || s < 0 {
			continue
		}
		lines := max(j.secrets[s].line-id.line, id.line-j.secrets[s].line)
		if lines <= namedLines && j.secrets[s].Start < id.End+windowAfter && j.secrets[s].Start > id.Start-windowBefore {
			out = append(out, edge{id: i, secret: s, score: byName, byName: true})
		}
	}
	return out
}

// alone returns the only part with each stem, or -1 if several values have it.
func (j *joiner) alone(parts []part) map[string]int {
	out := map[string]int{}
	for i, p := range parts {
		if p.stem == "" {
			continue
		}
		if other, ok := out[p.stem]; ok && (other < 0 || !j.same(parts[other], p)) {
			out[p.stem] = -1
		} else if !ok {
			out[p.stem] = i
		}
	}
	return out
}

// stems scores what the names of an ID and a secret have in common.
func stems(id, s part) int {
	switch {
	case !id.hasName || !s.hasName, id.stem == "" && s.stem == "":
		return 0
	case id.stem == s.stem:
		return sameStem
	case s.stem == "":
		return moreStem
	case id.stem == "":
		return foreign
	case strings.HasPrefix(id.stem, s.stem), strings.HasPrefix(s.stem, id.stem), strings.HasSuffix(id.stem, s.stem), strings.HasSuffix(s.stem, id.stem):
		return 0
	}
	return otherStem
}
