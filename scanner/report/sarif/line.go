package sarif

import (
	"bytes"
	"io/fs"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/report/internal/linehash"
	"github.com/akguard/akguard/scanner/report/internal/order"
)

// lineHashKey names the only fingerprint that GitHub reads.
const lineHashKey = "primaryLocationLineHash"

// maxHashed is the size of the largest file that is read for the hashes of its lines.
const maxHashed = 16 << 20

// addLineHashes adds the hashes of lines that are on the disk.
func (h *handler) addLineHashes(places []order.Place, results []result) {
	if h.tree == nil {
		return
	}
	files := make(map[string][]int) // the results in a file
	for i := range results {
		if p := places[i].First(); p.Path != "" && p.Member == "" {
			files[p.Path] = append(files[p.Path], i)
		}
	}
	for path, list := range files {
		content := h.content(path)
		if content == nil {
			continue
		}
		wanted := make(map[int]bool)
		for _, i := range list {
			wanted[places[i].First().Line] = true
		}
		hashes := linehash.Lines(content, wanted)
		for _, i := range list {
			if hash := hashes[places[i].First().Line]; hash != "" && holds(content, places[i]) {
				results[i].Fingerprints[lineHashKey] = hash
			}
		}
	}
}

// content returns the content of a file; nil if it is not there, or is something else now.
func (h *handler) content(path string) []byte {
	info, err := fs.Stat(h.tree, path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxHashed {
		return nil
	}
	content, err := fs.ReadFile(h.tree, path)
	if err != nil {
		return nil
	}
	return content
}

// holds reports whether a file still has a credential at its place. A line of the history may be another one now.
func holds(content []byte, p order.Place) bool {
	if order.Present(p.Now()) {
		return true
	}
	line, c := lineOf(content, p.First().Line), p.Finding.Credential
	return contains(line, c.ID) || contains(line, c.Secret)
}

// lineOf returns a line of a file. Lines end with "\n", "\r\n" or "\r".
func lineOf(content []byte, n int) []byte {
	for ; n > 1; n-- {
		end := bytes.IndexAny(content, "\r\n")
		if end < 0 {
			return nil
		}
		if bytes.HasPrefix(content[end:], []byte("\r\n")) {
			end++
		}
		content = content[end+1:]
	}
	if end := bytes.IndexAny(content, "\r\n"); end >= 0 {
		content = content[:end]
	}
	return content
}

func contains(line []byte, s rules.Secret) bool {
	return !s.IsZero() && bytes.Contains(line, []byte(s.Reveal()))
}
