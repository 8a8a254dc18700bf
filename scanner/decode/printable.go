package decode

import "bytes"

// printable is the name of the encoding of mails, and equals the index of its mark.
const (
	printable = "quoted-printable"
	equals    = len(marks) - 1
)

// isPrintableText reports whether a content says that it is quoted-printable, or escapes equals signs as such. In other content, what
// follows an equals sign is a value.
func isPrintableText(content []byte) bool {
	return bytes.Contains(content, []byte("=3D")) || bytes.Contains(content, []byte(printable))
}

// quotedPrintable decodes the escapes of mails: two hexadecimal digits in capitals, and the end of a line that goes on.
func quotedPrintable(content []byte, at int) (escaped, int) {
	rest := content[at+1:]
	if end := bytes.TrimLeft(rest[:min(len(rest), maxBlank)], " \t"); bytes.HasPrefix(end, []byte("\n")) || bytes.HasPrefix(end, []byte("\r\n")) {
		end = end[bytes.IndexByte(end, '\n')+1:]
		return escaped{empty: true}, at + 1 + min(len(rest), maxBlank) - len(end)
	}
	if len(rest) < 2 || !isCapitalHex(rest[0]) || !isCapitalHex(rest[1]) {
		return escaped{}, at + 1
	}
	return escapedByte(nibble[rest[0]]<<4 | nibble[rest[1]]), at + 3
}

// maxBlank is how many blanks may be between the equals sign and the end of its line, and the line end, in bytes.
const maxBlank = 8

func isCapitalHex(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'F' }
