// Command akguard finds leaked Alibaba Cloud AccessKeys and proves whether they are live.
package main

import (
	"os"
	"runtime/debug"

	"github.com/akguard/akguard/cmd/internal/cli"
)

// gcPercent is less than Go's 100: what a scan holds is mostly large and without pointers, so that collecting it
// often costs next to nothing.
const gcPercent = 30

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
