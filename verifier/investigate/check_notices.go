package investigate

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
)

// notices asks what the vendor noticed: leaks that it found, and alarms.
func notices() Check {
	return Check{ID: "notices", Severity: High, Asks: ask("sas", "DescribeAccesskeyLeakList", "DescribeSuspEvents"), judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, l := range s.Leaks {
			if s.since(l.At) || slices.Contains(s.Leaked, l.Key) {
				out = append(out, Evidence{What: reason.New("investigate.leak", l.Key.String(), l.URL), Subject: Subject{Kind: kindKey, Name: string(l.Key)}, At: l.At, Maker: Nobody})
			}
		}
		for _, a := range s.Alarms {
			if s.since(a.At) {
				out = append(out, Evidence{What: reason.New("investigate.alarm", a.Name, a.Level), Subject: Subject{Kind: kindInstance, Name: a.Instance}, At: a.At, Maker: Nobody})
			}
		}
		return out
	}}
}
