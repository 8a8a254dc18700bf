// Package gate has the commands that let a change pass or stop it: the hooks of git, the CI job, and what a person accepts.
package gate

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
	return []*cobra.Command{a.ignore(), a.baseline(), a.hook(), a.ci()}
}
