// Package heap decides when the garbage collector runs. By default, the heap grows by a percentage of what is live. A low
// percentage keeps the scan of a large repository small, but that of a small one, which holds a few megabytes, would collect
// dozens of times for little. So the heap may always grow by some bytes, too.
//
// Limits: the setting belongs to the whole process, and follows the live heap one collection late.
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

// Limit applies a growth until the process ends. Call it once.
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
	garbage := new([4]uintptr) // the next collection frees it
	runtime.AddCleanup(garbage, func(g Growth) {
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
