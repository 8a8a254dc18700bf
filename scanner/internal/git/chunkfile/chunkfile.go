// Package chunkfile reads git's chunk-based file format, which commit-graphs and multi-pack-indexes share: a table of
// contents that locates named chunks (gitformat-chunk(5)).
package chunkfile

import (
	"encoding/binary"
	"errors"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

var errDamaged = errors.New("damaged chunk file")

const (
	entrySize  = 4 + 8 // of the table of contents: chunk name and offset
	fanoutSize = 256 * 4
)

// Parse reads the table of contents, which has count entries and begins at the given offset. Chunks follow one
// another; a last entry marks the end of the last chunk.
func Parse(data []byte, table, count int) (map[string][]byte, error) {
	if len(data) < table+(count+1)*entrySize {
		return nil, errDamaged
	}
	chunks := map[string][]byte{}
	for i := range count {
		entry := data[table+i*entrySize:]
		from, to := binary.BigEndian.Uint64(entry[4:]), binary.BigEndian.Uint64(entry[entrySize+4:])
		if from > to || to > uint64(len(data)) {
			return nil, errDamaged
		}
		chunks[string(entry[:4])] = data[from:to]
	}
	return chunks, nil
}

// ObjectIDs returns the sorted object IDs of the file and their number.
func ObjectIDs(chunks map[string][]byte, f object.Format) (ids []byte, n int, err error) {
	fanout, ids := chunks["OIDF"], chunks["OIDL"]
	if len(fanout) != fanoutSize {
		return nil, 0, errDamaged
	}
	n = int(binary.BigEndian.Uint32(fanout[fanoutSize-4:]))
	if len(ids) != n*f.Size() {
		return nil, 0, errDamaged
	}
	return ids, n, nil
}
