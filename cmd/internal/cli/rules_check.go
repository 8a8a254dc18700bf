package cli

import (
	"errors"
	"io/fs"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules/reason"
	"github.com/spf13/cobra"
)

func (a *app) lintRules() *cobra.Command {
	return &cobra.Command{
		Use:  "lint FILE",
		Args: command.Takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.checked(args[0])
			if err != nil {
				return err
			}
			for _, ignored := range c.Ignored {
				a.Line("rules.ignored", ignored)
			}
			for _, r := range c.Custom {
				for _, note := range r.Notes() {
					a.Line("rules.note", r.ID, note)
				}
			}
			a.Say("rules.no-errors", reason.New("rules.count", len(c.Custom)), c.Path)
			return nil
		},
	}
}

func (a *app) testRules() *cobra.Command {
	return &cobra.Command{
		Use:  "test FILE",
		Args: command.Takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.checked(args[0])
			if err != nil {
				return err
			}
			failures, tried, err := c.Try()
			if err != nil {
				return command.Usage("usage.config", err)
			}
			for _, f := range failures {
				terminal.Line(a.Out, "%s", a.Print(f))
			}
			if tried == 0 {
				a.Say("rules.no-examples", c.Path, reason.New("rules.count", len(c.Custom)))
				return nil
			}
			if len(failures) > 0 {
				return command.Usage("rules.examples-failed", len(failures), reason.New("rules.examples", tried), c.Path)
			}
			a.Say("rules.examples-passed", reason.New("rules.examples", tried), reason.New("rules.count", len(c.Custom)), c.Path)
			return nil
		},
	}
}

// checked reads a configuration, which must have rules.
func (a *app) checked(path string) (config.Config, error) {
	if path == "" {
		return config.Config{}, command.Empty("FILE")
	}
	c, err := config.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, command.Usage("usage.config-missing", path)
	case err != nil:
		return c, command.Usage("rules.lint", err)
	case len(c.Custom) == 0:
		return c, command.Usage("rules.none", path)
	}
	return c, nil
}
