//go:build unix

package drilling

import (
	"os/exec"
	"syscall"
)

// apart gives a command a process group of its own. A terminal sends Ctrl-C to the whole foreground group. The command
// would get that signal and the interrupt of this process, take the two for a second Ctrl-C, and stop in the middle of a write.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
