// Command bench measures akguard side by side with git and with other scanners, on the repositories named on its command
// line and on one that it generates, and with ripgrep on their working trees. Machines are noisy: compare the ratios of one
// run, not the figures of different runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

func main() {
	runs := flag.Int("runs", 3, "counted runs of each command, after one that is not")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bench [-runs N] [REPOSITORY ...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*runs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs int, repos []string) (err error) {
	dir, err := os.MkdirTemp("", "akguard-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	akguard := filepath.Join(dir, "akguard")
	build := exec.Command("go", "build", "-o", akguard, "./cmd/akguard")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make build does
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building akguard: %w", err)
	}
	configs, err := makeConfigs(dir)
	if err != nil {
		return err
	}
	generated := filepath.Join(dir, "generated")
	if err := generate(generated, commits); err != nil {
		return fmt.Errorf("generating a repository: %w", err)
	}
	for _, repo := range append(slices.Clone(repos), generated) {
		if err := compare(runs, repo, contestants(akguard, repo, dir, configs)); err != nil {
			return err
		}
	}
	if err := trees(runs, akguard, repos, dir); err != nil {
		return fmt.Errorf("comparing working trees: %w", err)
	}
	return growth(runs, akguard, dir)
}

// compare runs the contestants in turn and prints their medians, and their ratios to the first.
func compare(runs int, repo string, list []contestant) error {
	measured := make([][]sample, len(list))
	for i := range runs + 1 {
		for c := range list {
			if list[c].slow && i > 0 {
				continue
			}
			s, err := list[c].run()
			if err != nil {
				return err
			}
			if i > 0 || list[c].slow {
				measured[c] = append(measured[c], s)
			}
		}
	}
	fmt.Printf("%s (%d runs, medians)\n", repo, runs)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "command\twall s\tCPU s\town memory MB\twall, first = 1\tCPU, first = 1\t")
	first := middle(measured[0])
	for c := range list {
		m := middle(measured[c])
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.0f\t%.3f\t%.3f\t\n", list[c].name, m.wall.Seconds(), m.cpu.Seconds(),
			float64(m.memory)/1e6, m.wall.Seconds()/first.wall.Seconds(), m.cpu.Seconds()/first.cpu.Seconds())
	}
	return w.Flush()
}
