package command

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help replaces cobra's command, which exits with 0 for a wrong name.
func help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				if about == nil || len(rest) == 0 {
					about, rest = cmd.Root(), args
				}
				return unknownCommand(about, strings.Join(rest, " "), rest[0])
			}
			about.InitDefaultHelpFlag() // else the text would lack it
			return about.Help()
		},
	}
}

// Prepare gives the commands their help texts, and the errors of their flags, in the user's language.
func (a *App) Prepare(root *cobra.Command) {
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(help())
	root.SetUsageTemplate(a.usageTemplate())
	root.InitDefaultHelpCmd()
	for _, cmd := range withAll(root) {
		cmd.InitDefaultHelpFlag()
	}
	a.localize(root)
}

// localize gives a command and those below it their help texts, in the user's language. They are in the catalogue:
// "help.revoke-undo.short", ".long" and ".example" for akguard revoke undo, "flag.revoke-undo.journal" for its flag
// --journal, or "flag.journal" where the flag means the same on all commands. In a long text {1} are the exit codes.
func (a *App) localize(cmd *cobra.Command) {
	key := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	if _, rest, below := strings.Cut(cmd.CommandPath(), " "); below {
		key = strings.ReplaceAll(rest, " ", "-")
	}
	set := func(text *string, key string, args ...any) {
		if a.Words.Has(key) {
			*text = a.Words.Text(key, args...)
		}
	}
	codes := "help.exit-codes"
	if own := "help." + key + ".exit-codes"; a.Words.Has(own) {
		codes = own
	}
	set(&cmd.Short, "help."+key+".short")
	set(&cmd.Long, "help."+key+".long", a.Words.Text(codes))
	set(&cmd.Example, "help."+key+".example")
	for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			set(&f.Usage, "flag."+f.Name)
			set(&f.Usage, "flag."+key+"."+f.Name)
		})
	}
	for _, below := range cmd.Commands() {
		a.localize(below)
	}
}

// usageTemplate is cobra's, with its words in the user's language.
func (a *App) usageTemplate() string {
	words := func(key string) string { return a.Words.Text("help.template." + key) }
	return words("usage") + `{{if and .Runnable .HasParent}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

` + words("examples") + `
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

` + words("commands") + `{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + words("flags") + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + words("global-flags") + `
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

` + a.Words.Text("help.template.more", "{{.CommandPath}} [command] --help") + `{{end}}
`
}
