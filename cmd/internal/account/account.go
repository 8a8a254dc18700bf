// Package account has the commands that act on an Alibaba Cloud account: revoke with its subcommands, respond, and cleanup.
// They freeze leaked keys, show who uses them, close what a thief left, and undo what was done.
package account

import (
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/spf13/cobra"
)

// Commands returns the commands.
func Commands(a *command.App) []*cobra.Command {
	own := &app{a}
	return []*cobra.Command{own.revoke(), own.respond(), own.cleanup()}
}

// app is one run of akguard.
type app struct{ *command.App }
