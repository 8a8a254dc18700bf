package isolate_test

import "os"

// ended reports whether a process is gone.
func ended(p *os.Process) bool {
	_, err := os.FindProcess(p.Pid)
	return err != nil
}
