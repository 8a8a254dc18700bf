//go:build unix

package isolate

import (
	"os/exec"
	"syscall"
)

// kill kills the child and what it has started. It may have ended already.
func kill(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Process.Kill()
}
