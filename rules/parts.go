package rules

import "bytes"

// idPart finds long-term IDs: LTAI and 12 or 20 characters. Other lengths between occur where an ID was typed over or
// made up, and in random text; what reads like words is most often a name. Those count only with a secret.
func idPart() Part {
	return Part{
		Kind: KindID, Literals: []string{longTermPrefix}, Reach: armourReach + 64, Hidden: true,
		Find: func(content []byte, at int) (Match, bool) {
			end := runEnd(content, at, maxIDLen+1)
			odd := end-at != minIDLen && end-at != maxIDLen
			tail := content[at+min(end-at, len(longTermPrefix)) : end]
			return Match{Start: at, End: end, Weak: odd || wordy(tail) || !mixed(tail)}, whyNoID(content, at, end) == ""
		},
		Why: whyNoID,
	}
}

// whyNoID says why the letters and digits behind the prefix of long-term IDs are none; "" if they are one.
func whyNoID(content []byte, at, end int) string {
	switch n := end - at; {
	case n < minIDLen:
		return "it is shorter than any ID"
	case n > maxIDLen:
		return "it is longer than any ID"
	}
	return whyNoValue(content, at, end, len(longTermPrefix))
}

// whyNoValue says why a value of the right length, of which the first bytes are its prefix, is none.
func whyNoValue(content []byte, start, end, prefix int) string {
	switch {
	case !startsValue(content, start):
		return "it is the end of something longer"
	case !ends(content, start, end):
		return "it is masked, cut, or the beginning of something longer"
	case !random(content[start+prefix:end]) && !(prefix == len(longTermPrefix) && nearlyMixed(content[start+prefix:end])):
		return "it looks made up: a word, a sequence, or too few different characters"
	case inArmour(content, start, end) || inRun(content, start, end):
		return "it is a piece of base64 text"
	}
	return ""
}

// legacyIDPart finds IDs of before 2016, which are 16 characters without a prefix: behind a key name or in a call that
// takes one.
func legacyIDPart() Part {
	return Part{
		Kind: KindID, Reach: 2 * nameReach, Find: findLegacyID,
		Literals: []string{
			"ccessKey", "ccess_key", "CCESS_KEY", "ccess-key", "ccesskey",
			"oss2.Auth(", "AcsClient(", "etProfile(", "oss.New(", "SSClient(", "ssClient(", "OssAPI(", "ODPS(",
		},
	}
}

func findLegacyID(content []byte, at int) (Match, bool) {
	_, nameEnd := keyName(content, at)
	end := nameEnd
	limit := min(len(content), end+nameReach)
	for range 8 { // the name of a region may stand before, or an address
		start, stop := nextRun(content, end, limit)
		if start >= limit || bytes.Count(content[at:start], []byte{'\n'}) > 1 {
			break
		}
		if stop-start == minIDLen && bounded(content, start, stop) && startsQuoted(content, start) && random(content[start:stop]) {
			return Match{Kind: KindID, Start: start, End: stop, Weak: true}, true
		}
		end = stop
	}
	return legacyBefore(content, at, nameEnd)
}

// legacyBefore finds an ID of before 2016 on one of the two lines before a key name that has a secret: of an access ID the
// secret may be called access key.
func legacyBefore(content []byte, at, nameEnd int) (Match, bool) {
	first, stop := nextRun(content, nameEnd, min(len(content), nameEnd+nameReach))
	if first == stop || !isSecret(content, first, stop) {
		return Match{}, false
	}
	from := max(0, at-nameReach)
	var last Match
	for next := from; next < at; {
		start, end := nextRun(content, next, at)
		if start >= at {
			break
		}
		named := names(bytes.ToLower(content[max(from, bytes.LastIndexByte(content[:start], '\n')):start]), "id", "key")
		if named && end-start == minIDLen && bounded(content, start, end) && startsQuoted(content, start) && random(content[start:end]) {
			last = Match{Kind: KindID, Start: start, End: end, Weak: true}
		}
		next = end
	}
	return last, last.End > 0 && bytes.Count(content[last.End:at], []byte{'\n'}) <= 2
}

// startsQuoted reports whether a value is a string, or what follows a colon or an equals sign: not a name in the code.
func startsQuoted(content []byte, start int) bool {
	before := bytes.TrimRight(content[max(0, start-4):start], " \t")
	return len(before) > 0 && bytes.IndexByte([]byte("\"'`:=>"), before[len(before)-1]) >= 0
}

// armourReach is more than two lines of base64 are long.
const armourReach = 200

