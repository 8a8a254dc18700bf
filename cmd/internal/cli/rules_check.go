package cli

import (
	"errors"
	"fmt"

	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/spf13/cobra"
)

func (a *app) lintRules() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE",
		Short: "Check a configuration, and say which rules cost time",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.checked(args[0])
			if err != nil {
				return err
			}
			for _, ignored := range c.Ignored {
				fmt.Fprintf(a.Out, "ignored: %s\n", ignored)
			}
			for _, r := range c.Custom {
				for _, note := range r.Notes() {
					fmt.Fprintf(a.Out, "rule %s: %s\n", r.ID, note)
				}
			}
			terminal.Say(a.Err, "%s: %s, no errors", c.Path, count(len(c.Custom), "rule"))
			return nil
		},
	}
}

func (a *app) testRules() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE",
		Short: "Try the rules of a configuration on their examples",
		Long: `Try the rules of a configuration on their examples: each text under match must be found by its rule, and none under
no-match. So that no secret has to stand in the file, {alnum:N}, {hex:N}, {upper:N}, {lower:N} and {digit:N} become N
random characters of that kind. Paths and commits are not looked at.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.checked(args[0])
			if err != nil {
				return err
			}
			failures, tried, err := c.Try()
			if err != nil {
				return &failure{err, configHint, exitUsage}
			}
			for _, f := range failures {
				fmt.Fprintln(a.Out, f)
			}
			if len(failures) > 0 {
				return &failure{fmt.Errorf("%s: %s of %d not as expected", c.Path, count(len(failures), "example"), tried),
					"change the rule or the example", exitUsage}
			}
			terminal.Say(a.Err, "%s: %s of %s as expected", c.Path, count(tried, "example"), count(len(c.Custom), "rule"))
			return nil
		},
	}
}

// checked reads a configuration that must be one.
func (a *app) checked(path string) (config.Config, error) {
	if path == "" {
		return config.Config{}, empty("FILE")
	}
	c, err := config.Load(path)
	if err != nil {
		return c, &failure{err, "the documentation of the rules says what a configuration may hold: docs/rules.md", exitUsage}
	}
	if len(c.Custom) == 0 {
		return c, &failure{errors.New(path + " has no rules"), "a rule begins with [[rules]]", exitUsage}
	}
	return c, nil
}
