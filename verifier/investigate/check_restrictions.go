package investigate

import (
	"encoding/json"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
)

// restrictions asks which network policies of keys were changed, or let the whole world in.
func restrictions() Check {
	asks := append(ask("ims", "GetAccessKeyPolicy", "GetAccessKeyPolicyForAccount"), events()...)
	return Check{ID: "restrictions", Severity: Medium, Asks: asks, judge: func(s *scene) []Evidence {
		var out []Evidence
		for _, r := range s.Restrictions {
			if open, ok := worldIn(r.Document); ok && open {
				subject := Subject{Kind: kindKey, Name: string(r.Key), Of: r.User}
				if r.Key == "" {
					subject = Subject{Kind: kindAccount, Name: s.Account}
				}
				if maker, events, open := s.timeless(subject); open {
					out = append(out, Evidence{What: reason.New("investigate.restriction-open", r.Key.String()), Subject: subject, Events: events, Maker: maker, State: Exists})
				}
			}
		}
		changed := func(e account.Event) reason.Reason { return reason.New("investigate.restriction-changed", e.Name) }
		return append(out, s.acts(changed, "SetAccessKeyPolicy", "SetAccessKeyPolicyForAccount")...)
	}}
}

// worldIn reports whether an active network policy lets the world in. It reports false for ok if it cannot be read.
func worldIn(document string) (open, ok bool) {
	var p struct {
		Status     string
		Statements []struct {
			Type   string
			IPList []string
		}
	}
	if document == "" {
		return false, true
	}
	if json.Unmarshal([]byte(document), &p) != nil {
		return false, false
	}
	var all ranges
	for _, s := range p.Statements {
		for _, text := range s.IPList {
			if block, ok := parseBlock(text); ok {
				all = all.plus(block)
			}
		}
	}
	return p.Status == "Active" && all.public().world(), true
}
