// Command akguard finds leaked Alibaba Cloud AccessKeys and checks whether they are live.
package main

import (
	"os"
	"runtime/debug"

	"github.com/akguard/akguard/cmd/internal/cli"
)

// gcPercent trades time for memory: most of what a scan holds has no pointers, so collecting twice as often as by default
// costs about 2 % of the time and saves a seventh of the memory. At 40, the largest history that was measured, of 1.5 million
// objects, has the same peak, 143 MiB.
const gcPercent = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
