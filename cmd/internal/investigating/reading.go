package investigating

import (
	"cmp"
	"context"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/survey"
)

// reading is the reading of an account, or of several.
type reading struct {
	*app
	o          options
	q          inquiry
	known      investigate.Known
	connection *connection.Connection
	store      *store
	earlier    earlier
}

// read reads an account, and judges it.
func (r *reading) read(ctx context.Context, admin survey.Admin, before checkpoint) (incident.Report, error) {
	snapshot, err := before.Snapshot, error(nil)
	if !before.Whole {
		snapshot, err = r.survey(ctx, admin, before.Snapshot)
	}
	if snapshot == nil {
		return incident.Report{}, err
	}
	r.store.save(snapshot, err == nil)
	report := incident.Report{Version: command.Version(), Snapshot: snapshot, Leaks: r.q.leaks}
	report.Result = investigate.Judge(snapshot, investigate.Options{Known: r.known})
	return report, err
}

// survey asks all questions. It says how long that takes, and shows on a terminal how far it is.
func (r *reading) survey(ctx context.Context, admin survey.Admin, before *account.Snapshot) (*account.Snapshot, error) {
	if before == nil {
		r.announce()
	}
	var bar *command.Progress
	if terminal.Is(r.Err) {
		bar = r.NewProgress().OwnEstimate()
		r.Progress = bar
		defer bar.Clear()
	}
	sized, region := false, ""
	show := func(p survey.Progress) {
		region = cmp.Or(p.Region, region)
		p.Region = region
		if p.Sized && !sized {
			sized = true
			if bar == nil {
				r.Say("investigate.takes-still", about(p.Left))
			}
		}
		if bar != nil {
			bar.Phase("account", p.Done, p.Total)
			bar.Detail(r.detail(p))
		}
	}
	return survey.Read(ctx, survey.Options{
		Admin: admin, Connection: r.connection, Leaked: r.q.keys, Since: r.q.since, Regions: r.o.regions, Follow: investigate.Follow(r.known),
		Progress: show, Resume: before, Checkpoint: func(s *account.Snapshot) { r.store.save(s, false) },
	})
}

// announce says about how long it takes. How many users and events there are shows only after the first answers.
func (r *reading) announce() {
	size := survey.Size{Regions: len(r.o.regions), Leaked: len(r.q.keys), Exposure: time.Since(r.q.since)}
	calls, d := survey.Estimate(r.connection, size)
	r.Say("investigate.takes", calls, about(d))
}

// detail is what a progress shows beside the number of calls: how long it still takes, and where it is.
func (r *reading) detail(p survey.Progress) string {
	text := ""
	if p.Region != "" {
		text = r.Text("progress.account-region", p.Region)
	}
	if p.Sized {
		return text + r.Text("progress.account-left", about(p.Left))
	}
	return text + r.Text("progress.account-least", about(p.Left))
}

// about rounds how long something takes, as nobody can know it to the second.
func about(d time.Duration) time.Duration {
	step := 10 * time.Second
	if d < time.Minute {
		step = 5 * time.Second
	}
	return max(step, d.Round(step))
}
