// Command bench measures akguard side by side with git, with the floor (inflating every entry of the packs, and nothing else)
// and with other scanners, on the repositories named on its command line and on some that it generates, and with ripgrep on
// their working trees. Machines are noisy: compare the ratios of one run, not the figures of different runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// parts are what can be measured. With peers, the tables of repositories have akguard with hundreds of rules and the other
// scanners too, which are run once.
var parts = []string{"repos", "peers", "hits", "streams", "trees", "growth"}

func main() {
	o := options{}
	flag.IntVar(&o.runs, "runs", 3, "counted rounds, after one that is not")
	only := flag.String("parts", strings.Join(parts, ","), "what to measure")
	flag.BoolVar(&o.generated, "generated", true, "measure a generated repository beside those named")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bench [-runs N] [-parts LIST] [-generated=false] [REPOSITORY ...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	o.parts, o.repos = strings.Split(*only, ","), flag.Args()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options say what is measured.
type options struct {
	runs      int
	parts     []string
	generated bool
	repos     []string
}

func run(o options) (err error) {
	dir, err := os.MkdirTemp("", "akguard-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	t, err := build(dir)
	if err != nil {
		return err
	}
	for _, missing := range t.missing {
		fmt.Println("missing:", missing)
	}
	measure := map[string]func() error{
		"repos":   func() error { return repositories(o, t) },
		"hits":    func() error { return hits(o.runs, t) },
		"streams": func() error { return streams(o.runs, t) },
		"trees":   func() error { return trees(o.runs, t.akguard, o.repos, dir) },
		"growth":  func() error { return growth(o.runs, t.akguard, dir) },
	}
	for _, part := range parts {
		if !slices.Contains(o.parts, part) || part == "peers" {
			continue
		}
		if err := measure[part](); err != nil {
			return fmt.Errorf("measuring %s: %w", part, err)
		}
	}
	return nil
}

// repositories compares the contestants on each repository: on all processors, and on one.
func repositories(o options, t tools) error {
	repos := slices.Clone(o.repos)
	if o.generated {
		generated := filepath.Join(t.dir, "generated")
		if err := generate(generated, generator{commits: commits}); err != nil {
			return fmt.Errorf("generating a repository: %w", err)
		}
		repos = append(repos, generated)
	}
	for _, repo := range repos {
		list, err := contestants(t, repo)
		if err != nil {
			return err
		}
		var single []contestant
		for _, c := range list {
			single = append(single, c.pinned())
		}
		if slices.Contains(o.parts, "peers") {
			list = append(list, slower(t, repo)...)
		}
		if err := compare(o.runs, repo, list); err != nil {
			return err
		}
		if err := compare(o.runs, repo+", one processor", single); err != nil {
			return err
		}
	}
	return nil
}
