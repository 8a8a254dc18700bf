package heap

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	g := Growth{Percent: 50, Bytes: 32 << 20}
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 800}, {4 << 20, 800}, {32 << 20, 100}, {64 << 20, 50}, {1 << 30, 50}} {
		if got := g.percent(c.live); got < c.want || got > c.want+1 {
			t.Errorf("%d live bytes: %d %%, want %d", c.live, got, c.want)
		}
	}
}

// A heap of much that is live grows by a percentage, and is collected as often as that says.
func TestLimitFollowsHeap(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	Growth{Percent: 50, Bytes: 8 << 20}.watch()
	percentIs := func(want func(int) bool) bool {
		for range 200 {
			runtime.GC()
			time.Sleep(time.Millisecond) // the cleanup runs in a goroutine
			now := debug.SetGCPercent(-1)
			debug.SetGCPercent(now)
			if want(now) {
				return true
			}
		}
		return false
	}
	if !percentIs(func(n int) bool { return n > 60 }) {
		t.Error("a small heap may not grow")
	}
	live := make([]byte, 100<<20)
	if !percentIs(func(n int) bool { return n == 50 }) {
		t.Error("a large heap may grow by more than the percentage")
	}
	runtime.KeepAlive(live)
}
