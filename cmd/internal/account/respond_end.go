package account

import (
	"os"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/osfile"
)

// handOver lists what only a person can do, how to undo what was done, and what is to be cleared away.
func (r *response) handOver(frozen bool) {
	switch {
	case !frozen:
		r.tell("respond.not-frozen")
	case r.quarantine.asked():
		r.tell("respond.quarantined")
	default:
		r.tell("respond.frozen")
	}
	r.tell("respond.now")
	for i, step := range urgentSteps() {
		r.Line("respond.urgent-step", i+1, step)
	}
	r.tell("respond.later")
	for _, step := range laterSteps() {
		r.Line("respond.later-step", step)
	}
	if len(r.undo) > 0 {
		r.tell("respond.undo")
	}
	for _, journal := range r.undo {
		r.Line("respond.undo-command", quoted(journal))
	}
	if frozen && r.report != "" {
		r.offerDeletion()
	}
}

// offerDeletion offers to delete the report, which is a second leak. While a key is not frozen it is still needed.
func (r *response) offerDeletion() {
	switch {
	case r.acting.yes || r.lines == nil:
		r.Say("respond.report-has-secrets", r.report, quoted(r.report))
	case !r.agrees("respond.delete-report", r.report):
	default:
		if err := os.Remove(r.report); err != nil {
			r.Say("respond.report-not-deleted", r.report, osfile.WithoutPath(err))
			return
		}
		r.Say("respond.report-deleted", r.report)
	}
}

// quoted returns a path as a shell takes it.
func quoted(path string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:+,@%-"
	switch {
	case path != "" && path[0] != '-' && strings.Trim(path, plain) == "":
		return path
	case os.PathSeparator != '/':
		return `"` + path + `"` // a path has no such character there
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// urgentSteps are what only a person can do, the most urgent first.
func urgentSteps() []reason.Reason {
	return []reason.Reason{
		reason.New("respond.call-hotline", change.Hotline),
		reason.New("respond.appeal"),
		reason.New("respond.stop-payment"),
		reason.New("respond.lower-limits"),
		reason.New("respond.change-passwords"),
	}
}

// laterSteps are for after the first ten minutes.
func laterSteps() []reason.Reason {
	return []reason.Reason{
		reason.New("respond.unknown-users"),
		reason.New("respond.unknown-servers"),
		reason.New("respond.new-keys"),
		reason.New("respond.delete-later"),
	}
}
