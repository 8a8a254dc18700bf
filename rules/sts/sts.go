// Package sts finds temporary credentials of Alibaba Cloud's Security Token Service: an ID, a secret and a token. Only
// the ID is recognized by itself.
package sts

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/id"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// Lengths of values, from what the service hands out.
const (
	minTail, maxTail     = 20, 30 // of an ID, after its prefix
	minSecret, maxSecret = 40, 46
	minToken, maxToken   = 80, 8192 // a session policy makes it long
)

// tokenPrefix is what every security token starts with.
const tokenPrefix = "CAIS"

// scheme joins the three parts.
var scheme = rules.Scheme{Type: rules.STS, IDType: rules.STS, Temporary: true, Near: near}

// Detectors returns the detectors of temporary credentials.
func Detectors() []rules.Detector { return []rules.Detector{idDetector{}} }

// Rules returns the rules of temporary credentials.
func Rules() []rules.Rule { return []rules.Rule{rule()} }

func rule() rules.Rule {
	return rules.Rule{
		ID: "alibaba-sts", Type: rules.STS, Severity: rules.High,
		Description: reason.New("rule.alibaba-sts"),
		Help:        reason.New("rule.alibaba-sts.help"),
		Detectors:   Detectors(),
		Examples: rules.Examples{
			Match: []string{
				"id: {sts-id}\nsecret: {sts-secret}\ntoken: {token}\n",
				"new StsCredentials(\"{sts-id}\", \"{sts-secret}\", \"{token}\")\n",
				"{sts-id}\n",
			},
			NoMatch: []string{"STS.GetCallerIdentityRequestModel\n", "STS.xxxxxxxxxxxxxxxxxxxxxxxxx\n"},
		},
	}
}

// idDetector finds the IDs of temporary credentials.
type idDetector struct{}

// Part implements rules.Detector.
func (idDetector) Part() rules.Part {
	return rules.Part{
		Name: "sts-id", Kind: rules.KindID, Scheme: &scheme, Literals: []string{rules.TemporaryPrefix},
		Reach: shape.BlockReach + 64, Encoded: true,
	}
}

// Detect implements rules.Detector.
func (idDetector) Detect(content []byte, at int) (rules.Match, bool) {
	end := idEnd(content, at)
	return rules.Match{Start: at, End: end}, whyNoID(content, at, end).IsZero()
}

// Explain implements rules.Explainer.
func (idDetector) Explain(content []byte, at int) (rules.Match, reason.Reason) {
	end := idEnd(content, at)
	return rules.Match{Start: at, End: end}, whyNoID(content, at, end)
}

func idEnd(content []byte, at int) int {
	return shape.RunEnd(content, at+len(rules.TemporaryPrefix), maxTail+1)
}

// whyNoID returns why what starts with the prefix is not an ID; zero if it is one.
func whyNoID(content []byte, start, end int) reason.Reason {
	switch tail := end - start - len(rules.TemporaryPrefix); {
	case tail < minTail:
		return reason.New("rules.too-short")
	case tail > maxTail:
		return reason.New("rules.too-long")
	}
	return id.Why(content, start, end, len(rules.TemporaryPrefix))
}

// near returns the secrets or tokens that start in content[from:to].
func near(kind rules.Kind, content []byte, from, to int) []rules.Match {
	var found []rules.Match
	for from < to {
		start, end := shape.NextRun(content, from, to)
		if start >= to {
			break
		}
		token := bytes.HasPrefix(content[start:end], []byte(tokenPrefix))
		if kind == rules.KindToken && token {
			end = tokenEnd(content, start)
		}
		if kind == rules.KindToken && token && end-start >= minToken && end-start <= maxToken ||
			kind == rules.KindSecret && isSecret(content, start, end) {
			found = append(found, rules.Match{Kind: kind, Start: start, End: end})
		}
		from = end
	}
	return found
}

func isSecret(content []byte, start, end int) bool {
	n := end - start
	return n >= minSecret && n <= maxSecret && shape.Bounded(content, start, end) && shape.Random(content[start:end])
}

// tokenEnd returns the end of the base64 text, percent-encoded or not, that starts at start.
func tokenEnd(content []byte, start int) int {
	end := start
	for end < len(content) && end-start <= maxToken {
		if c := content[end]; !shape.IsAlnum(c) && bytes.IndexByte([]byte("+/=_-%"), c) < 0 {
			break
		}
		end++
	}
	return end
}
