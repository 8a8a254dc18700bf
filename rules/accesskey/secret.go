package accesskey

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/internal/shape"
)

// secretDetector finds secrets beside a key name that holds the word secret.
type secretDetector struct{}

// Part implements rules.Detector.
func (secretDetector) Part() rules.Part {
	return rules.Part{
		Name: "accesskey-secret", Kind: rules.KindSecret, Scheme: &scheme, Literals: []string{"ecret", "ECRET"},
		Reach: 256, // more than a key name, the vendor's name before it and the value after it
	}
}

// Detect implements rules.Detector.
func (secretDetector) Detect(content []byte, at int) (rules.Match, bool) {
	name, end := shape.KeyName(content, at)
	limit := min(len(content), end+nameReach)
	for from := end; ; {
		start, stop := nextValue(content, from, limit)
		if start >= limit || bytes.Count(content[end:start], []byte{'\n'}) > 1 {
			return rules.Match{}, false // the value is on the line of the name or on the next one
		}
		if isSecret(content, start, stop) {
			if ofAnother(content, end, start) {
				return rules.Match{}, false
			}
			return rules.Match{Start: start, End: stop, Confidence: confidence(content, at, name)}, true
		}
		if holdsSecretWord(content[start:stop]) {
			return rules.Match{}, false // another key name starts here, and what follows is its value
		}
		from = stop
	}
}

// nextValue returns the next run, without what follows a string whose length is in the byte before it: compiled Python,
// protocol buffers and MessagePack store strings like that, one behind the other.
func nextValue(content []byte, from, to int) (start, end int) {
	start, end = shape.NextRun(content, from, to)
	if end-start > secretLength && start > 0 && counts(content[start-1], secretLength) {
		end = start + secretLength
	}
	return start, end
}

// counts reports whether a byte says that a string of n bytes follows, plainly or as MessagePack does.
func counts(b byte, n int) bool { return int(b) == n || int(b) == 0xa0|n }

// counted reports whether the byte before a value says how long it is, so that what follows it belongs to something else.
func counted(content []byte, start, end int) bool {
	return start > 0 && counts(content[start-1], end-start)
}

func isSecret(content []byte, start, end int) bool {
	bounded := shape.Bounded(content, start, end) || counted(content, start, end)
	return end-start == secretLength && bounded && !shape.InBase64(content, start, end) &&
		shape.Random(content[start:end]) && !shape.Wordy(content[start:end]) && !sample.Is(content[start:end])
}

// confidence returns Certain if the key name around an offset says that the secret is Alibaba Cloud's.
func confidence(content []byte, at int, name string) rules.Confidence {
	if ofVendor(name) || ofSomeCloud(name) && vendorNamedBefore(content, at) {
		return rules.Certain
	}
	return rules.Named
}

// ofAnother reports whether the value at start has a key name of its own on its line, the line after that of the key name
// that ends at end, and this key name has another value or is itself a value: accessKeySecret: ${SECRET}, then etag: the value.
func ofAnother(content []byte, end, start int) bool {
	given, line, found := bytes.Cut(content[end:start], []byte{'\n'})
	given = bytes.TrimRight(given, " \t\r")
	if opens := len(given) > 0 && !bytes.ContainsFunc(given, startsWord) && !bytes.Contains(given, []byte("}}")); !found || opens {
		return false
	}
	name := bytes.TrimRight(line, " \t\"'`\\:=>")
	if len(name) == len(line) || !bytes.ContainsAny(line[len(name):], ":=") {
		return false
	}
	last := bytes.LastIndexFunc(name, func(r rune) bool { return r >= 0x80 || !shape.IsNameByte(byte(r)) })
	plain, _ := shape.KeyName(name, last+1)
	return plain != "" && !shape.Contains([]byte(plain), "value", "default", "data", "content", "string", "val", "text")
}

func startsWord(r rune) bool { return r == '$' || r < 0x80 && shape.IsAlnum(byte(r)) }

// holdsSecretWord reports whether a run of letters holds the word secret.
func holdsSecretWord(run []byte) bool { return shape.Contains(run, "ecret", "ECRET") }

// ofVendor reports whether Alibaba Cloud's own tools use a key name.
func ofVendor(name string) bool {
	return shape.Contains([]byte(name), "accesskeysecret", "aliyun", "alibaba", "alicloud", "aliuid", "alioss", "alisecret",
		"ossaccess", "osssecret", "aksecret")
}

// ofSomeCloud reports whether a key name is that of a secret of some cloud.
func ofSomeCloud(name string) bool {
	return shape.Contains([]byte(name), "secretkey", "accesssecret", "secretaccesskey", "keysecret")
}

// vendorReach is how far before a key name to look for the vendor's name, in bytes: about four lines of a
// configuration file, so that the name of the section above counts.
const vendorReach = 160

// vendorNamedBefore reports whether Alibaba Cloud, or one of its hosts, is named shortly before an offset.
func vendorNamedBefore(content []byte, at int) bool {
	return shape.Contains(bytes.ToLower(content[max(0, at-vendorReach):at]), "aliyun", "alibaba", "alicloud", "alioss")
}
