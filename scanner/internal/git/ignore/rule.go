package ignore

import (
	"regexp"
	"strings"
)

// rule is one line of an ignore file. It follows git's dir.c and wildmatch.c to the byte: a pattern that matched more
// would hide a file from the scan, and so would a negated one that matched less.
type rule struct {
	folder   string // it applies to paths below this folder, which ends in a slash; "" is the root
	negated  bool   // "!": it re-includes what others ignore
	dirsOnly bool   // "/" at the end: it matches folders only
	anyDepth bool   // no other slash: it matches the last element of a path, in any folder

	// A path matches if it begins with head and the rest matches rest. Most patterns need no regular expression: if rest
	// is nil, nothing may follow head or, with star set, only something that ends in tail and has no slash.
	head string
	star bool
	tail string
	rest *regexp.Regexp
}

const globSpecial = `*?[\`

// parseRule parses a line. ok is false for a line that matches nothing.
func parseRule(line, folder string) (r rule, ok bool) {
	pattern := trimSpaces(line)
	r.folder = folder
	pattern, r.negated = strings.CutPrefix(pattern, "!")
	pattern, r.dirsOnly = strings.CutSuffix(pattern, "/")
	r.anyDepth = !strings.Contains(pattern, "/")
	pattern = strings.TrimPrefix(pattern, "/")
	n := strings.IndexAny(pattern, globSpecial)
	if n < 0 {
		r.head = pattern
		return r, pattern != ""
	}
	r.head = pattern[:n]
	if tail := pattern[n+1:]; pattern[n] == '*' && !strings.ContainsAny(tail, globSpecial+"/") {
		r.star, r.tail = true, tail
		return r, true
	}
	expr, ok := globExpr(pattern[n:])
	if !ok {
		return r, false
	}
	var err error
	r.rest, err = regexp.Compile(expr)
	return r, err == nil
}

// trimSpaces drops trailing spaces that are not escaped with a backslash.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = min(i+1, len(line))
	}
	return line[:end]
}

// matches reports whether the rule matches a path whose last element is base.
func (r *rule) matches(path, base string, isDir bool) bool {
	text, below := strings.CutPrefix(path, r.folder)
	if !below || r.dirsOnly && !isDir {
		return false
	}
	if r.anyDepth {
		text = base
	}
	text, ok := strings.CutPrefix(text, r.head)
	switch {
	case !ok:
		return false
	case r.rest != nil:
		return r.rest.MatchString(latin1(text))
	case r.star:
		text, ok = strings.CutSuffix(text, r.tail)
		return ok && !strings.Contains(text, "/")
	}
	return text == ""
}

// globExpr translates a pattern into a regular expression over Latin-1, where every byte is one character. ok is false
// for an invalid pattern, which git never matches.
func globExpr(p string) (expr string, ok bool) {
	var b strings.Builder
	b.WriteString(`^(?s:`)
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '*':
			stars, n := starsExpr(p, i)
			b.WriteString(stars)
			i += n - 1
		case '?':
			b.WriteString(`[^/]`)
		case '[':
			set, n := parseSet(p[i+1:])
			if n == 0 {
				return "", false
			}
			b.WriteString(set.expr())
			i += n
		case '\\':
			if i++; i == len(p) {
				return "", false
			}
			fallthrough
		default:
			b.WriteString(regexp.QuoteMeta(latin1(p[i : i+1])))
		}
	}
	b.WriteString(`)$`)
	return b.String(), true
}

// starsExpr translates the stars at an offset of a pattern, and returns how many bytes of the pattern they take. Two
// stars that make up a whole path element match any number of elements.
func starsExpr(p string, at int) (expr string, n int) {
	end := at
	for end < len(p) && p[end] == '*' {
		end++
	}
	element := (at == 0 || p[at-1] == '/') && (end == len(p) || p[end] == '/' || strings.HasPrefix(p[end:], `\/`))
	switch {
	case end-at < 2 || !element:
		return `[^/]*`, end - at
	case end < len(p) && p[end] == '/':
		return `(?:.*/)?`, end - at + 1
	}
	return `.*`, end - at
}

// byteSet is a set of bytes.
type byteSet [256]bool

func (s *byteSet) add(from, to byte) {
	for c := int(from); c <= int(to); c++ {
		s[c] = true
	}
}

// expr returns the set as a regular expression.
func (s *byteSet) expr() string {
	var b strings.Builder
	b.WriteString(`[`)
	for c, in := range s {
		if in {
			const hex = "0123456789abcdef"
			b.WriteString(`\x` + hex[c>>4:c>>4+1] + hex[c&15:c&15+1])
		}
	}
	if b.Len() == 1 {
		return `[^\x00-\x{10ffff}]`
	}
	return b.String() + `]`
}

// parseSet parses what follows a "[". n is its length in bytes, or 0 if the set is not closed.
func parseSet(p string) (s byteSet, n int) {
	i := 0
	negated := len(p) > 0 && (p[0] == '!' || p[0] == '^')
	if negated {
		i++
	}
	last := byte(0) // the byte that a range may begin with; 0 after a range or a class
	for first := i; ; {
		switch {
		case i >= len(p):
			return s, 0
		case p[i] == ']' && i > first:
			return s.finish(negated), i + 1
		case p[i] == '-' && last != 0 && i+1 < len(p) && p[i+1] != ']':
			to, n := setByte(p[i+1:])
			if n == 0 {
				return s, 0
			}
			s.add(last, to)
			last, i = 0, i+1+n
			continue
		case strings.HasPrefix(p[i:], "[:"):
			n, known := s.addClass(p[i+2:])
			if !known {
				return s, 0
			}
			if n > 0 {
				last, i = 0, i+2+n
				continue
			}
		}
		c, n := setByte(p[i:])
		if n == 0 {
			return s, 0
		}
		s.add(c, c)
		last, i = c, i+n
	}
}

// finish returns the bytes that match, given those that are listed. A slash never matches.
func (s byteSet) finish(negated bool) byteSet {
	if negated {
		for c := range s {
			s[c] = !s[c]
		}
	}
	s['/'] = false
	return s
}

// setByte parses one byte of a set, which may be escaped with a backslash.
func setByte(p string) (c byte, n int) {
	switch {
	case p[0] != '\\':
		return p[0], 1
	case len(p) > 1:
		return p[1], 2
	}
	return 0, 0
}

// setClasses holds the named classes as pairs of bytes, the first and last of each range.
var setClasses = map[string]string{
	"alnum": "09AZaz", "alpha": "AZaz", "blank": "  \t\t", "cntrl": "\x00\x1f\x7f\x7f", "digit": "09", "graph": "!~", "lower": "az",
	"print": " ~", "punct": "!/:@[`{~", "space": "\t\r  ", "upper": "AZ", "xdigit": "09AFaf",
}

// addClass adds the class whose name p begins with. n is the length of the name in bytes, or 0 if there is no name: then
// the "[" before it is an ordinary character. An unknown class makes the pattern invalid, as in git.
func (s *byteSet) addClass(p string) (n int, known bool) {
	end := strings.IndexByte(p, ']')
	if end < 0 {
		return 0, false
	}
	name, isName := strings.CutSuffix(p[:end], ":")
	if !isName {
		return 0, true
	}
	pairs, known := setClasses[name]
	for i := 0; i < len(pairs); i += 2 {
		s.add(pairs[i], pairs[i+1])
	}
	return end + 1, known
}

// latin1 turns every byte into one character.
func latin1(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			runes := make([]rune, len(s))
			for j := range runes {
				runes[j] = rune(s[j])
			}
			return string(runes)
		}
	}
	return s
}
