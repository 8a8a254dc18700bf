package command

import (
	"errors"
	"strings"

	"github.com/akguard/akguard/rules/reason"
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
		return Usage("usage.unknown-flag", "-"+unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &unknown):
		return Usage("usage.unknown-flag", "--"+unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &missing):
		return Usage("usage.flag-needs-value", "--"+missing.GetFlag().Name, cmd.CommandPath())
	case errors.As(err, &invalid):
		return Usage("usage.flag-value", "--"+invalid.GetFlag().Name, invalid.GetValue(), invalidity(invalid), cmd.CommandPath())
	}
	return err
}

// invalidity says what a flag expects. The errors of packages strconv and time are in English, and name Go functions.
func invalidity(err *pflag.InvalidValueError) any {
	switch err.GetFlag().Value.Type() {
	case "duration":
		return reason.New("usage.duration")
	case "int":
		return reason.New("usage.number")
	}
	return err.Unwrap()
}

// Takes checks the number of arguments that a command takes.
func Takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return Usage("usage.too-few-arguments", cmd.CommandPath(), cmd.UseLine())
		case len(args) > most && most == 0:
			return Usage("usage.no-arguments", cmd.CommandPath(), args[0])
		case len(args) > most:
			return Usage("usage.too-many-arguments", most, cmd.CommandPath(), len(args))
		}
		return nil
	}
}

// UnknownCommand refuses arguments where a subcommand should be.
func UnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return Usage("usage.unknown-command-similar", args[0], cmd.CommandPath(), strings.Join(similar, ", "))
	}
	return Usage("usage.unknown-command", args[0], cmd.CommandPath())
}

// CheckFlags refuses flags that contradict each other, and empty ones.
func CheckFlags(flags *pflag.FlagSet) error {
	if flags.Changed("verify") && flags.Changed("no-verify") {
		return Usage("usage.exclusive", "--verify", "--no-verify")
	}
	var err error
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.String() == "" {
			err = Empty("--" + f.Name)
		}
	})
	return err
}

// Empty refuses an empty argument, which usually comes from a variable that a script did not set. Ignoring it would scan
// something else than what was meant.
func Empty(what string) error { return Usage("usage.empty", what) }
