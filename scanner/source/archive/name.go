package archive

import (
	"path"
	"strings"
	"unicode"

	"github.com/akguard/akguard/scanner/finding"
)

// maxName is the length past which a member's name is cut, in bytes. Names are kept with every hit.
const maxName = 1 << 10

// clean makes a relative slash path of the name that an archive gives a member. It is only ever shown to people.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case !unicode.IsPrint(r): // would play tricks on a terminal
			return unicode.ReplacementChar
		}
		return r
	}, name[:min(len(name), maxName)])
	if len(name) > 1 && name[1] == ':' { // a drive of Windows
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

// unpackedName is the name of what a compressed file holds. The one in its header may be anything, this one is known.
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
