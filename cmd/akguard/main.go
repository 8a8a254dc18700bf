// Command akguard finds leaked Alibaba Cloud AccessKeys and checks whether they are live.
package main

import (
	"os"
	"runtime/debug"

	"github.com/akguard/akguard/cmd/internal/cli"
)

// gcPercent trades time for memory: most of what a scan holds has no pointers. At 50, collecting twice as often as by default
// cost about 2 % of the time and saved a seventh of the memory. At 40, the largest history that was measured, of 1.5 million
// objects, peaks at 143 MiB.
const gcPercent = 40

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
