package gate

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
)

// Commits that are fetched at first to find what a change builds on, and at most before everything is fetched.
const (
	firstDepth = 64
	maxDepth   = 8192
)

// fetches reports whether what is missing may be fetched.
func (r *ciRun) fetches() bool { return r.opts.fetch || r.store != nil }

// settled reports whether more history would not change the result. The commits of a change may be known whole, and the
// history of its base cut: then nothing is new where nothing was found, but what was found may be older than it seems.
func (r *ciRun) settled(result *ciResult) bool {
	return !r.shallow && !r.partial || !result.cut() && result.outcome.New == 0
}

// fetch fetches what the plan lacks, and more history; 0 is all of it.
func (r *ciRun) fetch(ctx context.Context, depth int) error {
	if r.store != nil {
		return r.fetchInto(ctx, 2*depth)
	}
	if err := r.fetchByGit(ctx, depth); err != nil {
		return command.Failed(command.ExitIncomplete, "ci.fetch-failed", err)
	}
	return nil
}

// fetchByGit has git fetch what the plan lacks, and that many more commits; 0 is all. Git is asked because the credentials of
// the platform are in its configuration.
func (r *ciRun) fetchByGit(ctx context.Context, depth int) error {
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
