package gitobj

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's checksums
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// CommitGraph calls visit for each commit that the commit-graph of the repository has, with what it knows: the tree,
// the parents and the time. Without a graph, or with one that is damaged, it calls nothing: the commits themselves say
// the same.
func (r *Repo) CommitGraph(visit func(OID, CommitInfo)) {
	graph, err := readCommitGraph(filepath.Join(r.Common, "objects", "info"))
	if err != nil {
		return
	}
	for i := range graph.n {
		visit(graph.commit(i))
	}
}

// commitGraph is a chain of commit-graph files. Commits are counted through all of them.
type commitGraph struct {
	layers []graphLayer
	n      int
}

// graphLayer is one file.
type graphLayer struct {
	first   int // commits in the layers below
	names   []byte
	commits []byte // commitData for each
	edges   []byte // parents after the first, of commits that have more than two
}

// commitData is the size of a commit in the graph: its tree, two parents, generation and time.
const commitData = len(OID{}) + 4 + 4 + 8

// Parents: none, and the flag of a second one that is a position in edges, and of the last edge.
const (
	noParent   = 0x70000000
	parentFlag = 1 << 31
)

var errGraph = errors.New("commit-graph is damaged")

// maxGraphLayers caps the chain; git itself merges layers long before.
const maxGraphLayers = 1000

// readCommitGraph reads objects/info/commit-graph, or the chain that stands in its place.
func readCommitGraph(info string) (*commitGraph, error) {
	data, err := readFile(filepath.Join(info, "commit-graph"))
	if err == nil {
		return parseCommitGraph(data)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	chain, err := readFile(filepath.Join(info, "commit-graphs", "commit-graph-chain"))
	if err != nil {
		return nil, err
	}
	var files [][]byte
	for line := range strings.Lines(string(chain)) {
		id, ok := ParseOID(strings.TrimSpace(line))
		if !ok || len(files) == maxGraphLayers {
			return nil, errGraph
		}
		data, err := readFile(filepath.Join(info, "commit-graphs", "graph-"+id.String()+".graph"))
		if err != nil {
			return nil, err
		}
		files = append(files, data)
	}
	return parseCommitGraph(files...)
}

// parseCommitGraph reads the files of a chain, the lowest first. Afterwards every parent is a commit of the graph.
func parseCommitGraph(files ...[]byte) (*commitGraph, error) {
	g := new(commitGraph)
	for _, data := range files {
		layer, n, err := parseGraphLayer(data)
		if err != nil {
			return nil, err
		}
		layer.first = g.n
		g.layers = append(g.layers, layer)
		if g.n += n; g.n > maxPacked {
			return nil, errGraph
		}
		for i := range n {
			if !layer.sound(i, g.n) {
				return nil, errGraph
			}
		}
	}
	return g, nil
}

func parseGraphLayer(data []byte) (layer graphLayer, n int, err error) {
	const header, trailer = 8, 20
	if len(data) < header+trailer || string(data[:4]) != "CGPH" || data[4] != 1 || data[5] != 1 {
		return layer, 0, errGraph
	}
	body := data[:len(data)-trailer]
	if sum := sha1.Sum(body); !bytes.Equal(sum[:], data[len(body):]) { //nolint:gosec // git's checksums
		return layer, 0, errGraph
	}
	chunks, err := parseChunks(body, header, int(data[6]))
	if err != nil {
		return layer, 0, err
	}
	if layer.names, n, err = chunkNames(chunks); err != nil {
		return layer, 0, err
	}
	layer.commits, layer.edges = chunks["CDAT"], chunks["EDGE"]
	if len(layer.commits) != n*commitData {
		return layer, 0, errGraph
	}
	return layer, n, nil
}

// sound reports whether the parents of a commit are among the first n commits of the graph.
func (l graphLayer) sound(i, n int) bool {
	ok := true
	l.parents(i, func(p uint32) { ok = ok && p < uint32(n) })
	return ok
}

// parents calls visit with the position of each parent of the i-th commit of the layer. Of a damaged one it is
// beyond all commits.
func (l graphLayer) parents(i int, visit func(uint32)) {
	data := l.commits[i*commitData+len(OID{}):]
	first, second := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if first != noParent {
		visit(first)
	}
	if second&parentFlag == 0 {
		if second != noParent {
			visit(second)
		}
		return
	}
	for at := 4 * int(second&^parentFlag); ; at += 4 {
		if at+4 > len(l.edges) {
			visit(noParent)
			return
		}
		edge := binary.BigEndian.Uint32(l.edges[at:])
		visit(edge &^ parentFlag)
		if edge&parentFlag != 0 {
			return
		}
	}
}

// name returns the name of a commit.
func (g *commitGraph) name(i int) OID {
	l := g.layerOf(i)
	return OID(l.names[(i-l.first)*len(OID{}):])
}

func (g *commitGraph) layerOf(i int) graphLayer {
	at := len(g.layers) - 1
	for g.layers[at].first > i {
		at--
	}
	return g.layers[at]
}

// commit returns a commit by its position.
func (g *commitGraph) commit(i int) (OID, CommitInfo) {
	l := g.layerOf(i)
	data := l.commits[(i-l.first)*commitData:]
	info := CommitInfo{Tree: OID(data), Time: int64(binary.BigEndian.Uint64(data[len(OID{})+8:]) & (1<<34 - 1))}
	l.parents(i-l.first, func(p uint32) { info.Parents = append(info.Parents, g.name(int(p))) })
	return g.name(i), info
}
