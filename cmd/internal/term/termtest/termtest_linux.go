// Package termtest gives tests a terminal: a pseudo-terminal whose other end they read. Linux only.
package termtest

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Terminal is a terminal for a test. File is the end that a program writes to.
type Terminal struct {
	File *os.File

	screen bytes.Buffer // the reading goroutine's, until done is closed
	done   chan struct{}
}

// New opens a terminal, which the end of the test closes.
func New(t *testing.T) *Terminal {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &Terminal{File: file, done: make(chan struct{})}
	go term.read(control)
	t.Cleanup(func() { term.Screen(); _ = control.Close() })
	return term
}

// read collects what is written until the last writer has closed the terminal.
func (t *Terminal) read(control *os.File) {
	defer close(t.done)
	buf := make([]byte, 4096)
	for {
		n, err := control.Read(buf)
		t.screen.Write(buf[:n])
		if err != nil {
			return
		}
	}
}

// Screen closes the terminal, waits for programs that still have it, and returns all that was written to it.
func (t *Terminal) Screen() string {
	_ = t.File.Close()
	<-t.done
	return t.screen.String()
}
