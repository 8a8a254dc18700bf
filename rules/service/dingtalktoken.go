package service

import (
	"github.com/akguard/akguard/rules"
)

// DingTalkToken is the token in the address of a DingTalk robot.
const DingTalkToken rules.Type = "dingtalk-robot-token"

// robotLength is how many hexadecimal digits the token and the secret of a robot have.
const robotLength = 64

func dingTalkToken() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dingtalk-robot-token", Type: DingTalkToken, Severity: rules.Medium,
		Description: "Address of a DingTalk robot with its token",
		Help:        "Remove the robot from its group and add a new one: whoever has the address writes to the group.",
		Detectors: single(DingTalkToken, []string{"dingtalk.com/robot/send"},
			near("access_token=", func(content []byte, at int) int { return hexes(content, at+len("access_token="), robotLength) })),
		Examples: rules.Examples{
			Match:   []string{"https://oapi.dingtalk.com/robot/send?access_token={hex64}\n"},
			NoMatch: []string{"https://oapi.dingtalk.com/robot/send?access_token=xxxxxx\n", "https://example.com/?access_token={hex64}\n"},
		},
	}
}
