package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// contestant is a command that is measured.
type contestant struct {
	name string
	args []string
	env  []string // beside bench's own
	in   string   // a file that is its standard input; may be empty
	slow bool     // takes minutes, so it is run once
}

// peers are the other scanners, if they are on the PATH, each with its Alibaba Cloud rules only, where it can be told so, and
// without verification.
var peers = []string{"gitleaks", "betterleaks", "trufflehog", "titus", "kingfisher"}

// contestants are git itself, the floor, and akguard with its own rules and with one rule. git inflates everything and looks
// at nothing; its output is read to the end, because a scanner would have to read it.
func contestants(t tools, repo string) ([]contestant, error) {
	packs, err := packsOf(repo)
	if err != nil {
		return nil, err
	}
	list := []contestant{
		{name: "git cat-file", args: []string{"git", "-C", repo, "cat-file", "--batch-all-objects", "--batch", "--unordered"}},
		{name: "floor", args: slices.Concat([]string{t.floor}, packs)},
	}
	native, err := t.nativeFloor(repo, packs)
	if err != nil {
		return nil, err
	}
	own := ours(t.akguard, repo, t.report("akguard"))
	return append(append(list, native...), own, own.with(t.one, "one rule")), nil
}

// slower are akguard with hundreds of rules and the other scanners, which take minutes.
func slower(t tools, repo string) []contestant {
	var list []contestant
	if t.gitleaks != "" {
		list = append(list, ours(t.akguard, repo, t.report("akguard")).with(t.gitleaks, "gitleaks' rules").once())
	}
	for _, c := range t.others(repo) {
		if _, err := exec.LookPath(c.args[0]); err == nil {
			list = append(list, c)
		}
	}
	return list
}

func (t tools) report(name string) string { return filepath.Join(t.dir, name+".report") }

func (t tools) others(repo string) []contestant {
	return []contestant{
		{name: "gitleaks", args: []string{"gitleaks", "git", "--no-banner", "--exit-code=0", "--enable-rule=alibaba-access-key-id", "--enable-rule=alibaba-secret-key", "--report-format=json", "--report-path=" + t.report("gitleaks"), repo}, slow: true},
		{name: "betterleaks", args: []string{"betterleaks", "git", "--no-banner", "--exit-code=0", "--enable-rule=alibaba-access-key-id", "--enable-rule=alibaba-secret-key", "--report-path=" + t.report("betterleaks"), repo}, slow: true},
		{name: "trufflehog", args: []string{"trufflehog", "git", "--no-update", "--no-verification", "--json", "--include-detectors=alibaba", "file://" + repo}, slow: true},
		{name: "titus, all rules", args: []string{"titus", "scan", "--git", "--output", t.report("titus"), repo}, slow: true},
		{name: "kingfisher", args: []string{"kingfisher", "scan", "--no-validate", "--rule=kingfisher.alibabacloud", "--output=" + t.report("kingfisher"), repo}, slow: true},
	}
}

// nativeFloor returns the floor with libdeflate, if it could be built.
func (t tools) nativeFloor(repo string, packs []string) ([]contestant, error) {
	if t.libdeflate == "" || len(packs) == 0 {
		return nil, nil
	}
	lists, err := os.MkdirTemp(t.dir, "lists-")
	if err != nil {
		return nil, err
	}
	if out, err := exec.Command(t.floor, slices.Concat([]string{"-list", lists}, packs)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("listing the packs of %s: %w\n%s", repo, err, out)
	}
	c := contestant{name: "floor, libdeflate", args: []string{t.libdeflate}}
	for i, pack := range packs {
		c.args = append(c.args, pack, filepath.Join(lists, strconv.Itoa(i)))
	}
	return []contestant{c}, nil
}

func ours(akguard, repo, report string) contestant {
	return contestant{name: "akguard", args: []string{akguard, "scan", "--no-verify", "--no-worktree", "--quiet", "--output", report, repo}}
}

// with has akguard use a configuration.
func (c contestant) with(config, name string) contestant {
	c.name += ", " + name
	c.args = append(slices.Clone(c.args), "--config", config)
	return c
}

func (c contestant) once() contestant {
	c.slow = true
	return c
}

// pinned has a command run on one processor: on Linux the system gives it no other.
func (c contestant) pinned() contestant {
	if _, err := exec.LookPath("taskset"); err == nil {
		c.args = append([]string{"taskset", "-c", "0"}, c.args...)
	}
	c.env = append(slices.Clone(c.env), "GOMAXPROCS=1")
	return c
}
