package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError puts the errors of the flag library into the user's language.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usage("usage.unknown-flag", "-"+unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &unknown):
		return usage("usage.unknown-flag", "--"+unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &missing):
		return usage("usage.flag-needs-value", "--"+missing.GetFlag().Name, cmd.CommandPath())
	case errors.As(err, &invalid):
		return usage("usage.flag-value", "--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap(), cmd.CommandPath())
	}
	return err
}

// takes checks the number of arguments that a command takes.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage("usage.too-few-arguments", cmd.CommandPath(), cmd.UseLine())
		case len(args) > most && most == 0:
			return usage("usage.no-arguments", cmd.CommandPath(), args[0])
		case len(args) > most:
			return usage("usage.too-many-arguments", most, cmd.CommandPath(), len(args))
		}
		return nil
	}
}

// unknownCommand refuses arguments where a subcommand should be.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return usage("usage.unknown-command-similar", args[0], cmd.CommandPath(), strings.Join(similar, ", "))
	}
	return usage("usage.unknown-command", args[0], cmd.CommandPath())
}
