// Package command has what the commands of akguard share: streams and signals, exit codes, errors with hints, help and
// messages in the user's language, and output files that are written atomically.
//
// It knows no command. Package cli puts the commands together.
package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/spf13/cobra"
)

// The exit codes of every command.
const (
	ExitOK          = 0
	ExitFindings    = 1
	ExitUsage       = 2
	ExitIncomplete  = 3
	ExitCloud       = 4
	ExitInterrupted = 130
)

// Streams are the standard streams of the process.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// App is one run of the command.
type App struct {
	Streams
	Words    *message.Printer // the language of everything that is said
	Code     int              // of a run without error
	Progress *Progress        // on a terminal, while a scan reads; may be nil

	mu      sync.Mutex
	cleanup []func() // run if the process must end before the command does
}

// Main runs the command line that root builds, and returns the exit code. A signal ends the command within a second, and a
// second signal ends it at once. Either way, no half-written file stays behind.
func Main(args []string, streams Streams, root func(*App) *cobra.Command) int {
	noCore()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	a := &App{Streams: streams, Words: message.New(languageOf(args))}
	done := make(chan int, 1)
	go func() { done <- a.run(ctx, root(a), args) }()
	select {
	case code := <-done:
		return code
	case <-signals:
		cancel()
	}
	select {
	case code := <-done:
		return code
	case <-signals:
	case <-outOfGrace(): // it hangs in a read, which has no context
	}
	a.abandon()
	return a.interrupted(streams.Err) // a.Err may be in use
}

// OnAbandon registers what must not be left behind.
func (a *App) OnAbandon(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanup = append(a.cleanup, f)
}

func (a *App) abandon() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.cleanup {
		f()
	}
}

func (a *App) run(ctx context.Context, root *cobra.Command, args []string) int {
	args = joinVerify(args)
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	cmd, err := execute(ctx, root, args)
	switch {
	case err == nil:
		return a.Code
	case ctx.Err() != nil:
		return a.interrupted(a.Err)
	}
	var failed *Failure
	if !errors.As(err, &failed) { // cobra's own: a flag or a command that does not exist
		failed = &Failure{Err: err, Code: ExitUsage, Hint: a.Text("usage.see-help", cmd.CommandPath())}
	}
	a.fail(failed)
	return failed.Code
}

// execute runs the command line. It checks the name of the command before its flags.
func execute(ctx context.Context, root *cobra.Command, args []string) (*cobra.Command, error) {
	if completes(args) { // the library adds the command that completes when it runs
		return root.ExecuteContextC(ctx)
	}
	if cmd, rest, err := root.Find(args); err != nil {
		return cmd, UnknownCommand(cmd, rest)
	}
	return root.ExecuteContextC(ctx)
}

// completes reports whether a shell asks for the ways to go on with a command line.
func completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

func (a *App) interrupted(w io.Writer) int {
	terminal.Say(w, "%s", a.Text("scan.interrupted"))
	return ExitInterrupted
}

// Failure is an error with its exit code and what to do about it.
type Failure struct {
	Err  error
	Hint string
	Code int
}

// Error implements error.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error itself.
func (f *Failure) Unwrap() error { return f.Err }

// withAll returns a command and all below it.
func withAll(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		all = append(all, withAll(below)...)
	}
	return all
}

// joinVerify joins --verify with the word services behind it. The flag takes no other value, and needs none, so that the library
// would take the word for the name of a folder.
func joinVerify(args []string) []string {
	for i := 0; i+1 < len(args) && args[i] != "--"; i++ {
		if args[i] == "--verify" && args[i+1] == "services" {
			return slices.Concat(args[:i], []string{"--verify=services"}, args[i+2:])
		}
	}
	return args
}
