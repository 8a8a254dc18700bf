// Package accesskey finds long-term AccessKeys: current IDs, IDs from before 2016, and secrets beside a key name.
// Each detector has its own file.
package accesskey

import (
	"github.com/akguard/akguard/rules"
)

// Lengths of values, from the service's formats and from what leaks in practice.
const (
	minIDLength  = rules.MinIDLength
	maxIDLength  = 24
	secretLength = 30
)

// nameReach is how far after the end of its key name a value may start, in bytes. The value may be on the next line, or
// after a type, a call or a comment.
const nameReach = 96

// scheme joins IDs with secrets. It is a constant in all but name: Go has no constant structs.
var scheme = rules.Scheme{
	Type: rules.AccessKey, IDType: rules.AccessKeyID, SecretType: rules.AccessKeySecret, Near: near,
}

// Detectors returns the detectors of all parts of an AccessKey.
func Detectors() []rules.Detector {
	return []rules.Detector{idDetector{}, legacyIDDetector{}, secretDetector{}}
}

// near returns the secrets that start in content[from:to] and need no key name: an ID is nearby.
func near(kind rules.Kind, content []byte, from, to int) []rules.Match {
	if kind != rules.KindSecret {
		return nil
	}
	var found []rules.Match
	for from < to {
		start, end := nextValue(content, from, to)
		if start >= to {
			break
		}
		if isSecret(content, start, end) {
			found = append(found, rules.Match{Start: start, End: end})
		}
		from = end
	}
	return found
}
