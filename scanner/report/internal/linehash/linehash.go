// Package linehash computes the hashes by which GitHub's code scanning recognizes the line of an alert after the file has
// changed above it. GitHub compares nothing else, and its upload action warns if a report has other values than its own:
// so the hashes are exactly those that github/codeql-action computes (src/fingerprints.ts).
//
// The hash of a line is that of the 100 characters from its start on, spaces and tabs left out: it reaches into the lines
// below. Lines with the same hash are numbered in the order of the file.
package linehash

import (
	"fmt"
	"unicode/utf16"
)

const (
	width  = 100 // characters in a hash
	base   = 37
	end    = 0xffff // follows the last character
	noLine = 0
)

// Lines returns the hashes of the wanted lines of a file. Lines count from 1, and end with "\n", "\r\n" or "\r". A line that
// the file does not have has no hash.
func Lines(content []byte, wanted map[int]bool) map[int]string {
	h := hasher{wanted: wanted, found: make(map[int]string), counts: make(map[uint64]int), lineStart: true, drop: 1}
	for range width {
		h.drop *= base
	}
	for _, r := range string(content) {
		if r < 0x10000 {
			h.add(uint16(r))
			continue
		}
		high, low := utf16.EncodeRune(r)
		h.add(uint16(high))
		h.add(uint16(low))
	}
	h.add(end)
	for range width { // the last lines have fewer characters than a hash
		h.emit()
		h.roll(0)
	}
	return h.found
}

type hasher struct {
	wanted map[int]bool
	found  map[int]string
	counts map[uint64]int // how many lines had a hash

	sum    uint64
	drop   uint64        // base to the power of width, modulo 2^64
	window [width]uint16 // the characters in sum
	starts [width]int    // the line that starts at a character of the window, or noLine
	at     int           // of the oldest character in the window
	line   int           // the current line

	lineStart, afterCR bool
}

// add takes the next character of the file, in UTF-16 as JavaScript has it.
func (h *hasher) add(c uint16) {
	skip := c == ' ' || c == '\t' || h.afterCR && c == '\n'
	h.afterCR = c == '\r'
	if skip {
		return
	}
	if c == '\r' {
		c = '\n'
	}
	h.emit()
	if h.lineStart {
		h.line++
		h.starts[h.at] = h.line
	}
	h.lineStart = c == '\n'
	h.roll(c)
}

// emit gives the line that starts at the oldest character its hash.
func (h *hasher) emit() {
	line := h.starts[h.at]
	if line == noLine {
		return
	}
	h.starts[h.at] = noLine
	h.counts[h.sum]++
	if h.wanted[line] {
		h.found[line] = fmt.Sprintf("%x:%d", h.sum, h.counts[h.sum])
	}
}

// roll replaces the oldest character of the window.
func (h *hasher) roll(c uint16) {
	h.sum = h.sum*base + uint64(c) - h.drop*uint64(h.window[h.at])
	h.window[h.at] = c
	h.at = (h.at + 1) % width
}
