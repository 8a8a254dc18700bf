// Package service finds credentials of single services, which STS does not know. Each rule has its own file, with its
// detector.
package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/reason"
)

// Rules returns the rules of single services.
func Rules() []rules.Rule {
	return []rules.Rule{
		temporaryURL(), dashScope(), yunxiao(), codeupPassword(), dingTalkToken(), dingTalkSecret(), dingTalkApp(), registryLogin(),
		databasePassword(), searchPassword(), lindormPassword(), hologresPassword(), kafkaPassword(), rocketMQPassword(), amqpPassword(),
		inferenceToken(), appCode(), deviceSecret(), emasSecret(), speechToken(), mailPassword(), consolePassword(),
	}
}

// value is a detector of values that are credentials by themselves.
type value struct {
	part   rules.Part
	detect func(content []byte, at int) (rules.Match, bool)
}

// reach is more than any detector of this package looks at.
const reach = 1100

// single returns the detector of a rule whose values are credentials by themselves. What is near hidden
// words may be encoded.
func single(t rules.Type, literals []string, detect func(content []byte, at int) (rules.Match, bool), hidden ...string) []rules.Detector {
	part := rules.Part{Name: string(t), Kind: rules.KindValue, Type: t, Literals: literals, Hidden: hidden, Reach: reach}
	return []rules.Detector{value{part, detect}}
}

// Part implements rules.Detector.
func (v value) Part() rules.Part { return v.part }

// Detect implements rules.Detector.
func (v value) Detect(content []byte, at int) (rules.Match, bool) {
	m, ok := v.detect(content, at)
	return m, ok && !sample.Is(content[m.Start:m.End])
}

// Explain implements rules.Explainer.
func (v value) Explain(content []byte, at int) (rules.Match, reason.Reason) {
	m, ok := v.detect(content, at)
	if !ok {
		return m, reason.Reason{}
	}
	from, ok := sample.Of(content[m.Start:m.End])
	if !ok {
		return m, reason.Reason{}
	}
	return m, reason.New("rules.sample", from)
}
