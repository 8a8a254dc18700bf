package pair

import (
	"bytes"
	"slices"
	"strings"
)

// The hints. A value that another thing's name is beside is an AccessKey secret only if nothing better is near, and a
// good name lifts an unnamed value (60) almost to a named one (100).
const (
	never    = -60 // the name is that of something else: trace, salt, jwt
	unlikely = -20 // it may be anything secret: token, ticket
	possible = 10  // some key
	likely   = 30  // a common short name of an AccessKey secret: sk, accessKey, password
)

// hintOf rates a value by its key name: sk may be an AccessKey secret, traceId and jwtSecret are not. It is added to the
// score.
func hintOf(name []byte) int {
	plain := plainName(name)
	if holdsAny(plain, "trace", "etag", "salt", "nonce", "requestid", "csrf", "md5", "hash", "session", "jwt") {
		return never
	}
	if holdsAny(plain, "token", "sign", "crypt", "aes", "ticket", "openid") {
		return unlikely
	}
	for _, end := range []string{"sk", "accesskey", "sectrt", "password", "pwd"} {
		if strings.HasSuffix(plain, end) {
			return likely
		}
	}
	if strings.HasSuffix(plain, "key") {
		return possible
	}
	return 0
}

// plainName returns a name in lower case, without the separators of its words.
func plainName(name []byte) string {
	plain := make([]byte, 0, len(name))
	for _, c := range name {
		if c != '_' && c != '-' && c != '.' {
			plain = append(plain, c)
		}
	}
	return string(bytes.ToLower(plain))
}

func holdsAny(name string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
}

func isNameRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' || r == '.'
}

// How far after an ID the name of its secret is looked for, in bytes and in lines.
const (
	slotReach = 256 // as in a list: the fields of one record
	slotLines = 3
)

// elsewhere reports whether the secret of the i-th ID is kept elsewhere: shortly after the ID, the secret's name is given a
// variable or a placeholder. Then only a certain secret may be the ID's.
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

// startsVariable reports whether a value begins like one that is filled in later, by a program or by a person.
func startsVariable(value []byte) bool {
	for _, prefix := range []string{"$", "{{", "<", "**", "process.env", "import.meta", "os.", "System.getenv", "env(", "getenv(", "ENV[", "ENC(", "%"} {
		if bytes.HasPrefix(value, []byte(prefix)) {
			return true
		}
	}
	return false
}
