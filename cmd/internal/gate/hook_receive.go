package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/scanner/input"
	"github.com/spf13/cobra"
)

// receiveOptions are the flags of the hook of a server.
type receiveOptions struct {
	hookOptions
	onTimeout  string
	breakGlass string // file that records who skipped the hook; "" means that skipping is not allowed
}

func (a *app) hookPreReceive() *cobra.Command {
	var o receiveOptions
	cmd := &cobra.Command{
		Use:  "pre-receive",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if onGitLab() {
				a.Err = &prefixed{to: a.Err, prefix: "GL-HOOK-ERR: "}
			}
			return a.preReceive(cmd.Context(), o)
		},
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringVar(&o.onTimeout, "on-timeout", "refuse", "")
	cmd.Flags().StringVar(&o.breakGlass, "break-glass", "", "")
	return cmd
}

func (a *app) preReceive(ctx context.Context, o receiveOptions) error {
	if o.onTimeout != "refuse" && o.onTimeout != "accept" {
		return command.Usage("usage.on-timeout", o.onTimeout)
	}
	updates, err := readUpdates(a.In, func(f []string) input.Update { return input.Update{Old: f[0], New: f[1], Ref: f[2]} }, 3)
	if err != nil {
		return err
	}
	switch {
	case len(updates) == 0: // the hook of a server that calls this one has kept the lines to itself
		return command.Usage("usage.hook-input", 3)
	case onlyDeletions(updates):
		return nil
	}
	o.scan.Suppression.At = "HEAD" // a push cannot excuse itself
	if skip, err := a.breakGlass(o.breakGlass, updates); skip || err != nil {
		return err
	}
	objects := 0
	h := hooked{"pre-receive", true, func(o input.Options) (*input.Input, error) {
		in, err := input.Received("", updates, o)
		if err == nil {
			objects = in.Objects()
		}
		return in, err
	}}
	_, result, err := a.runHook(ctx, o.hookOptions, h)
	if err == nil || !result.Interrupted || ctx.Err() != nil {
		return err
	}
	read := result.Blobs + result.Commits
	if o.onTimeout == "accept" && a.Code != command.ExitFindings {
		a.Code = command.ExitOK
		a.Say("hook.timeout-accepted", o.scan.Timeout, read, objects)
		return nil
	}
	a.Say("hook.timeout-refused", o.scan.Timeout, read, objects)
	a.Code = command.ExitFindings
	return nil
}

// onGitLab reports whether GitLab runs the hook.
func onGitLab() bool { return os.Getenv("GL_ID") != "" || os.Getenv("GL_PROTOCOL") != "" }

// prefixed writes a prefix before each line: GitLab shows only lines that begin so.
type prefixed struct {
	to     io.Writer
	prefix string
	inLine bool
}

// Write implements io.Writer.
func (p *prefixed) Write(text []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		if !p.inLine {
			b.WriteString(p.prefix)
		}
		b.Write(line)
		p.inLine = !bytes.HasSuffix(line, []byte("\n"))
	}
	if _, err := p.to.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// skipOption is the push option with which a person skips the hook in an emergency: git push -o akguard.skip="REASON".
const skipOption = "akguard.skip="

// breakGlass reports whether the push skips the hook. It may if the administrator has named a file that records it.
func (a *app) breakGlass(log string, updates []input.Update) (bool, error) {
	why, ok := skipReason()
	switch {
	case !ok:
		return false, nil
	case log == "":
		a.Say("hook.no-break-glass")
		return false, nil
	case strings.TrimSpace(why) == "":
		return false, command.Usage("usage.break-glass-reason")
	}
	if err := record(log, why, updates); err != nil {
		return false, command.Usage("usage.break-glass", log, err)
	}
	a.Say("hook.broken-glass", why)
	return true, nil
}

// skipReason returns the value of the push option.
func skipReason() (string, bool) {
	n, _ := strconv.Atoi(os.Getenv("GIT_PUSH_OPTION_COUNT"))
	for i := range min(n, 1000) {
		if why, ok := strings.CutPrefix(os.Getenv(fmt.Sprintf("GIT_PUSH_OPTION_%d", i)), skipOption); ok {
			return why, true
		}
	}
	return "", false
}

// skipped is a line of the record of skipped hooks.
type skipped struct {
	Time   time.Time      `json:"time"`
	User   string         `json:"user"`
	Reason string         `json:"reason"`
	Refs   []input.Update `json:"refs"`
}

// record appends a line, in one write, so that two pushes do not mix.
func record(path, why string, updates []input.Update) error {
	line, err := json.Marshal(skipped{time.Now().UTC(), pusher(), why, updates})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(append(line, '\n')); err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// pusher is who pushes, as the server names them to hooks.
func pusher() string {
	for _, name := range []string{"GL_USERNAME", "GITHUB_USER_LOGIN", "GITEA_PUSHER_NAME", "GL_USER", "REMOTE_USER", "USER"} {
		if user := os.Getenv(name); user != "" {
			return user
		}
	}
	return "unknown"
}
