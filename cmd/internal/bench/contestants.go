package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// contestant is a command that is measured.
type contestant struct {
	name string
	args []string
	env  []string // beside bench's own
	slow bool     // takes minutes, so it is run once
}

// contestants are git itself, akguard (with its own rules, with one rule and with hundreds), and the scanners on the PATH,
// each with its Alibaba Cloud rules only and without verification. git inflates everything and looks at nothing; its output
// is read and discarded, because a scanner would have to read it.
func contestants(akguard, repo, dir string, configs configs) []contestant {
	report := func(name string) string { return filepath.Join(dir, name+".report") }
	list := []contestant{
		{name: "git cat-file", args: []string{"git", "-C", repo, "cat-file", "--batch-all-objects", "--batch", "--unordered"}},
		ours(akguard, repo, report("akguard")),
		ours(akguard, repo, report("akguard-one")).with(configs.one, "one rule"),
		ours(akguard, repo, report("akguard-gitleaks")).with(configs.gitleaks, "gitleaks' rules").once(),
	}
	for _, c := range []contestant{
		{name: "gitleaks, all rules", slow: true, args: []string{"gitleaks", "git", "--no-banner", "--exit-code=0", "--config=" + configs.gitleaks, "--report-format=json", "--report-path=" + report("gitleaks-all"), repo}},
		{name: "gitleaks", args: []string{"gitleaks", "git", "--no-banner", "--exit-code=0", "--enable-rule=alibaba-access-key-id", "--enable-rule=alibaba-secret-key", "--report-format=json", "--report-path=" + report("gitleaks"), repo}},
		{name: "betterleaks", args: []string{"betterleaks", "git", "--no-banner", "--exit-code=0", "--enable-rule=alibaba-access-key-id", "--enable-rule=alibaba-secret-key", "--report-path=" + report("betterleaks"), repo}},
		{name: "trufflehog", args: []string{"trufflehog", "git", "--no-update", "--no-verification", "--json", "--include-detectors=alibaba", "file://" + repo}},
		{name: "kingfisher", args: []string{"kingfisher", "scan", "--no-validate", "--rule=kingfisher.alibabacloud", "--output=" + report("kingfisher"), repo}},
	} {
		if _, err := exec.LookPath(c.args[0]); err == nil {
			list = append(list, c)
		}
	}
	return list
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

// sample is what one run cost.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // peak anonymous memory in bytes; 0 where the system does not report it
}

// run runs the command once. A non-zero exit code means findings, not failure.
func (c contestant) run() (sample, error) {
	var stderr bytes.Buffer
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Env = io.Discard, &stderr, append(os.Environ(), c.env...)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	memory := watch(cmd.Process.Pid)
	err := cmd.Wait()
	s := sample{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: memory()}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() < 0 || exit.ExitCode() == 2) {
		return s, fmt.Errorf("%s: %w\n%s", c.name, err, stderr.Bytes())
	}
	return s, nil
}

// watch samples a process's memory. The function that it returns ends that, and returns the peak.
func watch(pid int) func() int64 {
	done, most := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-time.After(5 * time.Millisecond):
				peak = max(peak, anonymous(pid))
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-most
	}
}

// anonymous reads how much memory of its own a process holds, from Linux's /proc.
func anonymous(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(data, []byte("RssAnon:"))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0
	}
	kilobytes, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}

// middle returns the medians.
func middle(samples []sample) sample {
	pick := func(value func(sample) int64) int64 {
		list := make([]int64, len(samples))
		for i, s := range samples {
			list[i] = value(s)
		}
		slices.Sort(list)
		return list[len(list)/2]
	}
	return sample{
		wall:   time.Duration(pick(func(s sample) int64 { return int64(s.wall) })),
		cpu:    time.Duration(pick(func(s sample) int64 { return int64(s.cpu) })),
		memory: pick(func(s sample) int64 { return s.memory }),
	}
}
