// Package manual writes akguard's manual pages from its commands: one for each, in roff.
//
// It has its own writer because that of cobra renders Markdown with two more modules, and turns the tables of akguard's help
// texts into running text. It knows the few forms that help texts have: paragraphs, lists of a name and its meaning, and
// lines that keep their breaks.
//
// A page depends on the commands and the version alone, so that two builds of a release have the same pages. It has no date.
package manual

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Words are the titles of sections, in the language of the commands.
type Words struct {
	Name, Synopsis, Description, Commands, Options, Global, Exit, Examples, See string
	ExitCodes                                                                   string // the line before the list of exit codes in a help text
}

// Page is the page of one command.
type Page struct {
	Name string // of the file, such as akguard-scan.1
	Text []byte // in roff, as UTF-8
}

// Pages returns the page of a command and of those below it. version may be empty.
func Pages(cmd *cobra.Command, w Words, version string) []Page {
	pages := []Page{{Name: name(cmd) + ".1", Text: page(cmd, w, version)}}
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			pages = append(pages, Pages(below, w, version)...)
		}
	}
	return pages
}

// Write writes pages into a folder, which is made if it does not exist.
func Write(dir string, pages []Page) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of the manual: %w", err)
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.Name), p.Text, 0o644); err != nil {
			return fmt.Errorf("writing a page of the manual: %w", err)
		}
	}
	return nil
}

func name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func page(cmd *cobra.Command, w Words, version string) []byte {
	r := &roff{}
	r.request("TH", strings.ToUpper(name(cmd)), "1", "", strings.TrimSpace("akguard "+version), "akguard")
	r.request("nh") // names of variables and options are not hyphenated
	r.request("ad l")
	r.request("SH", w.Name)
	r.text(name(cmd) + " - " + cmd.Short)
	r.request("SH", w.Synopsis)
	synopsis(r, cmd)
	about, codes, _ := strings.Cut(cmd.Long, w.ExitCodes+"\n")
	if about = strings.TrimSpace(about); about != "" {
		r.request("SH", w.Description)
		r.prose(about)
	}
	commands(r, cmd, w)
	options(r, w.Options, cmd.LocalFlags())
	options(r, w.Global, cmd.InheritedFlags())
	if codes != "" {
		r.request("SH", w.Exit)
		r.prose(strings.TrimRight(codes, "\n"))
	}
	if cmd.Example != "" {
		r.request("SH", w.Examples)
		r.verbatim(strings.Split(strings.TrimRight(cmd.Example, "\n"), "\n"))
	}
	see(r, cmd, w)
	return []byte(r.b.String())
}

func synopsis(r *roff, cmd *cobra.Command) {
	if cmd.Runnable() {
		r.bold(cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		if cmd.Runnable() {
			r.request("br")
		}
		r.bold(cmd.CommandPath() + " [command]")
	}
}

func commands(r *roff, cmd *cobra.Command, w Words) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	r.request("SH", w.Commands)
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			r.item(name(below)+"(1)", below.Short)
		}
	}
}

func options(r *roff, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	r.request("SH", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			r.item(option(f), meaning(f))
		}
	})
}

// option is a flag as users type it, with the name of its value.
func option(f *pflag.Flag) string {
	value, _ := pflag.UnquoteUsage(f)
	text := strings.TrimRight("--"+f.Name+" "+value, " ")
	if f.Shorthand != "" {
		text = "-" + f.Shorthand + ", " + text
	}
	return text
}

// meaning is the text of a flag and its default, as its help has it after the name.
func meaning(f *pflag.Flag) string {
	one := pflag.NewFlagSet("", pflag.ContinueOnError)
	alone := *f
	alone.Shorthand = ""
	one.AddFlag(&alone)
	_, text, _ := strings.Cut(strings.TrimSpace(one.FlagUsages()), "   ")
	return strings.TrimSpace(text)
}

func see(r *roff, cmd *cobra.Command, w Words) {
	if !cmd.HasParent() {
		return
	}
	r.request("SH", w.See)
	r.text(name(cmd.Parent()) + "(1)")
}
