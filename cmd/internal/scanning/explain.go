package scanning

import (
	"cmp"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
)

// sayRejected reports a value that was rejected. In a history it names the blob, because only keys are located.
func (a *Runner) sayRejected(r scanner.Rejection) {
	where := cmp.Or(r.Path, r.Blob, r.Commit, r.Source)
	if r.Member != "" {
		where += "!/" + r.Member
	}
	text := reason.New("scan.rejected", where, r.Line, r.Column, r.Value, r.Reason)
	if r.Rule != "" {
		text = reason.New("scan.rejected-by", where, r.Line, r.Column, r.Value, r.Reason, r.Rule)
	}
	if r.Count == 1 {
		a.Say("scan.rejected-once", text)
		return
	}
	a.Say("scan.rejected-more", text, r.Count-1)
}
