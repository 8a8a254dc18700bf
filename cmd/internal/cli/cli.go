// Package cli is akguard's command line: one file for each subcommand. It turns flags into options, runs, and
// turns what comes back into words on stderr and an exit code. Only data goes to stdout. The commands that act on an
// account are in packages account, investigating and drilling, those that judge a change in package gate, and
// those that sweep an organization in package sweeping.
package cli

import (
	"github.com/akguard/akguard/cmd/internal/account"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/drilling"
	"github.com/akguard/akguard/cmd/internal/gate"
	"github.com/akguard/akguard/cmd/internal/investigating"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/cmd/internal/sweeping"
	"github.com/spf13/cobra"
)

// Main runs akguard and returns its exit code.
func Main(args []string, streams Streams) int {
	return command.Main(args, streams, func(a *command.App) *cobra.Command { return (&app{scanning.Runner{App: a}}).root() })
}

// app is one run of akguard.
type app struct{ scanning.Runner }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "akguard",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			lang, _ := cmd.Flags().GetString("lang")
			if _, err := message.ParseLanguage(lang); err != nil {
				return command.Usage("usage.lang", lang)
			}
			return nil
		},
	}
	root.PersistentFlags().String("lang", "", "")
	root.Flags().Bool("version", false, "") // cobra's own would take -v, which is --verbose elsewhere
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(a.scan(), a.verify())
	root.AddCommand(gate.Commands(a.App)...)
	root.AddCommand(sweeping.Commands(a.App)...)
	root.AddCommand(account.Commands(a.App)...)
	root.AddCommand(investigating.Commands(a.App)...)
	root.AddCommand(drilling.Commands(a.App)...)
	root.AddCommand(a.report(), a.rules(), a.printVersion(), a.completion())
	a.App.Prepare(root)
	completeValues(root)
	return root
}

// Streams are the standard streams of the process.
type Streams = command.Streams
