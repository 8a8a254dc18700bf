package terminal

import (
	"os"

	"golang.org/x/term"
)

// Hidden reads a line from a terminal that does not show it. The program may have to end while it waits for the line:
// restore, which may be called more than once, gives the terminal back as it was.
func Hidden(in *os.File) (read func() (string, error), restore func(), err error) {
	state, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, nil, err
	}
	read = func() (string, error) {
		line, err := term.ReadPassword(int(in.Fd()))
		return string(line), err
	}
	return read, func() { _ = term.Restore(int(in.Fd()), state) }, nil
}
