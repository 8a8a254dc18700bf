package cli

import (
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/spf13/cobra"
)

// completion replaces cobra's command, which exits with 0 for an unknown shell.
func (a *app) completion() *cobra.Command {
	write := map[string]func(root *cobra.Command) error{
		"bash":       func(root *cobra.Command) error { return root.GenBashCompletionV2(a.Out, true) },
		"fish":       func(root *cobra.Command) error { return root.GenFishCompletion(a.Out, true) },
		"powershell": func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(a.Out) },
		"zsh":        func(root *cobra.Command) error { return root.GenZshCompletion(a.Out) },
	}
	return &cobra.Command{
		Use:       "completion bash|fish|powershell|zsh",
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"},
		Args:      command.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if write[args[0]] == nil {
				return command.Usage("usage.shell", args[0])
			}
			return write[args[0]](cmd.Root())
		},
	}
}

// completeValues completes the values of flags that take one of a few.
func completeValues(cmd *cobra.Command) {
	values := map[string][]string{
		"blast-radius": {"admin", "leaked-key", "none"},
		"fail-on":      {scanning.FailOnNew, scanning.FailOnAny, scanning.FailOnLive, scanning.FailOnNever},
		"format":       formats.Names(),
		"lang":         {string(message.English), string(message.Chinese)},
		"on-timeout":   {"refuse", "accept"},
	}
	switch cmd.CommandPath() {
	case "akguard rules list":
		values["format"] = []string{"text", "json"}
	case "akguard verify":
		values["format"], values["fail-on"] = []string{"text", "json", "jsonl"}, []string{scanning.FailOnAny, scanning.FailOnLive, scanning.FailOnNever}
	}
	for name, list := range values {
		if cmd.LocalFlags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)) // fails for unknown flags only
		}
	}
	for _, below := range cmd.Commands() {
		completeValues(below)
	}
}
