package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// TemporaryURLID is the ID in an OSS URL that the console made. It has a secret that nobody outside ever sees.
const TemporaryURLID rules.Type = "oss-temporary-id"

func temporaryURL() rules.Rule {
	return rules.Rule{
		ID: "alibaba-oss-temporary-id", Type: TemporaryURLID, Severity: rules.Low,
		Description: reason.New("rule.alibaba-oss-temporary-id"),
		Help:        reason.New("rule.alibaba-oss-temporary-id.help"),
		Detectors:   []rules.Detector{temporaryURLDetector{}},
		Examples: rules.Examples{
			Match:   []string{"https://b.oss-cn-beijing.aliyuncs.com/x?Expires=1&OSSAccessKeyId={tmp-id}&Signature=x\n"},
			NoMatch: []string{"TMP.dir\n", "rm -rf TMP.{hex32}\n"},
		},
	}
}

// temporaryURLDetector finds TMP. and what follows it.
type temporaryURLDetector struct{}

// Part implements rules.Detector.
func (temporaryURLDetector) Part() rules.Part {
	return rules.Part{Name: string(TemporaryURLID), Kind: rules.KindLabel, Type: TemporaryURLID, Literals: []string{"TMP."}, Reach: reach}
}

// Lengths of such an ID with its prefix, as seen in URLs.
const minTemporaryID, maxTemporaryID = 70, 110

// Detect implements rules.Detector.
func (temporaryURLDetector) Detect(content []byte, at int) (rules.Match, bool) {
	end := at + len("TMP.")
	for end < len(content) && end-at < 128 && (shape.IsAlnum(content[end]) || content[end] == '_' || content[end] == '-') {
		end++
	}
	m := rules.Match{Start: at, End: end}
	return m, end-at >= minTemporaryID && end-at <= maxTemporaryID && shape.StartsValue(content, at) && shape.MachineMade(content[at+len("TMP."):end])
}
