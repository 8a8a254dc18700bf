package isolate

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// canSeeMemory says that a parent sees how much memory its child uses.
const canSeeMemory = true

// resident returns how many bytes of a process are in memory, 0 if it is gone.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64) // what is no number is 0
	return pages * int64(os.Getpagesize())
}

// prepare puts the child into a group of its own, so that a Ctrl-C reaches only its parent, and what the child starts can
// be killed with it. The system kills the child when its parent ends.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// beKilledFirst lets a system that is short of memory kill the child, and not its parent. It may fail.
func beKilledFirst() { _ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) }
