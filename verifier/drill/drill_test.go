package drill_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/drill"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/survey"
)

// seeds is how many thefts are rehearsed; AKGUARD_DRILL_SEEDS names more.
func seeds() int {
	if n, err := strconv.Atoi(os.Getenv("AKGUARD_DRILL_SEEDS")); err == nil {
		return n
	}
	return 8
}

type admin rules.Credential

func (a admin) Get(context.Context) (rules.Credential, error) { return rules.Credential(a), nil }

// look investigates.
func look(t *testing.T, d *drill.Drill) (*account.Snapshot, investigate.Report) {
	t.Helper()
	endpoints := d.Server.Endpoints()
	c, err := connection.New(connection.Options{Endpoints: endpoints, Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := survey.Read(t.Context(), survey.Options{
		Admin: admin(d.Admin), Connection: c, Leaked: []rules.Secret{d.Leaked.ID}, Since: d.Leak, Follow: investigate.Follow(investigate.Known{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot, investigate.Judge(snapshot, investigate.Options{})
}

func blamed(r investigate.Report) []string {
	var out []string
	for _, act := range r.Tree.Acts {
		out = append(out, act.Event)
	}
	return out
}

// TestThefts finds every act of every thief, and at most one false alarm each.
func TestThefts(t *testing.T) {
	for seed := range seeds() {
		profile := drill.Profiles()[seed%len(drill.Profiles())]
		t.Run(fmt.Sprint(profile, seed), func(t *testing.T) {
			t.Parallel()
			d, err := drill.New(drill.Options{Seed: uint64(seed), Profile: profile, Now: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			_, r := look(t, d)
			score := d.Score(blamed(r))
			for _, act := range score.Missed {
				t.Errorf("missed: %s %s at %v", act.Service, act.Action, act.At)
			}
			if score.Acts < 12 || score.False > 0 || score.Frozen || len(score.Touched) > 0 {
				t.Errorf("%d acts, %d found, %d of the company's, touched %v", score.Acts, score.Found, score.False, score.Touched)
			}
			alarms := 0
			for _, result := range r.Results {
				for _, e := range result.Evidence {
					if !result.Posture && e.Maker != investigate.Thief && e.Maker != investigate.Fresh {
						alarms++
						t.Logf("%s: %v", result.Check, e.What)
					}
				}
			}
			if alarms > 1 {
				t.Errorf("%d false alarms", alarms)
			}
		})
	}
}
