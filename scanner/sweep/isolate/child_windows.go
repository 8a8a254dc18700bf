package isolate

import (
	"os/exec"
	"syscall"
)

// prepare puts the child into a group of its own, so that a Ctrl-C reaches only its parent.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
}

// kill kills the child. It may have ended already.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
