package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// DingTalkSecret is the signing secret of a DingTalk robot.
const DingTalkSecret rules.Type = "dingtalk-robot-secret"

func dingTalkSecret() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dingtalk-robot-secret", Type: DingTalkSecret, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-dingtalk-robot-secret"),
		Help:        reason.New("rule.alibaba-dingtalk-robot-secret.help"),
		Detectors: single(DingTalkSecret, []string{"ngtalk", "ngTalk", "NGTALK", "ngdin", "NGDIN"},
			near("SEC", func(content []byte, at int) int { return hexes(content, at+len("SEC"), robotLength) }), "ngtalk", "ngTalk", "NGTALK"),
		Examples: rules.Examples{
			Match:   []string{"dingtalk:\n  secret: SEC{hex64}\n", "DINGTALK_SECRET=SEC{hex64}\n"},
			NoMatch: []string{"dingtalk: SEC0000000000000000000000000000000000000000000000000000000000000000\n", "checksum: SEC{hex64}\n"},
		},
	}
}
