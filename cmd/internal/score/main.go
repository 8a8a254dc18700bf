// Command score turns akguard's JSON stream, written with --show-secrets, into the lines that the scorer of a labelled
// corpus reads: the file of each occurrence, with the ID and the secret if they are there.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// finding has the fields of a finding that are needed.
type finding struct {
	Kind        string
	Credential  struct{ ID, Secret string }
	Occurrences []struct{ Path, Parts string }
}

// line is one line for the scorer.
type line struct {
	File   string `json:"file"`
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	for dec := json.NewDecoder(in); ; {
		var f finding
		err := dec.Decode(&f)
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return fmt.Errorf("reading the stream: %w", err)
		}
		for _, o := range f.Occurrences {
			l := line{File: o.Path, ID: f.Credential.ID, Secret: f.Credential.Secret}
			switch o.Parts {
			case "id":
				l.Secret = ""
			case "secret":
				l.ID = ""
			}
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
	}
}