// inRun reports whether a value stands between slashes in a long run of base64 text.
func inRun(content []byte, start, end int) bool {
	if start < 2 || content[start-1] != '/' || end+1 >= len(content) || content[end] != '/' {
		return false
	}
	n := 0
	for at := start - 1; at >= 0 && n < armourReach/2 && isBase64(content[at]); at-- {
		n++
	}
	for at := end; at < len(content) && at-end < armourReach/2 && isBase64(content[at]); at++ {
		n++
	}
	return n >= armourReach/2
}

func isBase64(c byte) bool { return isAlnum(c) || c == '+' || c == '/' || c == '=' }

// inArmour reports whether a value is a piece of base64 text: on a line of nothing else, next to a line of the same that
// is long or, where the value is padded, not short.
func inArmour(content []byte, start, end int) bool {
	from, to := start, end
	for from > 0 && start-from < armourReach/2 && isBase64(content[from-1]) {
		from--
	}
	for to < len(content) && to-end < armourReach/2 && isBase64(content[to]) {
		to++
	}
	if from > 0 && content[from-1] != '\n' || to < len(content) && content[to] != '\n' && content[to] != '\r' {
		return false
	}
	line := 60
	if content[to-1] == '=' {
		line = minIDLen
	}
	before := bytes.TrimRight(content[max(0, from-armourReach/2):from], "\r\n")
	after := bytes.TrimLeft(content[to:min(len(content), to+armourReach/2)], "\r\n")
	n, m := 0, 0
	for n < len(before) && isBase64(before[len(before)-1-n]) {
		n++
	}
	for m < len(after) && isBase64(after[m]) {
		m++
	}
	return n >= line || m >= line
}

// stsIDPart finds the IDs of temporary credentials.
func stsIDPart() Part {
	return Part{
		Kind: KindSTSID, Literals: []string{stsPrefix}, Reach: armourReach + 64, Hidden: true,
		Find: func(content []byte, at int) (Match, bool) {
			end := runEnd(content, at+len(stsPrefix), maxSTSTail+1)
			return Match{Start: at, End: end}, whyNoSTSID(content, at, end) == ""
		},
		Why: whyNoSTSID,
	}
}

// whyNoSTSID is whyNoID for temporary credentials.
func whyNoSTSID(content []byte, at, end int) string {
	switch tail := end - at - len(stsPrefix); {
	case tail < minSTSTail:
		return "it is shorter than any ID"
	case tail > maxSTSTail:
		return "it is longer than any ID"
	}
	return whyNoValue(content, at, end, len(stsPrefix))
}

// How far a secret may stand from the end of its key name, in bytes.
const nameReach = 96

// namedSecretPart finds secrets beside a key name that holds the word secret.
func namedSecretPart() Part {
	return Part{Kind: KindSecret, Literals: []string{"ecret", "ECRET"}, Reach: 256, Find: findNamedSecret, WhyNear: whyNoSecret}
}

// maxBare is how long a content is that may be one secret and nothing else.
const maxBare = 40

// Bare reports whether a content is one secret and nothing else, as in a file of a secrets directory, and where it
// stands. Only the file's name, or an ID in the next file, tells whether it is one.
func Bare(content []byte) (Match, bool) {
	if len(content) > maxBare {
		return Match{}, false
	}
	value := bytes.TrimSpace(content)
	start := bytes.Index(content, value)
	m := Match{Kind: KindSecret, Start: start, End: start + len(value)}
	return m, runEnd(value, 0, maxBare) == len(value) && isSecret(content, m.Start, m.End)
}

func findNamedSecret(content []byte, at int) (Match, bool) {
	name, end := keyName(content, at)
	limit := min(len(content), end+nameReach)
	for from := end; ; {
		start, stop := nextRun(content, from, limit)
		if start >= limit || bytes.Count(content[end:start], []byte{'\n'}) > 1 {
			return Match{}, false // the value stands on the name's line or on the next
		}
		if isSecret(content, start, stop) {
			if ofAnother(content, end, start) {
				return Match{}, false
			}
			return Match{Kind: KindSecret, Start: start, End: stop, Named: true, Telling: telling(name) || weaklyTelling(name) && ofVendor(content, at)}, true
		}
		if names(content[start:stop], "ecret", "ECRET") {
			return Match{}, false // another name begins: what follows is its value
		}
		from = stop
	}
}

// ofAnother reports whether the value at start, which stands on the line behind that of the key name that ends at end, has
// a name of its own there, and the key name has something else, or is itself a value: accessKeySecret: ${SECRET}, and etag: the value.
func ofAnother(content []byte, end, start int) bool {
	given, line, found := bytes.Cut(content[end:start], []byte{'\n'})
	given = bytes.TrimRight(given, " \t\r")
	if opens := len(given) > 0 && !bytes.ContainsFunc(given, func(r rune) bool { return r == '$' || r < 0x80 && isAlnum(byte(r)) }); !found || opens {
		return false
	}
	name := bytes.TrimRight(line, " \t\"'`\\:=>")
	if len(name) == len(line) || !bytes.ContainsAny(line[len(name):], ":=") {
		return false
	}
	last := bytes.LastIndexFunc(name, func(r rune) bool { return r >= 0x80 || !isNameByte(byte(r)) })
	plain, _ := keyName(name, last+1)
	return plain != "" && !names([]byte(plain), "value", "default", "data", "content", "string", "val", "text")
}

