package command

import "time"

const (
	// grace is how long an interrupted command may take to end by itself.
	grace = 700 * time.Millisecond
	// mostGrace is how long it may take on a machine that is busy with something else.
	mostGrace = 10 * grace
	// idle is how long a command does nothing that hangs.
	idle = 200 * time.Millisecond
)

// outOfGrace returns a channel that is closed when an interrupted command has had its time. It is measured by the
// processor: on a busy machine, a command that still writes its report gets more of the clock, and one that hangs does not.
func outOfGrace() <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		begin, first := time.Now(), processTime()
		last, active := first, begin
		for time.Since(begin) < mostGrace {
			time.Sleep(grace / 20)
			used := processTime()
			if used-last >= time.Millisecond {
				last, active = used, time.Now()
			}
			if time.Since(begin) >= grace && (used-first >= grace || time.Since(active) >= idle) {
				return
			}
		}
	}()
	return over
}
