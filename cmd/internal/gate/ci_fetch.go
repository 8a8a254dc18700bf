package gate

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Commits that are fetched at first to find what a change builds on, and at most before everything is fetched.
const (
	firstDepth = 64
	maxDepth   = 8192
)

// fetch has git fetch what the plan lacks, and that many more commits; 0 is all. Git is asked because the credentials of the
// platform are in its configuration.
func (r *ciRun) fetch(ctx context.Context, depth int) error {
	args := []string{"fetch", "--quiet", "--no-tags"}
	switch {
	case r.shallow && depth == 0:
		args = append(args, "--unshallow")
	case r.shallow:
		args = append(args, fmt.Sprintf("--deepen=%d", depth))
	}
	if r.partial {
		args = append(args, "--refetch", "--no-filter")
	}
	args = append(append(args, "--end-of-options", "origin"), r.plan.Missing...) // what is missing comes from an event
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Stdout, cmd.Stderr = r.Err, r.Err
	return cmd.Run()
}

// whole is the command that brings what is missing.
func (r *ciRun) whole() string {
	args := []string{"git fetch --no-tags"}
	if r.shallow {
		args = append(args, "--unshallow")
	}
	if r.partial {
		args = append(args, "--refetch --no-filter")
	}
	return strings.Join(append(append(args, "origin"), r.plan.Missing...), " ")
}
