package investigate

import (
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// keyAge is how old a key may be, and how long it may be unused.
const keyAge = 90 * 24 * time.Hour

// oldKeys asks which keys are older than 90 days, or were not used for so long.
func oldKeys() Check {
	asks := ask("ims", "ListUsers", "ListAccessKeys", "GetAccessKeyLastUsed")
	return Check{ID: "old-keys", Severity: Low, Posture: true, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, u := range s.Users {
			for _, k := range u.Keys {
				age, idle := s.Taken.Sub(k.Created), s.Taken.Sub(k.LastUsed)
				if !k.Active || k.Created.IsZero() || age <= keyAge {
					continue
				}
				what := reason.New("investigate.old-key", k.Ref.String(), u.Name, int(age.Hours()/24))
				if k.LastUsed.IsZero() || idle > keyAge {
					what = reason.New("investigate.idle-key", k.Ref.String(), u.Name, int(age.Hours()/24))
				}
				out = append(out, Evidence{What: what, Subject: Subject{Kind: kindKey, Name: string(k.Ref), Of: u.Name}, At: k.Created, State: Exists})
			}
		}
		return out
	}}
}
