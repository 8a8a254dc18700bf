package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// help replaces cobra's command, which answers a wrong name with exit code 0.
func help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Say what a command does",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("unknown command %q", strings.Join(args, " "))
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag() // else the text would lack it
			return about.Help()
		},
	}
}
