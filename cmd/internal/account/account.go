// Package account has the commands that act on an Alibaba Cloud account: revoke with its subcommands, and respond. They
// freeze leaked keys, show who uses them, and undo what was done.
package account

import (
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/spf13/cobra"
)

// Commands returns the commands.
func Commands(a *command.App) []*cobra.Command {
	own := &app{a}
	return []*cobra.Command{own.revoke(), own.respond()}
}

// app is one run of akguard.
type app struct{ *command.App }
