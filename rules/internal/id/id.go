// Package id holds what the detectors of IDs with a prefix share.
package id

import (
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// Why returns why content[start:end], whose length is right and whose first bytes are its prefix, is not an ID; zero if
// it is one.
func Why(content []byte, start, end, prefix int) reason.Reason {
	tail := content[start+prefix : end]
	switch {
	case !shape.StartsValue(content, start):
		return reason.New("rules.end-of-longer")
	case !shape.EndsValue(content, start, end):
		return reason.New("rules.start-of-longer")
	case !shape.Random(tail) && !shape.NearlyRandom(tail):
		return reason.New("rules.id-made-up")
	case shape.InBase64Block(content, start, end) || shape.InBase64Run(content, start, end):
		return reason.New("rules.base64")
	}
	if from, ok := sample.Of(content[start:end]); ok {
		return reason.New("rules.sample", from)
	}
	return reason.Reason{}
}
