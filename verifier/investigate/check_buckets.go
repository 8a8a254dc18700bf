package investigate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// bucketsOpen asks which buckets everybody can read or write. A bucket has no time of change, so the events decide who opened it.
func bucketsOpen() Check {
	asks := append(ask("oss", "GetService", "GetBucketAcl", "GetBucketPolicy"), events()...)
	return Check{ID: "buckets", Severity: High, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, b := range s.Buckets {
			subject := Subject{Kind: kindBucket, Name: b.Name, Region: b.Region}
			maker, events, open := s.timeless(subject)
			public := strings.HasPrefix(b.ACL, "public") || slices.Contains(account.Principals(b.Policy), "*")
			if !public || !open {
				continue
			}
			out = append(out, Evidence{What: reason.New("investigate.bucket", b.Name, cmp.Or(b.ACL, "policy")), Subject: subject, Events: events, Maker: maker, State: Exists})
		}
		changed := func(e account.Event) reason.Reason { return reason.New("investigate.bucket-changed", e.Name) }
		return append(out, s.acts(changed, "PutBucketAcl", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketLogging", "DeleteBucketLogging")...)
	}}
}
