package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// streamSize is the size of a file that is too large to be held.
const streamSize = 2 << 30

// streams compares a large file, and the same on standard input, with reading it through a pipe.
func streams(runs int, t tools) error {
	file := filepath.Join(t.dir, "large.log")
	if err := large(file); err != nil {
		return err
	}
	args := []string{t.akguard, "scan", "--no-verify", "--quiet", "--output", t.report("stream")}
	return compare(runs, fmt.Sprintf("a file of %d MB", streamSize>>20), []contestant{
		{name: "cat", args: []string{"cat", file}},
		{name: "akguard, file", args: append(args[:len(args):len(args)], file)},
		{name: "akguard, standard input", args: append(args[:len(args):len(args)], "-"), in: file},
	})
}

// large writes a file of text: lines of words, which do not repeat within a window.
func large(name string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	g := generator{rng: rand.New(rand.NewPCG(3, 4))}
	var block []byte
	for len(block) < 16<<20 {
		block = append(append(block, g.line()...), '\n')
	}
	out := bufio.NewWriter(f)
	for written := 0; written < streamSize; written += len(block) {
		if _, err := out.Write(block); err != nil {
			return err
		}
	}
	return out.Flush()
}
