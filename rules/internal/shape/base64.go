package shape

import "bytes"

// BlockReach is how far from a value InBase64Block and InBase64Run look, in bytes: more than two lines of base64 text,
// which are 76 characters long at most.
const BlockReach = 200

// How long the base64 text around a value must be for the value to be a piece of it.
const (
	runLength  = BlockReach / 2 // in a run with slashes; a path of directories is rarely that long
	shortRun   = 40             // the same for a short value
	longLine   = 60             // on the neighboring line; PEM has 64 characters a line, MIME 76
	paddedLine = 16             // the same where the value ends in an equals sign, which few other values do
)

// InBase64Run reports whether a value is between slashes in a long run of base64 text. For a short value, which occurs more often
// by chance, the run need not be as long.
func InBase64Run(content []byte, start, end int) bool {
	if start < 2 || content[start-1] != '/' || end+1 >= len(content) || content[end] != '/' {
		return false
	}
	n := 0
	for at := start - 1; at >= 0 && n < runLength && IsBase64(content[at]); at-- {
		n++
	}
	for at := end; at < len(content) && at-end < runLength && IsBase64(content[at]); at++ {
		n++
	}
	return n >= runLength || n >= shortRun && end-start < shortValue
}

// InBase64Block reports whether a value is a piece of a block of base64 text: its line holds nothing else, and a line
// next to it is base64 text too and long or, if the value is padded, not short.
func InBase64Block(content []byte, start, end int) bool {
	from, to := start, end
	for from > 0 && start-from < runLength && IsBase64(content[from-1]) {
		from--
	}
	for to < len(content) && to-end < runLength && IsBase64(content[to]) {
		to++
	}
	if from > 0 && content[from-1] != '\n' || to < len(content) && content[to] != '\n' && content[to] != '\r' {
		return false
	}
	long := longLine
	if content[to-1] == '=' {
		long = paddedLine
	}
	before := bytes.TrimRight(content[max(0, from-runLength):from], "\r\n")
	after := bytes.TrimLeft(content[to:min(len(content), to+runLength)], "\r\n")
	n, m := 0, 0
	for n < len(before) && IsBase64(before[len(before)-1-n]) {
		n++
	}
	for m < len(after) && IsBase64(after[m]) {
		m++
	}
	return n >= long || m >= long
}

// maxHash is how much base64 text follows a run in a hash, in characters: SHA-512 has 86 in all.
const maxHash = 90

// InBase64 reports whether a run is a piece of longer base64 text: it is padded, or is between slashes with more
// of it on both sides, or a slash or a plus sign and more of it are between the run and padding.
func InBase64(content []byte, start, end int) bool {
	padded := end < len(content) && content[end] == '='
	if to := end; to < len(content) && (content[to] == '/' || content[to] == '+') {
		for to < len(content) && to-end < maxHash && content[to] != '=' && IsBase64(content[to]) {
			to++
		}
		padded = padded || to < len(content) && content[to] == '=' && (to+1 == len(content) || !IsAlnum(content[to+1]))
	}
	slashed := start > 1 && content[start-1] == '/' && IsAlnum(content[start-2]) &&
		end+1 < len(content) && content[end] == '/' && IsAlnum(content[end+1])
	return padded || slashed
}
