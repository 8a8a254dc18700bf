package sweeping

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/report/text"
	"github.com/akguard/akguard/scanner/sweep/notify"
)

// toldBucket is where it is remembered who was told of what.
const toldBucket = "told"

// targets returns whom to tell; none if nobody is to be told.
func (o workFlags) targets() ([]notify.Target, error) {
	if !o.notify {
		return nil, nil
	}
	targets, err := notify.Targets(os.Getenv)
	if err != nil {
		return nil, command.Usage("usage.sweep-notify", err)
	}
	if len(targets) == 0 {
		return nil, command.Usage("usage.sweep-notify-nobody")
	}
	return targets, nil
}

// tell tells people of findings: one message for each owner and credential, once. What fails changes no exit code.
func (r *githubRun) tell(ctx context.Context, findings []finding.Finding) {
	if len(r.targets) == 0 || len(findings) == 0 {
		return
	}
	told, err := r.queue.Bucket(ctx, toldBucket)
	if err != nil {
		r.Say("sweep.not-told", err)
		return
	}
	n, err := notify.New(notify.Options{Targets: r.targets, Told: told})
	if err != nil {
		r.Say("sweep.not-told", err)
		return
	}
	count := map[notify.State]int{}
	for _, f := range findings {
		for owner, own := range byOwner(f) {
			results, err := n.Send(ctx, owner+"\x00"+f.Fingerprint, r.message(own))
			if err != nil {
				r.Say("sweep.not-told", err)
				return
			}
			for _, result := range results {
				count[result.State]++
				if result.Err != nil {
					r.Say("sweep.not-told", result.Err)
				}
			}
		}
	}
	r.note("sweep.told", count[notify.Sent], count[notify.Told], count[notify.Failed]+count[notify.Unsure])
}

// byOwner divides the places of a finding by who answers for them.
func byOwner(f finding.Finding) map[string]finding.Finding {
	out := map[string]finding.Finding{}
	for _, o := range f.Occurrences {
		own, ok := out[o.Origin.Owner]
		if !ok {
			own = f
			own.Occurrences = nil
		}
		own.Occurrences = append(own.Occurrences, o)
		out[o.Origin.Owner] = own
	}
	return out
}

// message is what is said of a finding: what the text report says, without values.
func (r *githubRun) message(f finding.Finding) notify.Message {
	var words, data bytes.Buffer
	one := finding.Recorded{Findings: []finding.Finding{f}, Sum: finding.Summary{Findings: 1, Complete: true}, Ended: true}
	_ = one.Play(text.Format().Open(&words, report.Options{Words: r.Words, Quiet: true}))
	_ = jsonl.Lines().New(&data, report.Options{Words: reason.Plain{}}).Finding(f)
	title, rest, _ := strings.Cut(strings.TrimSpace(words.String()), "\n")
	return notify.Message{
		Title: title, Lines: strings.Split(rest, "\n"), Link: f.Occurrences[0].Origin.Web, Data: json.RawMessage(data.Bytes()),
		More: func(lines int) string { return r.Text("report.more-skips", lines) },
	}
}
