//go:build unix

package isolate_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// ended reports whether a process is gone, or a zombie that nobody has waited for.
func ended(p *os.Process) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid)); err == nil && strings.Contains(string(stat), ") Z ") {
		return true
	}
	return p.Signal(syscall.Signal(0)) != nil
}
