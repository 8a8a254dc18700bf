package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/orgtest"
)

// sweepCosts is the model of docs/scale.md: what a sweep costs is what it costs to begin, and so much for each repository and for each
// MB of content.
type sweepCosts struct{ start, repository, megabyte float64 } // seconds

// of returns what a sweep costs.
func (c sweepCosts) of(repositories int, megabytes float64) float64 {
	return c.start + c.repository*float64(repositories) + c.megabyte*megabytes
}

// sweepSample is a sweep that was measured.
type sweepSample struct {
	repositories int
	megabytes    float64
	cost         float64 // seconds
}

// sweepCostsFrom solves the model for three sweeps: a small one, one with more repositories, and one with more content.
func sweepCostsFrom(small, many, large sweepSample) sweepCosts {
	n1, mb1, cost1 := float64(many.repositories-small.repositories), many.megabytes-small.megabytes, many.cost-small.cost
	n2, mb2, cost2 := float64(large.repositories-small.repositories), large.megabytes-small.megabytes, large.cost-small.cost
	var c sweepCosts
	c.repository = (cost1*mb2 - cost2*mb1) / (n1*mb2 - n2*mb1)
	c.megabyte = (cost2 - n2*c.repository) / mb2
	c.start = small.cost - c.repository*float64(small.repositories) - c.megabyte*small.megabytes
	return c
}

// TestSweepModel solves the model for sweeps whose costs are known, and computes the first sweep of docs/scale.md: 100,000 repositories
// with 12 MB each on 100 workers.
func TestSweepModel(t *testing.T) {
	known := sweepCosts{start: 0.2, repository: 0.035, megabyte: 0.065}
	sample := func(n int, mb float64) sweepSample { return sweepSample{n, mb, known.of(n, mb)} }
	got := sweepCostsFrom(sample(30, 0), sample(90, 0.5), sample(31, 8))
	if math.Abs(got.start-known.start)+math.Abs(got.repository-known.repository)+math.Abs(got.megabyte-known.megabyte) > 1e-9 {
		t.Errorf("%+v, want %+v", got, known)
	}
	if minutes := known.of(1000, 12*1000) / 60; math.Round(minutes) != 14 {
		t.Errorf("a worker of 100 takes %.1f minutes, and docs/scale.md says 14", minutes)
	}
}

// BenchmarkSweepModel measures three small sweeps, with one worker and with two, predicts a larger one of another mixture, and measures
// that. The CPU time of the prediction may be wrong by 20 %. What a clock shows is reported only: others use the machine, too.
func BenchmarkSweepModel(b *testing.B) {
	orgs := map[string]*swept{}
	for name, plan := range map[string]orgtest.Plan{
		"small": {Repos: 30}, "many": {Repos: 120}, "large": {Repos: 31, Large: 16 << 20}, "target": {Repos: 300, Forks: 40, Large: 50 << 20},
	} {
		orgs[name] = newSwept(b, orgtest.Options{}, plan)
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers, "-workers"), func(b *testing.B) {
			cpu, wall := map[string]sweepSample{}, map[string]sweepSample{}
			for range b.N {
				for name, s := range orgs {
					for range 3 { // the least is nearest to what the work costs
						used, took := s.cost(workers)
						keepLeast(cpu, name, used)
						keepLeast(wall, name, took)
					}
				}
			}
			for what, m := range map[string]map[string]sweepSample{"cpu": cpu, "wall": wall} {
				model, target := sweepCostsFrom(m["small"], m["many"], m["large"]), m["target"]
				predicted := model.of(target.repositories, target.megabytes)
				b.ReportMetric(predicted, what+"-predicted-s")
				b.ReportMetric(target.cost, what+"-measured-s")
				b.ReportMetric(predicted/target.cost, what+"-ratio")
				b.Logf("%d workers, %s: %.3f s + %.1f ms a repository + %.1f ms a MB: predicted %.2f s, measured %.2f s", workers, what, model.start, model.repository*1000, model.megabyte*1000, predicted, target.cost)
				if what == "cpu" && math.Abs(predicted/target.cost-1) > 0.2 {
					b.Errorf("%d workers: the model predicts %.2f s of CPU, and the sweep took %.2f s", workers, predicted, target.cost)
				}
			}
		})
	}
}

func keepLeast(m map[string]sweepSample, name string, s sweepSample) {
	if old, ok := m[name]; !ok || s.cost < old.cost {
		m[name] = s
	}
}

// cost sweeps with an empty state, and returns the CPU time of all processes of the sweep, and the time that it took.
func (s *swept) cost(workers int) (cpu, wall sweepSample) {
	s.t.Helper()
	s.Forget()
	cmd := exec.CommandContext(s.t.Context(), binary, "sweep", "github", "--org", s.Org, "--api-url", s.URL, "--state", filepath.Join(s.t.TempDir(), "state"), "--no-verify", "--quiet", "--workers", fmt.Sprint(workers))
	cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token, "TMPDIR="+s.temp())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	_ = cmd.Run()
	took := time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != 1 && code != 3 {
		s.t.Fatalf("the sweep ends with %d: %s", code, &out)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	megabytes := float64(s.Stats().Bytes) / 1e6
	return sweepSample{len(s.Repos), megabytes, used.Seconds()}, sweepSample{len(s.Repos), megabytes, took.Seconds()}
}
