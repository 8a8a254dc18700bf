package scanning

import (
	"cmp"

	"github.com/akguard/akguard/scanner"
)

// sayRejected reports a value that was rejected. In a history it names the blob, because only keys are located.
func (a *Runner) sayRejected(r scanner.Rejection) {
	where := cmp.Or(r.Path, r.Blob, r.Commit, r.Source)
	if r.Member != "" {
		where += "!/" + r.Member
	}
	if r.Rule == "" {
		a.Say("scan.rejected", where, r.Line, r.Column, r.Value, r.Reason)
		return
	}
	a.Say("scan.rejected-by", where, r.Line, r.Column, r.Value, r.Reason, r.Rule)
}
