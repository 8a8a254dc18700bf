package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"

	"github.com/akguard/akguard/rules/rulestest"
)

// The generated repository: with 36,000 commits it has 200,000 objects and more, in chains of deltas as git makes them.
const (
	commits        = 36_000
	folders, files = 40, 40
	changes        = 2 // files changed by a commit
	lines          = 150
)

// generate creates a repository at dir. Apart from the credentials, it is the same each time.
func generate(dir string, g generator) error {
	if err := exec.Command("git", "init", "--quiet", "--bare", dir).Run(); err != nil {
		return err
	}
	cmd := exec.Command("git", "-C", dir, "fast-import", "--quiet")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(in, 1<<20)
	g.rng, g.texts = rand.New(rand.NewPCG(1, 2)), map[int][]string{}
	g.keys = rulestest.NewKeys(rand.Uint64())
	g.write(out)
	if err := out.Flush(); err != nil {
		return err
	}
	if err := in.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}

type generator struct {
	commits int
	hits    int // commits, evenly spread, that leak a credential in a file of its own
	rng     *rand.Rand
	texts   map[int][]string // lines of each file
	keys    *rulestest.Keys
}

func (g *generator) write(w io.Writer) {
	for i := range g.commits {
		message := g.line()
		fmt.Fprintf(w, "commit refs/heads/main\ncommitter Bench <bench@example.com> %d +0000\ndata %d\n%s\n", 1_600_000_000+i*60, len(message), message)
		for range changes {
			g.change(w)
		}
		if g.hits*(i+1)/g.commits > g.hits*i/g.commits {
			g.leak(w, i)
		}
	}
}

// leak adds a file with a credential.
func (g *generator) leak(w io.Writer, i int) {
	text := fmt.Sprintf("%s\naccess_key_id = %s\naccess_key_secret = %s\n", g.line(), g.keys.ID24(), g.keys.Secret())
	fmt.Fprintf(w, "M 100644 inline conf/env%02d/file%d.ini\ndata %d\n%s\n", i%folders, i, len(text), text)
}

// change edits a few lines of one file.
func (g *generator) change(w io.Writer) {
	file := g.rng.IntN(folders * files)
	text := g.texts[file]
	for len(text) < lines {
		text = append(text, g.line())
	}
	for range 1 + g.rng.IntN(4) {
		text[g.rng.IntN(len(text))] = g.line()
	}
	g.texts[file] = text
	size := 0
	for _, line := range text {
		size += len(line) + 1
	}
	fmt.Fprintf(w, "M 100644 inline src/package%02d/file%02d.go\ndata %d\n", file/files, file%files, size)
	for _, line := range text {
		fmt.Fprintln(w, line)
	}
}

var words = []string{
	"func", "return", "if", "err", "nil", "context", "string", "int", "range", "request", "response", "client", "config",
	"server", "handler", "token", "key", "value", "index", "buffer", "reader", "writer", "close", "open", "=", ":=",
	"(", ")", "{", "}", "//", "the", "of", "and",
}

func (g *generator) line() string {
	line := ""
	for range 3 + g.rng.IntN(8) {
		line += words[g.rng.IntN(len(words))] + " "
	}
	return line + fmt.Sprint(g.rng.IntN(1_000_000))
}
