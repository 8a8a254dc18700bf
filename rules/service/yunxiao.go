package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// YunxiaoToken is a personal token of Yunxiao and Codeup.
const YunxiaoToken rules.Type = "yunxiao-token"

func yunxiao() rules.Rule {
	return rules.Rule{
		ID: "alibaba-yunxiao-token", Type: YunxiaoToken, Severity: rules.High,
		Description: reason.New("rule.alibaba-yunxiao-token"),
		Help:        reason.New("rule.alibaba-yunxiao-token.help"),
		Detectors:   single(YunxiaoToken, []string{"unxiao", "UNXIAO", "codeup.", "codeup_", "CODEUP"}, near("pt-", yunxiaoEnd), "unxiao", "UNXIAO", "codeup_", "CODEUP"),
		Examples: rules.Examples{
			Match:   []string{"curl -H 'x-yunxiao-token: pt-{hex32}_{uuid}' https://devops.aliyuncs.com\n", "CODEUP_TOKEN=pt-{hex32}_{uuid}\n"},
			NoMatch: []string{"x-yunxiao-token: pt-xxxx_yyyy\n", "yunxiao-script-{hex32}\n"},
		},
	}
}

const uuidLength = 36

// yunxiaoEnd returns the end of pt-, letters and digits, an underscore and a UUID, or 0.
func yunxiaoEnd(content []byte, at int) int {
	end := shape.RunEnd(content, at+len("pt-"), 64)
	if end-at < len("pt-")+16 || end+1+uuidLength > len(content) || content[end] != '_' {
		return 0
	}
	for i, c := range content[end+1 : end+1+uuidLength] {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !shape.IsHex(c) {
			return 0
		}
	}
	return end + 1 + uuidLength
}