// weaklyTelling reports whether a key name tells that a cloud's secret is meant, but not whose.
func weaklyTelling(name string) bool {
	return names([]byte(name), "secretkey", "accesssecret", "secretaccesskey", "keysecret")
}

// vendorReach is how far before a key name Alibaba Cloud's is looked for, in bytes.
const vendorReach = 160

// ofVendor reports whether Alibaba Cloud, or one of its hosts, is named shortly before an offset.
func ofVendor(content []byte, at int) bool {
	return names(bytes.ToLower(content[max(0, at-vendorReach):at]), "aliyun", "alibaba", "alicloud", "alioss")
}

// keyName returns the identifier around offset at, lower-cased and without separators, and where it ends.
func keyName(content []byte, at int) (string, int) {
	start, end := at, at
	for start > 0 && at-start < 48 && isNameByte(content[start-1]) {
		start--
	}
	for end < len(content) && end-at < 48 && isNameByte(content[end]) {
		end++
	}
	plain := bytes.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, bytes.ToLower(content[start:end]))
	return string(plain), end
}

func isNameByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

// telling reports whether a key name that holds "secret" is one that Alibaba Cloud's own tools use.
func telling(name string) bool {
	return names([]byte(name), "accesskeysecret", "aliyun", "alibaba", "alicloud", "aliuid", "alioss", "alisecret", "ossaccess", "osssecret", "aksecret")
}

func names(text []byte, words ...string) bool {
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			return true
		}
	}
	return false
}

func bounded(content []byte, start, end int) bool {
	return startsValue(content, start) && ends(content, start, end)
}

func isSecret(content []byte, start, end int) bool {
	return end-start == secretLen && bounded(content, start, end) && !inBase64(content, start, end) &&
		random(content[start:end]) && !wordy(content[start:end])
}

// inBase64 reports whether the run is a piece of longer base64 text: padded, or between slashes with more of it.
func inBase64(content []byte, start, end int) bool {
	padded := end < len(content) && content[end] == '='
	slashed := start > 1 && content[start-1] == '/' && isAlnum(content[start-2]) &&
		end+1 < len(content) && content[end] == '/' && isAlnum(content[end+1])
	return padded || slashed
}

// Near returns the values of kind that stand in content[from:to] and look right without any name beside them.
// Only pairing asks for it, around an ID.
func Near(kind Kind, content []byte, from, to int) []Match {
	var found []Match
	for from < to {
		start, end := nextRun(content, from, to)
		if start >= to {
			break
		}
		if kind == KindToken && bytes.HasPrefix(content[start:end], []byte(tokenPrefix)) {
			end = tokenEnd(content, start)
		}
		if looksLike(kind, content, start, end) {
			found = append(found, Match{Kind: kind, Start: start, End: end})
		}
		from = end
	}
	return found
}

func looksLike(kind Kind, content []byte, start, end int) bool {
	n := end - start
	switch kind {
	case KindSecret:
		return isSecret(content, start, end)
	case KindSTSSecret:
		return n >= minSTSSecretLen && n <= maxSTSSecretLen && bounded(content, start, end) && random(content[start:end])
	case KindToken:
		return n >= minTokenLen && n <= maxTokenLen && bytes.HasPrefix(content[start:end], []byte(tokenPrefix))
	}
	return false
}

// tokenEnd returns the end of the base64 text, percent-encoded or not, that starts at start.
func tokenEnd(content []byte, start int) int {
	end := start
	for end < len(content) && end-start <= maxTokenLen {
		if c := content[end]; !isAlnum(c) && bytes.IndexByte([]byte("+/=_-%"), c) < 0 {
			break
		}
		end++
	}
	return end
}

// nextRun returns the next alphanumeric run in content[from:to], without an escape's letters at its beginning.
// The run may end behind to; without one, start is to.
func nextRun(content []byte, from, to int) (start, end int) {
	for from < to && !isAlnum(content[from]) {
		from++
	}
	if from >= to {
		return to, to
	}
	end = runEnd(content, from, len(content))
	for start = from; start < min(end, from+8); start++ {
		if start > 0 && isAlnum(content[start-1]) && endsEscape(content[max(0, start-12):start]) {
			return start, end
		}
	}
	return from, end
}
