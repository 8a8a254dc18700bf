package investigate

import (
	"github.com/akguard/akguard/rules/reason"
)

// loginsMade asks which users can use the console since.
func loginsMade() Check {
	return Check{ID: "logins", Severity: Critical, Asks: append(ask("ims", "ListUsers", "GetLoginProfile"), events()...), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			if u.Login != nil {
				out = append(out, s.suspect(Subject{Kind: kindLogin, Name: u.Name}, u.Login.Created, reason.New("investigate.login", u.Name))...)
			}
		}
		for _, act := range s.tree.Writes() {
			if name := act.Call.Name; (name == "UpdateLoginProfile" || name == "UnbindMFADevice" || name == "DeleteVirtualMFADevice") && len(act.Made) > 0 {
				out = append(out, s.evidence(act, reason.New("investigate.login-changed", act.Made[0].Name, name)))
			}
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.login", m.Name) }
		return append(out, s.vanished(gone, kindLogin)...)
	}}
}
