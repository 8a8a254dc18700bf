//go:build unix

package drilling

import (
	"os/exec"
	"syscall"
)

// apart gives a command a process group of its own. A terminal sends Ctrl-C to the whole group in front: a command that got that and
// the interrupt of this process too would end at once, as after a second Ctrl-C, in the middle of what it writes.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
