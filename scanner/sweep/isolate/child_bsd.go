//go:build unix && !linux

package isolate

import (
	"os/exec"
	"syscall"
)

// prepare puts the child into a group of its own, so that a Ctrl-C reaches only its parent, and what the child starts can
// be killed with it.
func prepare(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
