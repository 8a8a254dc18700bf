package investigate

import (
	"slices"

	"github.com/akguard/akguard/rules/reason"
)

// recycled asks which users and keys were deleted and can be restored, by the thief too.
func recycled() Check {
	asks := ask("ims", "ListUsersInRecycleBin", "ListAccessKeysInRecycleBin")
	return Check{ID: "recycled", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, r := range s.Recycled {
			subject := Subject{Kind: kindUser, Name: r.User}
			what := reason.New("investigate.recycled-user", r.User, r.Ends)
			if r.Key != "" {
				subject = Subject{Kind: kindKey, Name: string(r.Key), Of: r.User}
				what = reason.New("investigate.recycled-key", r.Key.String(), r.User, r.Ends)
			}
			maker, events := s.maker(subject)
			if !s.since(r.Deleted) || !s.since(r.Created) && !slices.Contains(s.Leaked, r.Key) || maker == Somebody || s.known.Subject(subject) {
				continue
			}
			out = append(out, Evidence{What: what, Subject: subject, At: r.Deleted, Events: events, Maker: maker, State: Exists})
		}
		return out
	}}
}
