// Package drilling has the command drill: a rehearsal of the first hour after a leak that needs nothing but this program. It
// makes an emulated account and a repository that leaked one of its keys, lets a thief act, and has a person, or the
// command itself, work against it with the real commands.
package drilling

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner/rehearsal"
	"github.com/akguard/akguard/verifier/drill"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/cobra"
)

// app is one run of the command.
type app struct{ *command.App }

// Commands returns the commands.
func Commands(a *command.App) []*cobra.Command { return []*cobra.Command{(&app{a}).drill()} }

// options are the flags of drill.
type options struct {
	output  string
	seed    uint64
	profile string
	auto    bool
}

func (a *app) drill() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:  "drill",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				o.seed = uint64(rand.Uint32())
			}
			return a.run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "akguard-drill", "")
	f.Uint64Var(&o.seed, "seed", 0, "")
	f.StringVar(&o.profile, "profile", drill.Profiles()[0], "")
	f.BoolVar(&o.auto, "auto", false, "")
	return cmd
}

// quiet is how much the company does meanwhile: enough that not all that is new is the thief's.
const quiet = 60

// rehearsing is one rehearsal.
type rehearsing struct {
	*app
	options
	*drill.Drill
	dir string // the output, absolute
}

func (a *app) run(ctx context.Context, o options) error {
	switch {
	case !slices.Contains(drill.Profiles(), o.profile):
		return command.Usage("usage.profile", o.profile, strings.Join(drill.Profiles(), ", "))
	case !o.auto && !terminal.Is(a.In):
		return command.Usage("usage.drill-terminal")
	}
	dir, err := emptyFolder(o.output)
	if err != nil {
		return command.Usage("usage.drill-output", o.output, osfile.WithoutPath(err))
	}
	d, err := drill.New(drill.Options{Seed: o.seed, Profile: o.profile, Now: time.Now(), Quiet: quiet})
	if err != nil {
		return err
	}
	defer d.Close()
	r := &rehearsing{a, o, d, dir}
	if err := rehearsal.Write(filepath.Join(dir, "shop"), rehearsal.Leak{Key: d.Leaked, At: d.Leak}); err != nil {
		return r.unwritten(err)
	}
	a.Say("drill.began", d.Leak.Local().Format("15:04"), o.seed, o.profile)
	if o.auto {
		err = r.auto(ctx)
	} else {
		err = r.person(ctx)
	}
	if err != nil {
		return err
	}
	return r.score()
}

var errNotEmpty = errors.New("it is not empty")

// emptyFolder makes a folder, or takes one that is empty.
func emptyFolder(name string) (string, error) {
	entries, err := os.ReadDir(name)
	switch {
	case err == nil && len(entries) > 0:
		return "", errNotEmpty
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	if err := os.MkdirAll(name, 0o700); err != nil {
		return "", err
	}
	return filepath.Abs(name)
}

// The files of a rehearsal.
const (
	incidentJSON = "incident.json"
	incidentHTML = "incident.html"
	reportFile   = "report.jsonl"
	scoreFile    = "score.json"
	envFile      = "env.sh"
)

// score compares what the investigation says with what happened, and writes the score.
func (r *rehearsing) score() error {
	s := r.Score(r.blamed())
	text, err := json.MarshalIndent(struct {
		Seed    uint64 `json:"seed"`
		Profile string `json:"profile"`
		drill.Score
		Seconds float64 `json:"frozenAfterSeconds"`
	}{r.seed, r.profile, s, s.FrozenAfter.Seconds()}, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(r.dir, scoreFile), append(text, '\n'), 0o600)
	}
	if err != nil {
		return r.unwritten(err)
	}
	if s.Frozen {
		r.Line("drill.frozen", s.FrozenAfter.Round(100*time.Millisecond))
	} else {
		r.Line("drill.not-frozen")
	}
	r.Line("drill.found", s.Found, s.Acts)
	for _, act := range s.Missed {
		r.Line("drill.missed", act.At.Local().Format("15:04:05"), act.Service, act.Action)
	}
	r.Line("drill.innocent", s.False, len(s.Touched))
	for _, name := range s.Touched {
		r.Line("drill.touched", name)
	}
	files := "drill.files"
	if _, err := os.Stat(filepath.Join(r.dir, incidentHTML)); err != nil {
		files = "drill.files-score"
	}
	r.Line(files, r.dir)
	return nil
}

// unwritten is the error of a file of the rehearsal that could not be written: on a full disk, for one.
func (r *rehearsing) unwritten(err error) error {
	return command.Failed(command.ExitUsage, "drill.unwritten", r.dir, osfile.WithoutPath(err))
}

// blamed returns the events that the investigation blames on the thief; none if there is no report.
func (r *rehearsing) blamed() []string {
	file, err := os.Open(filepath.Join(r.dir, incidentJSON))
	if err != nil {
		return nil
	}
	defer file.Close()
	var report struct {
		Result struct {
			Tree struct {
				Acts []struct {
					Event string `json:"event"`
				} `json:"acts"`
			} `json:"tree"`
		} `json:"result"`
	}
	if json.NewDecoder(file).Decode(&report) != nil {
		return nil
	}
	var out []string
	for _, act := range report.Result.Tree.Acts {
		out = append(out, act.Event)
	}
	return out
}
