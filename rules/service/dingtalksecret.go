package service

import (
	"github.com/akguard/akguard/rules"
)

// DingTalkSecret is the signing secret of a DingTalk robot.
const DingTalkSecret rules.Type = "dingtalk-robot-secret"

func dingTalkSecret() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dingtalk-robot-secret", Type: DingTalkSecret, Severity: rules.Medium,
		Description: "Signing secret of a DingTalk robot",
		Help:        "Reset the robot's security settings, or add a new robot: with the secret and the address, anybody writes to the group.",
		Detectors: single(DingTalkSecret, []string{"ngtalk", "ngTalk", "NGTALK", "ngdin", "NGDIN"},
			near("SEC", func(content []byte, at int) int { return hexes(content, at+len("SEC"), robotLength) })),
		Examples: rules.Examples{
			Match:   []string{"dingtalk:\n  secret: SEC{hex64}\n", "DINGTALK_SECRET=SEC{hex64}\n"},
			NoMatch: []string{"dingtalk: SEC0000000000000000000000000000000000000000000000000000000000000000\n", "checksum: SEC{hex64}\n"},
		},
	}
}
