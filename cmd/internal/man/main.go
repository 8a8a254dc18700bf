// Command man writes akguard's manual pages into a folder: man1 in English and zh_CN/man1 in Chinese.
//
//	go run ./cmd/internal/man FOLDER [VERSION]
package main

import (
	"fmt"
	"os"

	"github.com/akguard/akguard/cmd/internal/cli"
)

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: man FOLDER [VERSION]")
		os.Exit(2)
	}
	version := ""
	if len(os.Args) == 3 {
		version = os.Args[2]
	}
	if err := cli.WriteManual(os.Args[1], version); err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}
