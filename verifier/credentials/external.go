package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

const (
	// externalTimeout is how long a program may take; it may ask somebody on another device.
	externalTimeout = time.Minute
	maxExternal     = 64 << 10
	// unknownLife is how long a temporary credential is used whose end its source does not name.
	unknownLife = 15 * time.Minute
)

// external runs the program of a profile, which prints a profile of another mode.
func (f finder) external(p profile, source reason.Reason) (*Credential, error) {
	if off := f.Getenv("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"); off == "1" || strings.EqualFold(off, "true") {
		return nil, &profileError{reason.New("credentials.external-off")}
	}
	args, ok := splitCommand(p.Command, runtime.GOOS == "windows")
	if !ok {
		return nil, missing("process_command")
	}
	c := &Credential{Source: source}
	c.fetch = func(ctx context.Context) (cloud.Session, error) {
		s, base, err := f.runExternal(ctx, args, source)
		if err != nil && ctx.Err() == nil {
			err = failed(reason.New("credentials.unusable", source, reason.Of(err)), reason.New("credentials.run-external", args[0]))
		}
		c.base = base // Get holds the lock
		return s, err
	}
	return c, nil
}

// runExternal runs the program, and also returns the credential with which a role was assumed, if one was. Its error says nothing of what it printed, which may be the credential.
func (f finder) runExternal(ctx context.Context, args []string, source reason.Reason) (cloud.Session, *Credential, error) {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.WaitDelay = &limited{&out, maxExternal}, time.Second
	if err := cmd.Run(); err != nil {
		return cloud.Session{}, nil, &profileError{reason.New("credentials.external-failed", args[0])}
	}
	var printed struct {
		profile
		Expiration time.Time `json:"expiration"`
	}
	if err := json.Unmarshal(out.Bytes(), &printed); err != nil {
		return cloud.Session{}, nil, &profileError{reason.New("credentials.external-answer", args[0])}
	}
	if printed.Mode == "External" { // it would go in a circle
		return cloud.Session{}, nil, &profileError{reason.New("credentials.circle")}
	}
	c, err := f.use(printed.profile, source)
	if err != nil {
		return cloud.Session{}, nil, err
	}
	c.now = f.Now
	if _, err := c.Get(ctx); err != nil {
		return cloud.Session{}, nil, err
	}
	if c.current.Expires.IsZero() {
		c.current.Expires = printed.Expiration
	}
	return f.ending(c.current), c.base, nil
}

// ending gives a session an end, after which its source is asked again, if that named none.
func (f finder) ending(s cloud.Session) cloud.Session {
	if s.Expires.IsZero() {
		s.Expires = f.Now().Add(unknownLife)
	}
	return s
}

// limited drops what is more than it may take.
type limited struct {
	io.Writer
	left int
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.Writer.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// splitCommand splits a command line as the aliyun command does: at spaces outside quotes. A backslash escapes a character
// outside single quotes, except on Windows, where it is in every path.
func splitCommand(line string, windows bool) (args []string, ok bool) {
	var word strings.Builder
	quote, begun, escaped := rune(0), false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && !windows && quote != '\'':
			escaped, begun = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, begun = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			if begun {
				args = append(args, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if begun {
		args = append(args, word.String())
	}
	return args, len(args) > 0 && args[0] != "" && quote == 0
}
