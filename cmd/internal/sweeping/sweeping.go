// Package sweeping has the commands that scan all repositories of an organization, in one process or in many.
package sweeping

import (
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/spf13/cobra"
)

// app is one run of a command.
type app struct{ scanning.Runner }

// Commands returns the commands.
func Commands(c *command.App) []*cobra.Command {
	a := &app{scanning.Runner{App: c}}
	cmd := &cobra.Command{Use: "sweep", Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return command.UnknownCommand(cmd, args)
		}
		return cmd.Help()
	}}
	cmd.AddCommand(a.github(), a.worker(), a.watch(), a.scanRepository())
	return []*cobra.Command{cmd}
}
