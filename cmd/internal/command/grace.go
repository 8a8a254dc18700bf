package command

import "time"

const (
	// grace is how long an interrupted command may take to end by itself.
	grace = 700 * time.Millisecond
	// mostGrace is how long it may take on a machine that is busy with something else.
	mostGrace = 10 * grace
	// idle is how long a command does nothing that hangs.
	idle = 200 * time.Millisecond
	// workShare is the least part of a processor, as a divisor, that a command gets which still works.
	workShare = 20
)

// outOfGrace returns a channel that is closed when an interrupted command has had its time. It is measured by the
// processor: on a busy machine, a command that still writes its report gets more of the clock, and one that hangs does not.
func outOfGrace() <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		begin, first := time.Now(), processTime()
		time.Sleep(grace - idle)
		for used := processTime(); ; {
			time.Sleep(idle)
			last := used
			used = processTime()
			if used-last < idle/workShare || used-first >= grace || time.Since(begin) >= mostGrace {
				return
			}
		}
	}()
	return over
}
