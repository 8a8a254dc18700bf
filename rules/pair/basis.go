package pair

import (
	"bytes"
	"strings"
)

// closeLines is how many lines apart two parts may be that clearly belong together: a record of a few fields, in which
// also a value without a name would be looked at.
const closeLines = unnamedLines

// basis rates the evidence for a pair. The parts belong together if they are the nearest of their kinds to each other,
// a few lines apart or in one row of a table, and the ID is not that of a URL: a presigned URL has an ID, and its secret
// is never beside it.
func (j *joiner) basis(e edge) Basis {
	id, s := j.ids[e.id], j.secrets[e.secret]
	lines := max(s.line-id.line, id.line-s.line)
	switch {
	case e.byName:
		return Together
	case e.listed, lines > closeLines, j.idsBetween(e.id, s) > 0, j.secretsBetween(e.id, e.secret) > 0:
		return Guessed
	case j.inURL(id) && !j.oneWord(id, s):
		return Guessed
	}
	return Together
}

// secretsBetween counts the certain secrets between an ID and a secret.
func (j *joiner) secretsBetween(id, secret int) int {
	n := 0
	from, to := j.secretAt(j.ids[id].Start), secret
	if from > to {
		from, to = to+1, from
	}
	for _, s := range j.secrets[from:to] {
		if s.certain() && !j.same(s, j.secrets[secret]) {
			n++
		}
	}
	return n
}

// maxURL is how much of a URL before an ID is looked at, in bytes.
const maxURL = 1 << 10

// inURL reports whether an ID is a part of a URL.
func (j *joiner) inURL(id part) bool {
	before := j.content[max(0, id.Start-maxURL):id.Start]
	before = before[bytes.LastIndexFunc(before, endsURL)+1:]
	return bytes.Contains(before, []byte("://")) || bytes.Contains(before, []byte("%3A%2F%2F")) || bytes.IndexByte(before, '?') >= 0
}

// oneWord reports whether no space or quote is between an ID and a secret, as in a URL that holds both.
func (j *joiner) oneWord(id, s part) bool {
	from, to := min(id.End, s.End), max(id.Start, s.Start)
	return to >= from && bytes.IndexFunc(j.content[from:to], endsURL) < 0
}

func endsURL(r rune) bool { return r <= ' ' || strings.ContainsRune("\"'`<>", r) }
