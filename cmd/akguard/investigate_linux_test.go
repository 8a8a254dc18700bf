package main

import (
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
)

// TestInvestigationProgress shows on a terminal how many calls are made, of how many, where, and how long the rest takes.
func TestInvestigationProgress(t *testing.T) {
	t.Parallel()
	i := newInvestigation(t)
	p := i.process(t, i.id)
	terminal := termtest.New(t)
	p.Cmd.Stderr = terminal.File
	p.start(t)
	line := regexp.MustCompile(`reading the account, cn-hangzhou, (?:about|at least) \S+ left +\d+% \|[^|]*\| \(\d+/\d+\)`)
	await(t, "the progress of the investigation", func() bool { return line.MatchString(terminal.SoFar()) })
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	if screen := terminal.Screen(); !strings.Contains(screen, "akguard: reading the account takes ") {
		t.Errorf("it does not say how long it takes: %q", screen)
	}
}
