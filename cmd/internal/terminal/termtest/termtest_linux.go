// Package termtest gives tests a terminal: a pseudo-terminal whose other end they read. Linux only.
package termtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a terminal for a test. File is the end that a program writes to.
type Terminal struct {
	File *os.File

	control *os.File
	mu      sync.Mutex
	screen  bytes.Buffer
	done    chan struct{}
}

// New opens a terminal, and closes it at the end of the test.
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
	term := &Terminal{File: file, control: control, done: make(chan struct{})}
	go term.read(control)
	t.Cleanup(func() { term.Screen(); _ = control.Close() })
	return term
}

// Type types a line.
func (t *Terminal) Type(line string) error {
	_, err := t.control.WriteString(line + "\n")
	return err
}

// TypeHidden types a line as soon as the program has turned off echo, which must be within a minute.
func (t *Terminal) TypeHidden(line string) error {
	for range 6000 {
		state, err := unix.IoctlGetTermios(int(t.File.Fd()), unix.TCGETS)
		if err != nil {
			return err
		}
		if state.Lflag&unix.ECHO == 0 {
			_, err := t.control.WriteString(line + "\n")
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the terminal shows what is typed")
}

// Shows reports whether the terminal shows what is typed.
func (t *Terminal) Shows() bool {
	state, err := unix.IoctlGetTermios(int(t.File.Fd()), unix.TCGETS)
	return err == nil && state.Lflag&unix.ECHO != 0
}

// read collects what is written until the last writer has closed the terminal.
func (t *Terminal) read(control *os.File) {
	defer close(t.done)
	buf := make([]byte, 4096)
	for {
		n, err := control.Read(buf)
		t.mu.Lock()
		t.screen.Write(buf[:n])
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Screen closes the terminal, waits for programs that still have it, and returns all that was written to it.
func (t *Terminal) Screen() string {
	_ = t.File.Close()
	<-t.done
	return t.SoFar()
}

// SoFar returns what was written to it until now.
func (t *Terminal) SoFar() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.String()
}
