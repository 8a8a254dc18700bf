package cli

import (
	"cmp"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner"
)

// sayRejected says what was not taken for a key. In a history that is told by the blob: only for keys it is found out
// where they stand.
func (a *app) sayRejected(r scanner.Rejection) {
	where := cmp.Or(r.Path, r.Blob, r.Commit, r.Source)
	if r.Member != "" {
		where += "!/" + r.Member
	}
	by := ""
	if r.Rule != "" {
		by = " by " + r.Rule
	}
	terminal.Say(a.Err, "%s:%d:%d: %s is not taken for a key%s: %s", where, r.Line, r.Column, r.Value, by, r.Reason)
}
