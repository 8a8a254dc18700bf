package main

import (
	"bytes"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
)

// slowly writes more than a window of content after progress is due, and then more of it.
func slowly(t *testing.T, p *process, content string) func() {
	t.Helper()
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	window := strings.Repeat("filler\n", 700_000)
	return func() {
		for range 3 {
			pause(400 * time.Millisecond)
			_, _ = io.WriteString(in, window)
		}
		_, _ = io.WriteString(in, content)
		_ = in.Close()
	}
}

// TestProgress looks at the terminal and at standard output. Progress is for the one alone, and only where it is
// wanted; it makes room for what is said.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want bool
	}{
		{"by default", nil, true},
		{"in JSON", []string{"--format", "jsonl"}, true},
		{"--no-progress", []string{"--no-progress"}, false},
		{"--quiet", []string{"--quiet"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, append([]string{"scan", "--no-verify", "-"}, test.args...)...)
			terminal := termtest.New(t)
			var stdout bytes.Buffer
			p.Stdout, p.Cmd.Stderr = &stdout, terminal.File
			feed := slowly(t, p, keyPair())
			p.start(t)
			feed()
			p.ends(t, 10*time.Second, 1)
			if screen := terminal.Screen(); strings.Contains(screen, "scanning") != test.want {
				t.Errorf("progress: want %v; the screen is %q", test.want, screen)
			}
			if strings.ContainsAny(stdout.String(), "\r\x1b") || !strings.Contains(stdout.String(), "unchecked") {
				t.Errorf("standard output is %q", &stdout)
			}
		})
	}
}

// TestProgressMakesRoom has the report on the same terminal.
func TestProgressMakesRoom(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "scan", "--no-verify", "-")
	terminal := termtest.New(t)
	p.Stdout, p.Cmd.Stderr = terminal.File, terminal.File
	feed := slowly(t, p, keyPair())
	p.start(t)
	feed()
	p.ends(t, 10*time.Second, 1)
	bar, report, found := strings.Cut(terminal.Screen(), "unchecked")
	if !found || !strings.Contains(bar, "scanning") || strings.Contains(report, "scanning") {
		t.Errorf("the bar does not come before the report: %q, %q", bar, report)
	}
	if last := bar[strings.LastIndex(bar, "scanning"):]; !strings.Contains(last, "\r ") {
		t.Errorf("the bar is not removed: %q", last)
	}
}

// TestProgressInterrupted has the last words on a line of their own.
func TestProgressInterrupted(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "scan", "--no-verify", "--output", "report", ".")
	p.endless(t, "large")
	terminal := termtest.New(t)
	p.Cmd.Stderr = terminal.File
	p.start(t)
	await(t, "progress", func() bool { return strings.Contains(terminal.SoFar(), "scanning") })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	screen := terminal.Screen()
	bar, _, found := strings.Cut(screen, "akguard: interrupted")
	if !found || !strings.Contains(bar, "scanning") || !strings.HasSuffix(bar, " \r") {
		t.Errorf("the screen is %q", screen)
	}
}

// TestSecretIsNotShown types a secret where verify asks for it, and interrupts it there: the terminal is as before.
func TestSecretIsNotShown(t *testing.T) {
	t.Parallel()
	const id, secret = "madeUpForThisTest", "neverToBeSeen"
	p := newProcess(t, "verify", id)
	terminal := termtest.New(t)
	p.Stdin, p.Cmd.Stderr = terminal.File, terminal.File
	p.start(t)
	if err := terminal.TypeHidden(secret); err != nil {
		t.Fatal(err)
	}
	p.ends(t, 10*time.Second, 3) // there is nobody to ask
	if !terminal.Shows() {
		t.Error("the terminal does not show what is typed any more")
	}
	if screen := terminal.Screen(); strings.Contains(screen, secret) || !strings.Contains(screen, "(not shown): ") {
		t.Errorf("the screen is %q", screen)
	}
}

// TestPromptInterrupted gives the terminal back too.
func TestPromptInterrupted(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "verify", "madeUpForThisTest")
	terminal := termtest.New(t)
	p.Stdin, p.Cmd.Stderr = terminal.File, terminal.File
	p.start(t)
	await(t, "the prompt", func() bool { return !terminal.Shows() })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	if !terminal.Shows() {
		t.Error("the terminal does not show what is typed any more")
	}
}

// TestColor has the report on a terminal, and one that must have no colours.
func TestColor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		env  string
		want bool
	}{
		{"a terminal", nil, "TERM=xterm", true},
		{"NO_COLOR", nil, "NO_COLOR=1", false},
		{"a dumb terminal", nil, "TERM=dumb", false},
		{"JSON", []string{"--format", "jsonl"}, "TERM=xterm", false},
		{"SARIF", []string{"--format", "sarif"}, "TERM=xterm", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, append([]string{"scan", "--no-verify", "key.yml"}, test.args...)...)
			p.write(t, "key.yml", keyPair())
			terminal := termtest.New(t)
			p.Stdout = terminal.File
			p.Env = append(p.Env, test.env)
			p.start(t)
			p.ends(t, 10*time.Second, 1)
			if screen := terminal.Screen(); strings.Contains(screen, "\x1b[") != test.want {
				t.Errorf("colours: want %v; the screen is %q", test.want, screen)
			}
		})
	}
}

// TestWidth looks at a report on a narrow terminal: it is broken to fit, and ends with a command that can be pasted.
func TestWidth(t *testing.T) {
	t.Parallel()
	terminal := termtest.New(t)
	if err := unix.IoctlSetWinsize(int(terminal.File.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 60}); err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, "scan", "--no-verify", "-")
	p.Stdout, p.Cmd.Stdin = terminal.File, strings.NewReader(keyPair())
	p.start(t)
	p.ends(t, 10*time.Second, 1)
	screen := terminal.Screen()
	if !strings.Contains(screen, "next ") {
		t.Fatalf("no report on the screen: %q", screen)
	}
	for _, line := range strings.Split(screen, "\n") {
		if strings.HasPrefix(line, "  ") && len(line) > 75 { // with the escapes of colours
			t.Errorf("%d characters: %q", len(line), line)
		}
	}
}
