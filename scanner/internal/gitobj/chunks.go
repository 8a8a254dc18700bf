package gitobj

import (
	"encoding/binary"
	"errors"
)

var errChunks = errors.New("file is damaged: its chunks are not where it says")

// chunkEntry is the size of an entry in the table of a file of chunks: a name, and where the chunk begins.
const chunkEntry = 4 + 8

// parseChunks reads the table of a file of chunks, which begins at the given offset: git's form for commit-graphs and
// multi-pack-indexes. Chunks lie one behind the other, and a last entry says where they end.
func parseChunks(data []byte, table, count int) (map[string][]byte, error) {
	if len(data) < table+(count+1)*chunkEntry {
		return nil, errChunks
	}
	chunks := map[string][]byte{}
	for i := range count {
		entry := data[table+i*chunkEntry:]
		from, to := binary.BigEndian.Uint64(entry[4:]), binary.BigEndian.Uint64(entry[chunkEntry+4:])
		if from > to || to > uint64(len(data)) {
			return nil, errChunks
		}
		chunks[string(entry[:4])] = data[from:to]
	}
	return chunks, nil
}

// names are the object names of such a file, sorted, behind a fan-out.
func chunkNames(chunks map[string][]byte) (names []byte, n int, err error) {
	fanout, names := chunks["OIDF"], chunks["OIDL"]
	if len(fanout) != fanoutSize {
		return nil, 0, errChunks
	}
	n = int(binary.BigEndian.Uint32(fanout[fanoutSize-4:]))
	if len(names) != n*len(OID{}) {
		return nil, 0, errChunks
	}
	return names, n, nil
}
