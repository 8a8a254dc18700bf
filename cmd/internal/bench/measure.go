package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

// sample is what one run cost.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // peak anonymous memory in bytes; 0 where the system does not report it
}

// run runs the command once, and reads its output to the end. A non-zero exit code means findings, not failure.
func (c contestant) run() (s sample, err error) {
	var stderr bytes.Buffer
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Stderr, cmd.Env = &stderr, append(os.Environ(), c.env...)
	if c.in != "" {
		in, err := os.Open(c.in)
		if err != nil {
			return s, err
		}
		defer in.Close()
		cmd.Stdin = in
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	memory := watch(cmd.Process.Pid)
	err = errors.Join(drain(out), cmd.Wait())
	s = sample{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: memory()}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() < 0 || exit.ExitCode() == 2) {
		return s, fmt.Errorf("%s: %w\n%s", c.name, err, stderr.Bytes())
	}
	return s, nil
}

// drain reads a pipe to its end. io.Discard would do it with a buffer of 8 KB, which is slower than git.
func drain(r io.Reader) error {
	for buf := make([]byte, 1<<18); ; {
		if _, err := r.Read(buf); err != nil {
			return ignore(err, io.EOF)
		}
	}
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

// compare runs the contestants in turn and prints a table.
func compare(runs int, title string, list []contestant) error {
	measured, err := measure(runs, list)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s (%d rounds: median, lowest–highest)\n", title, runs)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "command\twall s\t\tCPU s\t\tpeak own MB\twall, first = 1\t\tCPU, first = 1\t\t")
	for c := range list {
		wall, cpu := column(measured[c], wallOf), column(measured[c], cpuOf)
		memory := column(measured[c], func(s sample) float64 { return float64(s.memory) / 1e6 })
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%.2f\t%s\t%.0f\t%s\t%s\t\n", list[c].name, wall.median(), wall.spread(), cpu.median(), cpu.spread(),
			memory.highest(), ratios(measured[c], measured[0], wallOf), ratios(measured[c], measured[0], cpuOf))
	}
	return w.Flush()
}

// measure runs the contestants in rounds, every other one backwards, so that none is always measured after the same one. The
// first round only warms the caches.
func measure(runs int, list []contestant) ([][]sample, error) {
	measured := make([][]sample, len(list))
	for round := range runs + 1 {
		for i := range list {
			c := i
			if round%2 == 1 {
				c = len(list) - 1 - i
			}
			if list[c].slow && round > 0 {
				continue
			}
			s, err := list[c].run()
			if err != nil {
				return nil, err
			}
			if round > 0 || list[c].slow {
				measured[c] = append(measured[c], s)
			}
		}
	}
	return measured, nil
}

func wallOf(s sample) float64 { return s.wall.Seconds() }
func cpuOf(s sample) float64  { return s.cpu.Seconds() }

// figures are one figure of several runs, sorted.
type figures []float64

func column(samples []sample, of func(sample) float64) figures {
	var f figures
	for _, s := range samples {
		f = append(f, of(s))
	}
	slices.Sort(f)
	return f
}

func (f figures) median() float64  { return f[len(f)/2] }
func (f figures) highest() float64 { return f[len(f)-1] }
func (f figures) spread() string   { return fmt.Sprintf("%.2f–%.2f", f[0], f.highest()) }

// ratios are those of each round to the first contestant in the same round, which had the same neighbors on the machine.
func ratios(samples, first []sample, of func(sample) float64) string {
	if len(samples) != len(first) { // it was run once
		return fmt.Sprintf("%.2f\t", of(samples[0])/column(first, of).median())
	}
	var f figures
	for i := range samples {
		f = append(f, of(samples[i])/cmp.Or(of(first[i]), 1e-9))
	}
	slices.Sort(f)
	return fmt.Sprintf("%.3f\t%s", f.median(), f.spread())
}
