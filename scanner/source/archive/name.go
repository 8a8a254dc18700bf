package archive

import (
	"path"
	"strings"
	"unicode"

	"github.com/akguard/akguard/scanner/finding"
)

// maxName is the length in bytes at which a member's name is cut. Every match keeps its name in memory.
const maxName = 1 << 10

// clean turns the name of a member into a relative slash path. It is only shown to people, and never opened.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case !unicode.IsPrint(r): // control and bidirectional characters could mislead a reader
			return unicode.ReplacementChar
		}
		return r
	}, name[:min(len(name), maxName)])
	if len(name) > 1 && name[1] == ':' { // a Windows drive
		name = name[2:]
	}
	if name = path.Clean("/" + name)[1:]; name == "" {
		return "unnamed"
	}
	return name
}

// within is the place of a member.
func within(archive finding.Place, name string) finding.Place {
	if archive.Member != "" {
		name = archive.Member + "!/" + name
	}
	archive.Member = name
	return archive
}

// lastName is the name of a member in the innermost archive; "" for a file that is in none.
func lastName(p finding.Place) string {
	if i := strings.LastIndex(p.Member, "!/"); i >= 0 {
		return p.Member[i+len("!/"):]
	}
	return p.Member
}

// unpackedName is the name of the content of a compressed file. The name in its header may be anything; the name of the
// file itself is known to the reader.
func unpackedName(p finding.Place) string {
	full := p.Path
	if p.Member != "" {
		full = p.Member
	}
	if full == "" {
		return "content"
	}
	base := path.Base(full)
	switch ext := path.Ext(base); strings.ToLower(ext) {
	case ".gz", ".xz", ".zst", ".bz2", ".z":
		if base != ext {
			return strings.TrimSuffix(base, ext)
		}
	}
	return base
}

// label names a place in a Skip.
func label(p finding.Place) string {
	name := p.Path
	for _, other := range []string{p.Blob, p.Commit, p.Source} {
		if name == "" {
			name = other
		}
	}
	if p.Member != "" {
		name += "!/" + p.Member
	}
	return name
}
