package packfile

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// maxLayers caps the layers of a chain of multi-pack-indexes. Git adds one at a time, for some packs each.
const maxLayers = 1000

// ReadMultiIndexOf builds the index of one pack from the multi-pack-index of its folder or, where that does not have the
// pack, from the layer of the chain that has it. A layer numbers its own packs and objects from zero, so the index of a
// pack needs no other layer. Name is the file name of the pack's missing .idx.
func ReadMultiIndexOf(packDir, name string, f object.Format) (Index, error) {
	x, err := ReadMultiIndex(packDir, f)
	if err == nil && slices.Contains(x.indexes, name) {
		return x.IndexOf(name)
	}
	layers, chainErr := readChain(filepath.Join(packDir, "multi-pack-index.d"), f)
	for _, layer := range layers {
		x, err := readLayer(layer, f)
		if err != nil {
			chainErr = cmp.Or(chainErr, err)
			continue
		}
		if slices.Contains(x.indexes, name) {
			return x.IndexOf(name)
		}
	}
	for _, err := range []error{err, chainErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Index{}, err
		}
	}
	if err != nil && errors.Is(chainErr, fs.ErrNotExist) {
		return Index{}, err // there is neither
	}
	return Index{}, errLacksPack
}

var errLacksPack = reason.NewError("git.multi-pack-index-lacks")

// layer is a file of a chain, named after the hash at its end.
type layer struct {
	path string
	hash object.ID
}

// readChain reads which layers a chain has. A layer that is listed twice is read once.
func readChain(dir string, f object.Format) ([]layer, error) {
	data, err := fileio.ReadSmall(filepath.Join(dir, "multi-pack-index-chain"), int64(maxLayers*(f.Size()*2+1)))
	if err != nil {
		return nil, err
	}
	var out []layer
	seen := map[object.ID]bool{}
	for line := range bytes.Lines(data) {
		hash, ok := f.ParseID(string(bytes.TrimRight(line, "\n")))
		if !ok {
			return out, errMultiIndex
		}
		if !seen[hash] {
			seen[hash] = true
			out = append(out, layer{filepath.Join(dir, "multi-pack-index-"+hash.String()+".midx"), hash})
		}
	}
	return out, nil
}

var errLayerHash = reason.NewError("git.multi-pack-index-hash")

func readLayer(at layer, f object.Format) (*MultiIndex, error) {
	data, err := fileio.ReadFile(at.path)
	if err != nil {
		return nil, err
	}
	end := len(data) - f.Size()
	if end < 0 {
		return nil, errMultiIndex
	}
	h := f.New()
	_, _ = h.Write(data[:end]) // never fails
	if f.ID(h.Sum(nil)) != at.hash || f.ID(data[end:]) != at.hash {
		return nil, errLayerHash
	}
	return parseMultiIndex(f, data)
}
