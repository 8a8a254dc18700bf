package seen

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

// Sum identifies one set of objects that was saved.
type Sum [sha256.Size]byte

const (
	graphMagic = "akguard graph 1\n"
	maxGraph   = 1 << 30
)

// LoadGraph returns what was saved about the objects with a sum; nil if there is nothing.
func (r *Record) LoadGraph(s Sum) []byte {
	data, err := r.read(r.graphPath(), maxGraph)
	if err != nil {
		return nil
	}
	return r.openGraph(s, data)
}

func (r *Record) openGraph(s Sum, data []byte) []byte {
	at := len(data) - sha256.Size
	if at < 0 {
		return nil
	}
	body, sum := data[:at], data[at:]
	begin := r.beginGraph(s)
	if want := sha256.Sum256(body); !bytes.HasPrefix(body, begin) || !bytes.Equal(want[:], sum) {
		return nil
	}
	return body[len(begin):]
}

// SaveGraph replaces what is saved about the objects. What is too large is not kept.
func (r *Record) SaveGraph(s Sum, content []byte) error {
	if len(content) > maxGraph/2 {
		return nil
	}
	if err := osfile.Replace(r.graphPath(), r.sealGraph(s, content)); err != nil {
		return reason.NewError("cache.unwritable", err)
	}
	return nil
}

func (r *Record) sealGraph(s Sum, content []byte) []byte {
	data := append(r.beginGraph(s), content...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...)
}

func (r *Record) beginGraph(s Sum) []byte {
	begin := append(append([]byte(graphMagic), r.key[:]...), byte(r.format))
	return append(begin, s[:]...)
}

func (r *Record) graphPath() string { return strings.TrimSuffix(r.path, ".seen") + ".graph" }
