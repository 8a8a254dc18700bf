package cli

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/manual"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/scanning"
)

// WriteManual writes the manual pages of all commands into a folder, which man finds as part of MANPATH: man1, and
// zh_CN/man1 in Chinese. version is that of the release, or empty.
func WriteManual(dir, version string) error {
	for language, folder := range map[message.Language]string{message.English: "man1", message.Chinese: filepath.Join("zh_CN", "man1")} {
		if err := manual.Write(filepath.Join(dir, folder), Manual(language, version)); err != nil {
			return err
		}
	}
	return nil
}

// Manual returns the manual pages of all commands in a language.
func Manual(language message.Language, version string) []manual.Page {
	a := &app{scanning.Runner{App: &command.App{
		Streams: command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard},
		Words:   message.New(language),
	}}}
	title := func(key string) string { return a.Text("manual." + key) }
	return manual.Pages(a.root(), manual.Words{
		Name: title("name"), Synopsis: title("synopsis"), Description: title("description"), Commands: title("commands"),
		Options: title("options"), Global: title("global"), Exit: title("exit"), Examples: title("examples"), See: title("see"),
		ExitCodes: title("exit-codes"),
	}, version)
}
