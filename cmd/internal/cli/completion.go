package cli

import "github.com/spf13/cobra"

// completion replaces cobra's command, which answers the name of an unknown shell with exit code 0.
func (a *app) completion() *cobra.Command {
	write := map[string]func(root *cobra.Command) error{
		"bash":       func(root *cobra.Command) error { return root.GenBashCompletionV2(a.Out, true) },
		"fish":       func(root *cobra.Command) error { return root.GenFishCompletion(a.Out, true) },
		"powershell": func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(a.Out) },
		"zsh":        func(root *cobra.Command) error { return root.GenZshCompletion(a.Out) },
	}
	return &cobra.Command{
		Use:       "completion bash|fish|powershell|zsh",
		Short:     "Print the script that completes akguard's commands and flags in a shell",
		Example:   "  source <(akguard completion bash)",
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			return write[args[0]](cmd.Root())
		},
	}
}
