package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// DingTalkToken is the token in the address of a DingTalk robot.
const DingTalkToken rules.Type = "dingtalk-robot-token"

// robotLength is how many hexadecimal digits the token and the secret of a robot have.
const robotLength = 64

func dingTalkToken() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dingtalk-robot-token", Type: DingTalkToken, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-dingtalk-robot-token"),
		Help:        reason.New("rule.alibaba-dingtalk-robot-token.help"),
		Detectors: single(DingTalkToken, []string{"dingtalk.com/robot/send"},
			near("access_token=", func(content []byte, at int) int { return hexes(content, at+len("access_token="), robotLength) }), "ngtalk"),
		Examples: rules.Examples{
			Match:   []string{"https://oapi.dingtalk.com/robot/send?access_token={hex64}\n"},
			NoMatch: []string{"https://oapi.dingtalk.com/robot/send?access_token=xxxxxx\n", "https://example.com/?access_token={hex64}\n"},
		},
	}
}
