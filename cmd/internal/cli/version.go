package cli

import (
	"fmt"
	"runtime"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/spf13/cobra"
)

func (a *app) printVersion() *cobra.Command {
	return &cobra.Command{
		Use:  "version",
		Args: command.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Out, version())
			return err
		},
	}
}

func version() string {
	return fmt.Sprintf("akguard %s %s %s/%s", command.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
