// Package presigned reads the presigned URLs of OSS: they contain an AccessKey ID and an expiry time.
package presigned

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// urlReach is how far from an ID its URL is read, in bytes. A URL may hold a security token, which is long.
const urlReach = 4 << 10

// urlRounds is how many layers of encoding are undone, for a URL that is a parameter of another URL.
const urlRounds = 3

// Expiry returns when the presigned OSS URL expires that contains content[start:end], an ID, and whether there is such a
// URL. It knows signatures of version 1 (Expires, OSSAccessKeyId) and 4 (x-oss-date, x-oss-expires, x-oss-credential), plain,
// percent-encoded, and with the escapes of HTML and JSON.
func Expiry(content []byte, start, end int) (time.Time, bool) {
	ends := func(r rune) bool { return r <= ' ' || strings.ContainsRune("\"'`<>", r) }
	before := content[max(0, start-urlReach):start]
	after := content[end:min(len(content), end+urlReach)]
	before = before[bytes.LastIndexFunc(before, ends)+1:]
	if i := bytes.IndexFunc(after, ends); i >= 0 {
		after = after[:i]
	}
	if len(before) == 0 || before[len(before)-1] != '=' && before[len(before)-1] != 'D' && before[len(before)-1] != 'd' {
		return time.Time{}, false // no equals sign, plain or as %3D, which is true of most IDs
	}
	return expiry(plainURL(before), plainURL(after))
}

// plainURL undoes the escapes that may hide the separators of a URL, one layer for each URL around it.
func plainURL(text []byte) string {
	s := string(text)
	for range urlRounds {
		plain := urlEscapes().Replace(s)
		if plain == s {
			break
		}
		s = plain
	}
	return s
}

func urlEscapes() *strings.Replacer {
	return strings.NewReplacer(
		"&amp;", "&", "&#38;", "&", "&#x26;", "&", `\u0026`, "&", `\u003d`, "=", `\u003D`, "=", "%25", "%", "%26", "&",
		"%3D", "=", "%3d", "=", "%3F", "?", "%3f", "?")
}

// expiry reads the expiry from the URL on both sides of an ID.
func expiry(before, after string) (time.Time, bool) {
	cut := strings.LastIndexAny(before, "?&")
	name := strings.ToLower(before[cut+1:])
	get := func(name string) string {
		for _, side := range []string{before[:max(0, cut)], after} {
			for _, pair := range strings.FieldsFunc(side, func(r rune) bool { return r == '?' || r == '&' }) {
				if key, value, ok := strings.Cut(pair, "="); ok && strings.EqualFold(key, name) {
					return value
				}
			}
		}
		return ""
	}
	switch name {
	case "ossaccesskeyid=":
		seconds, ok := leadingNumber(get("Expires"))
		return time.Unix(seconds, 0).UTC(), ok
	case "x-oss-credential=":
		value := get("x-oss-date")
		from, err := time.Parse("20060102T150405Z", value[:min(len(value), len("20060102T150405Z"))])
		seconds, ok := leadingNumber(get("x-oss-expires"))
		return from.Add(time.Duration(seconds) * time.Second), ok && err == nil && seconds <= maxURLLife
	}
	return time.Time{}, false
}

const (
	maxURLLife = 100 * 365 * 24 * 3600 // seconds; OSS allows seven days
	maxURLTime = 253402300799          // the last second of the year 9999
)

// leadingNumber reads the digits that a value begins with. Text after a URL may follow its last value directly.
func leadingNumber(value string) (int64, bool) {
	end := 0
	for end < len(value) && '0' <= value[end] && value[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(value[:end], 10, 64)
	return n, err == nil && n > 0 && n <= maxURLTime
}
