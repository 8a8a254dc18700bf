// Package cli is akguard's command line: one file for each subcommand. It turns flags into options, runs, and
// turns what comes back into words on stderr and an exit code. Only data goes to stdout.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/spf13/cobra"
)

// The exit codes of every command.
const (
	exitOK          = 0
	exitFindings    = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitCloud       = 4
	exitInterrupted = 130
)

// Streams are the standard streams of the process.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// app is one run of the command.
type app struct {
	Streams
	words    *message.Printer // the language of everything that is said
	code     int              // of a run without error
	progress *progress        // on a terminal, while a scan reads; nil for none

	mu      sync.Mutex
	cleanup []func() // run if the process must end before the command does
}

// grace is how long an interrupted command may take to end by itself.
const grace = 700 * time.Millisecond

// Main runs the command line and returns the exit code. A signal that asks it to end does so within a second, a second
// one at once. Either way nothing half-written stays behind.
func Main(args []string, streams Streams) int {
	noCore()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	a := &app{Streams: streams, words: message.New(languageOf(args))}
	done := make(chan int, 1)
	go func() { done <- a.run(ctx, args) }()
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
	case <-time.After(grace): // it hangs in a read, which knows no context
	}
	a.abandon()
	return a.interrupted(streams.Err) // a.Err may be in use
}

// onAbandon registers what must not be left behind.
func (a *app) onAbandon(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cleanup = append(a.cleanup, f)
}

func (a *app) abandon() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.cleanup {
		f()
	}
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	cmd, err := execute(ctx, root, args)
	switch {
	case err == nil:
		return a.code
	case ctx.Err() != nil:
		return a.interrupted(a.Err)
	}
	var failed *failure
	if !errors.As(err, &failed) { // cobra's own: a flag or a command that does not exist
		failed = &failure{err: err, code: exitUsage, hint: a.text("usage.see-help", cmd.CommandPath())}
	}
	a.fail(failed)
	return failed.code
}

// execute runs the command line. A wrong name of a command is found before its flags are looked at.
func execute(ctx context.Context, root *cobra.Command, args []string) (*cobra.Command, error) {
	if cmd, rest, err := root.Find(args); err != nil {
		return cmd, unknownCommand(cmd, rest)
	}
	return root.ExecuteContextC(ctx)
}

func (a *app) interrupted(w io.Writer) int {
	terminal.Say(w, "%s", a.text("scan.interrupted"))
	return exitInterrupted
}

// failure is an error with its exit code and what to do about it.
type failure struct {
	err  error
	hint string
	code int
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "akguard",
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			lang, _ := cmd.Flags().GetString("lang")
			if _, err := message.ParseLanguage(lang); err != nil {
				return usage("usage.lang", lang)
			}
			return nil
		},
	}
	root.PersistentFlags().String("lang", "", "")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(help())
	root.SetUsageTemplate(a.usageTemplate())
	root.AddCommand(a.scan(), a.verify(), a.revoke(), a.respond(), a.rules(), a.version(), a.completion())
	root.InitDefaultHelpCmd()
	for _, cmd := range withAll(root) {
		cmd.InitDefaultHelpFlag()
	}
	a.localize(root)
	return root
}

// withAll returns a command and all below it.
func withAll(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		all = append(all, withAll(below)...)
	}
	return all
}
