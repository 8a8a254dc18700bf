package investigate

import (
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// imagesShared asks which images and snapshots other accounts can copy. An image has no time of sharing, so the events decide; without
// one, what is shared with an unknown account is reported.
func imagesShared() Check {
	asks := append(ask("ecs", "DescribeImages", "DescribeImageSharePermission"), events()...)
	return Check{ID: "images", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, i := range s.Images {
			subject := Subject{Kind: kindImage, Name: i.ID, Region: i.Region}
			maker, events, open := s.timeless(subject)
			unknown := slices.DeleteFunc(slices.Clone(i.Accounts), func(n string) bool { return n == s.Account || slices.Contains(s.known.Accounts, n) })
			if !open || len(unknown) == 0 && !i.Public {
				continue
			}
			what := reason.New("investigate.image-shared", i.ID, i.Region, strings.Join(unknown, ", "))
			if i.Public {
				what = reason.New("investigate.image-public", i.ID, i.Region)
			}
			out = append(out, Evidence{What: what, Subject: subject, At: i.Created, Events: events, Maker: maker, State: Exists})
		}
		seen := func(e account.Event) reason.Reason { return reason.New("investigate.image-event", e.Name) }
		return append(out, s.acts(seen, "ModifyImageSharePermission", "ModifySnapshotAttribute")...)
	}}
}
