package account

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"slices"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/verifier"
	"github.com/spf13/pflag"
)

// find finds the keys: those of a report, the one with an ID, or those in what is named, which it scans.
func (r *response) find(ctx context.Context) error {
	info, err := os.Stat(r.subject)
	switch {
	case err == nil && !info.IsDir() && isReport(r.subject):
		return r.findInReport()
	case err != nil && subject.LooksLikeID(r.subject):
		r.keys, err = r.leaks(r.subject)
		return err
	case err != nil && !(scanning.Target{Path: r.subject}).Remote():
		return command.Usage("usage.respond-what", rules.MaskIDs(r.subject))
	}
	return r.scan(ctx)
}

// isReport reports whether a file looks like a report of akguard's, as it begins: other JSON files are scanned.
func isReport(name string) bool {
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, 4<<10)
	n, _ := io.ReadFull(file, head)
	head = bytes.TrimSpace(head[:n])
	return len(head) > 0 && (head[0] == '{' || head[0] == '[') && bytes.Contains(head, []byte(`"kind"`))
}

func (r *response) findInReport() error {
	keys, err := r.reportedKeys(r.subject)
	if err != nil {
		return err
	}
	r.take(keys)
	if len(r.keys) == 0 {
		return command.Usage("usage.no-live-key", r.subject)
	}
	if slices.ContainsFunc(r.keys, func(k leak) bool { return !k.credential.Secret.IsZero() }) {
		r.report = r.subject
	}
	return nil
}

// take keeps the keys that may still work, each once and with its secret if that is known; those that work come first.
func (r *response) take(keys []leak) {
	at := map[string]int{}
	for _, k := range keys {
		if k.off() {
			continue
		}
		id := k.credential.ID.Reveal()
		i, seen := at[id]
		switch {
		case !seen:
			at[id] = len(r.keys)
			r.keys = append(r.keys, k)
		case r.keys[i].credential.Secret.IsZero() && !k.credential.Secret.IsZero():
			r.keys[i] = k
		}
	}
	slices.SortStableFunc(r.keys, func(a, b leak) int { return cmp.Compare(urgency(a), urgency(b)) })
}

func urgency(k leak) int {
	switch {
	case k.status == verifier.Live:
		return 0
	case !k.credential.Secret.IsZero():
		return 1
	}
	return 2
}

// scan scans what is named, and verifies what it finds.
func (r *response) scan(ctx context.Context) error {
	var o scanning.Options
	o.Input.Path, o.Format, o.Verify = r.subject, "text", true
	if r.subject == "." {
		o.Input.Path = ""
	}
	defaults := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.Input.Flags(defaults)
	o.Config.AddTo(defaults)
	o.Suppression.AddTo(defaults)
	o.Asking.Flags(defaults)
	o.Asking.Cloud = r.acting.cloud
	o.Asking.Cloud.Profile, o.Asking.Cloud.Account = "", "" // these are for the administrator
	runner := &scanning.Runner{App: r.App}
	v, _, err := runner.Verifier(ctx, o.Asking, false)
	if err != nil {
		return err
	}
	job, err := runner.Prepare(&o)
	if err != nil {
		return err
	}
	defer job.Input.Close()
	job.Opts.Verifier = v
	r.tell("respond.scanning", input.Redact(r.subject))
	var found subject.Report
	outcome, err := runner.Watch(ctx, o, job.Opts, &found)
	if err != nil {
		return scanning.FailedScan(err)
	}
	r.Line("respond.scanned", outcome.Findings, outcome.Live)
	r.sort(found.Findings)
	return r.concludeScan(outcome)
}

// sort takes the keys from among the findings. What akguard cannot freeze is left over.
func (r *response) sort(findings []finding.Finding) {
	var keys []leak
	loose := slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Credential.Type == rules.AccessKeySecret })
	for _, f := range findings {
		k := leakOf(f)
		k.asked, k.why = true, f.Verdict.Reason
		switch {
		case isKey(f) && f.Credential.Type == rules.AccessKeyID && !loose: // nobody can use it without its secret
			if !k.off() {
				r.spared = append(r.spared, k.credential.ID.String())
			}
		case isKey(f):
			keys = append(keys, k)
		case f.Credential.ID.IsZero() && f.Credential.Type != rules.AccessKeySecret:
			r.leave(leftover{f.Credential.Secret.String(), reason.New("respond.other-kind", f.Rule.ID), reason.New("respond.other-kind-hint")})
		}
	}
	r.take(keys)
}

// concludeScan sets the exit code if there is nothing to do: nothing may have been found because it was not read.
func (r *response) concludeScan(o scanning.Outcome) error {
	if !o.Complete || o.Skips > 0 {
		r.Code = command.ExitIncomplete
		r.Say("respond.not-all-read", o.Skips)
	}
	for _, id := range r.spared {
		r.Line("revoke.note", id, reason.New("respond.id-alone"))
		r.Line("revoke.row-do", reason.New("respond.id-alone-hint"))
	}
	if len(r.keys)+len(r.left) == 0 {
		r.tell("respond.no-key")
	}
	return nil
}

func (r *response) leave(l leftover) {
	for _, known := range r.left {
		if known.id == l.id && known.why.Code == l.why.Code {
			return
		}
	}
	r.left = append(r.left, l)
}
