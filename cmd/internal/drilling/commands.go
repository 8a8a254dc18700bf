package drilling

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
)

// step is a command of the rehearsal.
type step struct {
	args []string
	fine []int // the exit codes with which the rehearsal goes on
}

// steps are what a person would do: freeze the key, find out what happened, write it down, close what the thief left, and look
// again.
func (r *rehearsing) steps() []step {
	at := func(name string) string { return filepath.Join(r.dir, name) }
	return []step{
		{[]string{"respond", at("shop"), "--yes", "--account", r.Account.UID()}, []int{0, 4}},
		{[]string{"scan", at("shop"), "--no-verify", "--quiet", "--show-secrets", "--format", "jsonl", "--output", at(reportFile)}, []int{1}},
		{[]string{"investigate", at(reportFile), "--format", "json", "--output", at(incidentJSON)}, []int{0, 1, 3}},
		{[]string{"investigate", "--from", at(incidentJSON), "--format", "html", "--output", at(incidentHTML)}, []int{0, 1, 3}},
		{[]string{"investigate", "--from", at(incidentJSON)}, []int{0, 1, 3}},
		{[]string{"cleanup", at(incidentJSON), "--yes", "--account", r.Account.UID()}, []int{0, 4}},
		{[]string{"investigate", at(reportFile), "--against", at(incidentJSON)}, []int{0, 1, 3}},
	}
}

// auto plays the rehearsal through with the real commands, each a process of its own. What they print goes to stderr: the result of the
// drill is its score.
func (r *rehearsing) auto(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return command.Failed(command.ExitUsage, "drill.program", err)
	}
	for _, s := range r.steps() {
		r.Say("drill.step", r.shown(s.args))
		cmd := r.child(ctx, program, s.args)
		err := cmd.Run()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return command.Failed(command.ExitUsage, "drill.program", err)
		}
		if code := cmd.ProcessState.ExitCode(); !slices.Contains(s.fine, code) {
			return command.Failed(command.ExitCloud, "drill.step-failed", r.shown(s.args), code)
		}
	}
	return nil
}

// child prepares a command, which an interrupt of this process interrupts.
func (r *rehearsing) child(ctx context.Context, program string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program)
	cmd.Args = append([]string{os.Args[0]}, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = r.environment(), r.Err, r.Err, r.dir
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	apart(cmd)
	return cmd
}

// shown is a command as a person would type it in the folder of the rehearsal.
func (r *rehearsing) shown(args []string) string {
	return "akguard " + strings.ReplaceAll(strings.Join(args, " "), r.dir+string(filepath.Separator), "")
}

// own are the variables that the rehearsal sets: where the emulated account is, and the administrator's credential.
func (r *rehearsing) own() []string {
	out := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + r.Admin.ID.Reveal(), "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + r.Admin.Secret.Reveal(),
		"AKGUARD_STATE_DIR=" + filepath.Join(r.dir, "state"),
	}
	endpoints := r.Server.Endpoints()
	names := make([]string, 0, len(endpoints))
	for name := range endpoints {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, "AKGUARD_ENDPOINT_"+strings.ToUpper(name)+"="+endpoints[name])
	}
	return out
}

// environment is that of this process, without what would have a command act on a real account.
func (r *rehearsing) environment() []string {
	var out []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		real := slices.ContainsFunc([]string{"ALIBABA", "ALICLOUD", "ALIYUN", "AKGUARD_", "GITHUB_"}, func(p string) bool { return strings.HasPrefix(name, p) })
		if !real {
			out = append(out, v)
		}
	}
	return append(out, r.own()...)
}

// person has somebody work with the commands in another terminal, until Enter is pressed.
func (r *rehearsing) person(ctx context.Context) error {
	var env strings.Builder
	for _, v := range r.own() {
		name, value, _ := strings.Cut(v, "=")
		fmt.Fprintf(&env, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	if err := os.WriteFile(filepath.Join(r.dir, envFile), []byte(env.String()), 0o600); err != nil {
		return r.unwritten(err)
	}
	r.Say("drill.other-terminal", r.dir, envFile)
	for _, s := range r.steps() {
		r.Say("drill.command", r.shown(s.args))
	}
	r.Say("drill.press-enter")
	line := make(chan struct{})
	go func() {
		defer close(line)
		_, _ = bufio.NewReader(r.In).ReadString('\n')
	}()
	select {
	case <-line:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
