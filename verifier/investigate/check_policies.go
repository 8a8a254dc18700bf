package investigate

import (
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// policiesChanged asks which policies were made, or got another version: an attached policy that changes leaves no event of attaching.
func policiesChanged() Check {
	asks := append(ask("ram", "ListPolicies", "ListPolicyVersions"), events()...)
	return Check{ID: "policies", Severity: Critical, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, p := range s.Policies {
			subject := Subject{Kind: kindPolicy, Name: p.Name}
			switch newest := newestVersion(p); {
			case s.since(p.Created):
				out = append(out, s.suspect(subject, p.Created, reason.New("investigate.policy-made", p.Name))...)
			case s.since(newest):
				out = append(out, s.suspect(subject, newest, reason.New("investigate.policy-version", p.Name, p.Default))...)
			default:
				out = append(out, s.suspect(subject, p.Updated, reason.New("investigate.policy-switched", p.Name, p.Default))...)
			}
		}
		gone := func(m Subject) reason.Reason { return reason.New("investigate.policy-made", m.Name) }
		return append(out, s.vanished(gone, kindPolicy)...)
	}}
}

func newestVersion(p account.Policy) time.Time {
	var newest time.Time
	for _, v := range p.Versions {
		if v.Created.After(newest) {
			newest = v.Created
		}
	}
	return newest
}
