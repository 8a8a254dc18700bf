// Command akguard finds leaked Alibaba Cloud AccessKeys and proves whether they are live.
package main

import (
	"os"
	"runtime"
	"runtime/debug"

	"github.com/akguard/akguard/cmd/internal/cli"
)

// What a scan holds is mostly large and without pointers, so that collecting often costs little and saves memory. But a
// heap that is still small would be collected all the time: the ballast, which is never touched and so takes no
// memory, keeps the collector from starting before there is something to gain.
const (
	gcPercent = 30
	ballast   = 64 << 20
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	untouched := make([]byte, ballast)
	code := cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	runtime.KeepAlive(untouched)
	os.Exit(code)
}
