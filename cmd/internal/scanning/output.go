package scanning

import (
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/scanner/input"
)

// OpenReport opens the file for a report; "-" is standard output. It refuses to write whole secrets where the next commit
// would take them along. The caller discards what it does not commit.
func (a *Runner) OpenReport(name string, showSecrets bool) (*command.Output, error) {
	if showSecrets && name != "-" && !special(name) {
		if root, exposed := input.Exposed(name); exposed {
			return nil, command.Usage("usage.output-exposed", name, root)
		}
	}
	out, err := command.OpenOutput(name, a.Out, showSecrets)
	if err != nil {
		return nil, command.Usage("usage.output", name, err)
	}
	a.OnAbandon(out.Discard)
	return out, nil
}

// special reports whether a name is that of a device or a pipe, which git does not commit.
func special(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.Mode().IsRegular()
}
