// Package heap decides when the garbage collector runs. The collector of Go lets the heap grow by a percentage of what is live. A
// scan of a small repository holds a few megabytes, so it would spend a tenth of its time on collections that free little, while
// that of a large one needs a low percentage to stay small. Here the heap may always grow by a number of bytes, too.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Growth is how far the heap may grow before it is collected: by Percent of what is live or by Bytes, whichever is more.
type Growth struct {
	Percent int
	Bytes   uint64
}

// smallest is the size, in bytes, at which the runtime collects the heap for the first time with GOGC=100.
const smallest = 4 << 20

// Limit applies a growth from now on, until the process ends. It must be called once.
func Limit(g Growth) {
	debug.SetGCPercent(g.percent(smallest))
	g.watch()
}

// percent returns the value of GOGC for a heap with so many live bytes.
func (g Growth) percent(live uint64) int {
	return max(g.Percent, int(g.Bytes/(max(live, smallest)/100)))
}

// watch adapts GOGC after the next collection, and then after each.
func (g Growth) watch() {
	lives := new([4]uintptr) // until then
	runtime.AddCleanup(lives, func(g Growth) {
		debug.SetGCPercent(g.percent(liveBytes()))
		g.watch()
	}, g)
}

// liveBytes returns how much of the heap the last collection found to be live.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
