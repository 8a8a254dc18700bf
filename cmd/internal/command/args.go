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
	var malformed *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return Usage("usage.unknown-flag", "-"+unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		return Usage("usage.flag-needs-value", "--"+missing.GetFlag().Name, cmd.CommandPath())
	case errors.As(err, &invalid):
		return Usage("usage.flag-value", "--"+invalid.GetFlag().Name, invalid.GetValue(), invalidity(invalid), cmd.CommandPath())
	case errors.As(err, &malformed):
		return Usage("usage.flag-syntax", malformed.GetSpecifiedFlag(), cmd.CommandPath())
	}
	return err
}

// unknownFlag is the error for a flag that a command does not have, with those that it may have been meant to be.
func unknownFlag(cmd *cobra.Command, name string) error {
	var known []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	if similar := nearest(name, known); len(similar) > 0 {
		return Usage("usage.unknown-flag-similar", "--"+name, "--"+strings.Join(similar, ", --"))
	}
	return Usage("usage.unknown-flag", "--"+name, cmd.CommandPath())
}

// invalidity says what a flag expects. The errors of packages strconv and time are in English, and name Go functions.
func invalidity(err *pflag.InvalidValueError) any {
	var ours *reason.Error
	switch kind := err.GetFlag().Value.Type(); {
	case errors.As(err.Unwrap(), &ours):
		return ours
	case kind == "duration":
		return reason.New("usage.duration")
	case kind == "int":
		return reason.New("usage.number")
	case kind == "bool":
		return reason.New("usage.boolean")
	}
	return reason.New("usage.other-value")
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
	return unknownCommand(cmd, args[0], args[0])
}

// unknownCommand is the error for a command that does not exist below another, with those that may have been meant by the
// name.
func unknownCommand(cmd *cobra.Command, typed, name string) error {
	var known, similar []string
	for _, below := range cmd.Commands() {
		if !below.IsAvailableCommand() {
			continue
		}
		known = append(known, below.Name())
		if name != "" && strings.HasPrefix(below.Name(), name) {
			similar = append(similar, below.Name())
		}
	}
	if len(similar) == 0 {
		similar = nearest(name, known)
	}
	if len(similar) > 0 {
		return Usage("usage.unknown-command-similar", typed, cmd.CommandPath(), strings.Join(similar, ", "))
	}
	return Usage("usage.unknown-command", typed, cmd.CommandPath())
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
