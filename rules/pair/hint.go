package pair

import (
	"bytes"
	"slices"
	"strings"
)

// hintReach is how far before a value its name is looked for, in bytes.
const hintReach = 64

// never is the hint of what another thing's name stands beside.
const never = -60

// hint says how likely it is that a value is an AccessKey secret, going by its name: sk is, traceId and jwtSecret are not.
// It is added to a score.
func (j *joiner) hint(s part) int {
	before := j.content[max(0, s.Start-hintReach):s.Start]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	name := bytes.TrimRight(before, " \t\"'`\\:=>(@")
	if len(name) == len(before) {
		return 0
	}
	last := bytes.LastIndexFunc(name, func(r rune) bool { return !isNameRune(r) })
	plain := strings.NewReplacer("_", "", "-", "", ".", "").Replace(string(bytes.ToLower(name[last+1:])))
	if holdsAny(plain, "trace", "etag", "salt", "nonce", "requestid", "csrf", "md5", "hash", "session", "jwt") {
		return never
	}
	if holdsAny(plain, "token", "sign", "crypt", "aes", "ticket", "openid") {
		return -20
	}
	for _, end := range []string{"sk", "accesskey", "sectrt", "password", "pwd"} {
		if strings.HasSuffix(plain, end) {
			return 30
		}
	}
	if strings.HasSuffix(plain, "key") {
		return 10
	}
	return 0
}

func holdsAny(name string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
}

func isNameRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.'
}

// How far behind an ID the name of its secret is looked for, in bytes and in lines.
const (
	slotReach = 256
	slotLines = 3
)

// elsewhere reports whether the secret of the i-th ID stands somewhere else: shortly behind the ID its name does, with a
// variable or a placeholder. Then only a secret with a telling name may be the ID's.
func (j *joiner) elsewhere(i int) bool {
	id := j.ids[i]
	limit := min(len(j.content), id.End+slotReach)
	if i+1 < len(j.ids) {
		limit = min(limit, j.ids[i+1].Start)
	}
	behind := j.content[id.End:limit]
	at := indexSecret(behind)
	if at < 0 || bytes.Count(behind[:at], []byte{'\n'}) > slotLines {
		return false
	}
	name := bytes.TrimLeft(behind[at:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.0123456789")
	given := bytes.TrimLeft(name, "\"'`)] \t")
	value := bytes.TrimLeft(given, ":=> \t\"'`")
	if len(value) == len(given) || !startsVariable(value) {
		return false
	}
	from := limit - len(name)
	next := j.secretAt(from)
	return next == len(j.secrets) || bytes.IndexByte(j.content[from:j.secrets[next].Start], '\n') >= 0
}

func indexSecret(text []byte) int {
	at := bytes.Index(text, []byte("ecret"))
	if upper := bytes.Index(text, []byte("ECRET")); at < 0 || upper >= 0 && upper < at {
		return upper
	}
	return at
}

// startsVariable reports whether a value begins like what is filled in when a program runs, or by a person.
func startsVariable(value []byte) bool {
	for _, prefix := range []string{"$", "{{", "<", "**", "process.env", "import.meta", "os.", "System.getenv", "env(", "getenv(", "ENV[", "ENC(", "%"} {
		if bytes.HasPrefix(value, []byte(prefix)) {
			return true
		}
	}
	return false
}
