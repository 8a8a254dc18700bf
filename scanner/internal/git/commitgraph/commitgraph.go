// Package commitgraph reads git's commit-graph (gitformat-commit-graph(5)): the tree, the parents and the time of each
// commit, without inflating the commits.
//
// A graph is only a cache. One that is damaged is not used at all, because the commits themselves say the same.
//
// Limits: version 1 with SHA-1. The checksum proves that a file is intact, not that it agrees with the commits.
package commitgraph

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's checksums
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/chunkfile"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Graph is a chain of commit-graph files. Positions of commits count through all of them.
type Graph struct {
	layers []layer
	n      int
}

// layer is one file of the chain.
type layer struct {
	first   int    // number of commits in the layers below
	ids     []byte // sorted
	commits []byte // commitSize bytes for each commit
	edges   []byte // parents after the first, for commits with more than two parents
}

// commitSize is the size of a commit's record: tree ID, two parents, generation and time.
const commitSize = len(object.ID{}) + 4 + 4 + 8

// A parent is the position of a commit, or noParent. If the second parent has extraEdges set, its other bits are a
// position in layer.edges, where the last edge has the same bit set.
const (
	noParent   = 0x70000000
	extraEdges = 1 << 31
)

// maxLayers caps the length of a chain. Git merges layers long before that.
const maxLayers = 1000

// maxCommits caps the number of commits, as odb caps the number of objects.
const maxCommits = 1 << 28

var errDamaged = errors.New("damaged commit-graph")

// maxChain is in bytes: a chain has a line of 41 for each graph, and each graph is twice as large as the next.
const maxChain = 64 << 10

// Read reads the commit-graph of an object directory: one file, or a chain of them. The error wraps os.ErrNotExist if
// there is none.
func Read(objectDir string) (*Graph, error) {
	info := filepath.Join(objectDir, "info")
	data, err := fileio.ReadFile(filepath.Join(info, "commit-graph"))
	if err == nil {
		return parse(data)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return readChain(filepath.Join(info, "commit-graphs"))
}

func readChain(dir string) (*Graph, error) {
	chain, err := fileio.ReadSmall(filepath.Join(dir, "commit-graph-chain"), maxChain)
	if err != nil {
		return nil, err
	}
	var files [][]byte
	for line := range strings.Lines(string(chain)) {
		id, ok := object.ParseID(strings.TrimSpace(line))
		if !ok || len(files) == maxLayers {
			return nil, errDamaged
		}
		data, err := fileio.ReadFile(filepath.Join(dir, "graph-"+id.String()+".graph"))
		if err != nil {
			return nil, err
		}
		files = append(files, data)
	}
	return parse(files...)
}

// parse reads the files of a chain, the lowest layer first, and checks that every parent is a commit of the graph.
func parse(files ...[]byte) (*Graph, error) {
	g := new(Graph)
	for _, data := range files {
		l, n, err := parseLayer(data)
		if err != nil {
			return nil, err
		}
		l.first = g.n
		g.layers = append(g.layers, l)
		if g.n += n; g.n > maxCommits {
			return nil, errDamaged
		}
		for i := range n {
			if !l.parentsValid(i, g.n) {
				return nil, errDamaged
			}
		}
	}
	return g, nil
}

func parseLayer(data []byte) (l layer, n int, err error) {
	const header, trailer = 8, 20
	if len(data) < header+trailer || string(data[:4]) != "CGPH" || data[4] != 1 || data[5] != 1 {
		return l, 0, errDamaged
	}
	body := data[:len(data)-trailer]
	if sum := sha1.Sum(body); !bytes.Equal(sum[:], data[len(body):]) { //nolint:gosec // git's checksums
		return l, 0, errDamaged
	}
	chunks, err := chunkfile.Parse(body, header, int(data[6]))
	if err != nil {
		return l, 0, err
	}
	if l.ids, n, err = chunkfile.ObjectIDs(chunks); err != nil {
		return l, 0, err
	}
	l.commits, l.edges = chunks["CDAT"], chunks["EDGE"]
	if len(l.commits) != n*commitSize {
		return l, 0, errDamaged
	}
	return l, n, nil
}

// parentsValid reports whether all parents of the i-th commit of the layer are among the first n commits of the graph.
func (l layer) parentsValid(i, n int) bool {
	ok := true
	l.parents(i, func(p uint32) { ok = ok && p < uint32(n) })
	return ok
}

// parents calls visit with the position of each parent of the i-th commit of the layer. Where the edges run out, it
// calls visit with a position that no commit can have.
func (l layer) parents(i int, visit func(uint32)) {
	data := l.commits[i*commitSize+len(object.ID{}):]
	first, second := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if first != noParent {
		visit(first)
	}
	if second&extraEdges == 0 {
		if second != noParent {
			visit(second)
		}
		return
	}
	for at := 4 * int(second&^extraEdges); ; at += 4 {
		if at+4 > len(l.edges) {
			visit(noParent)
			return
		}
		edge := binary.BigEndian.Uint32(l.edges[at:])
		visit(edge &^ extraEdges)
		if edge&extraEdges != 0 {
			return
		}
	}
}

// Len returns the number of commits.
func (g *Graph) Len() int { return g.n }

// Commit returns the commit at a position. Its author is not in the graph.
func (g *Graph) Commit(i int) (object.ID, object.CommitInfo) {
	l := g.layerOf(i)
	data := l.commits[(i-l.first)*commitSize:]
	info := object.CommitInfo{Tree: object.ID(data), Time: int64(binary.BigEndian.Uint64(data[len(object.ID{})+8:]) & (1<<34 - 1))}
	l.parents(i-l.first, func(p uint32) { info.Parents = append(info.Parents, g.id(int(p))) })
	return g.id(i), info
}

func (g *Graph) id(i int) object.ID {
	l := g.layerOf(i)
	return object.ID(l.ids[(i-l.first)*len(object.ID{}):])
}

func (g *Graph) layerOf(i int) layer {
	at := len(g.layers) - 1
	for g.layers[at].first > i {
		at--
	}
	return g.layers[at]
}
