package investigate

import (
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// commandsRun asks what was run inside instances, by a command or by changed user data.
func commandsRun() Check {
	asks := append(ask("ecs", "DescribeInvocations"), events()...)
	return Check{ID: "commands", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, i := range s.Invocations {
			subject := Subject{Kind: kindCommand, Name: i.ID, Region: i.Region}
			out = append(out, s.suspect(subject, i.Created, reason.New("investigate.command", strings.Join(i.Instances, ", "), i.Content))...)
		}
		changed := func(e account.Event) reason.Reason { return reason.New("investigate.instance-changed", e.Name) }
		return append(out, s.acts(changed, "InvokeCommand", "RunCommand", "CreateCommand", "ModifyInstanceAttribute", "AttachInstanceRamRole", "ModifyInstanceUserData")...)
	}}
}
