package accesskey

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/internal/shape"
)

// legacyIDDetector finds IDs of before 2016, which are 16 characters without a prefix: after a key name, or in a call that
// takes an ID. They count only with a secret.
type legacyIDDetector struct{}

// Part implements rules.Detector.
func (legacyIDDetector) Part() rules.Part {
	return rules.Part{
		Name: "accesskey-legacy-id", Kind: rules.KindID, Scheme: &scheme, Reach: 2 * nameReach,
		Literals: []string{
			"ccessKey", "ccess_key", "CCESS_KEY", "ccess-key", "ccesskey",
			"oss2.Auth(", "AcsClient(", "etProfile(", "oss.New(", "SSClient(", "ssClient(", "OssAPI(", "ODPS(",
		},
	}
}

// maxArguments is how many words may separate a name from its ID: getProfile takes a region first, OSSClient the
// parts of an address.
const maxArguments = 8

// Detect implements rules.Detector.
func (legacyIDDetector) Detect(content []byte, at int) (rules.Match, bool) {
	_, nameEnd := shape.KeyName(content, at)
	if m, ok := legacyBefore(content, at, nameEnd); ok {
		return m, true
	}
	end := nameEnd
	limit := min(len(content), end+nameReach)
	for range maxArguments {
		start, stop := shape.NextRun(content, end, limit)
		if start >= limit || bytes.Count(content[at:start], []byte{'\n'}) > 1 {
			break
		}
		if isLegacyID(content, start, stop) {
			return rules.Match{Start: start, End: stop, Confidence: rules.Weak}, true
		}
		end = stop
	}
	return rules.Match{}, false
}

func isLegacyID(content []byte, start, end int) bool {
	return end-start == minIDLength && shape.Bounded(content, start, end) && shape.StartsQuoted(content, start) &&
		shape.Random(content[start:end]) && !shape.Named(content[start:end]) && !sample.Is(content[start:end])
}

// legacyBefore finds an ID on one of the two lines before a key name that has a secret: some people call the two parts
// access ID and access key.
func legacyBefore(content []byte, at, nameEnd int) (rules.Match, bool) {
	first, stop := shape.NextRun(content, nameEnd, min(len(content), nameEnd+nameReach))
	if first == stop || !isSecret(content, first, stop) {
		return rules.Match{}, false
	}
	from := max(0, at-nameReach)
	var last rules.Match
	for next := from; next < at; {
		start, end := shape.NextRun(content, next, at)
		if start >= at {
			break
		}
		if isLegacyID(content, start, end) { // nearly all runs have another length
			line := content[from+max(0, bytes.LastIndexByte(content[from:start], '\n')) : start]
			if shape.Contains(bytes.ToLower(line), "id", "key") {
				last = rules.Match{Start: start, End: end, Confidence: rules.Weak}
			}
		}
		next = end
	}
	return last, last.End > 0 && bytes.Count(content[last.End:at], []byte{'\n'}) <= 2
}
