// Package packfile reads the parts of git packs (gitformat-pack(5)): pack indexes, multi-pack-indexes, entry headers and
// deltas, from a file or from a stream. Resolving delta chains is the job of odb.
//
// Nothing in a pack is trusted: sizes are checked before memory is allocated for them, and offsets before they are
// used. The parsers are fuzzed.
package packfile
