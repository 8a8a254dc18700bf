// Package packfile parses the parts of git packs (gitformat-pack(5)): pack indexes, multi-pack-indexes, entry headers
// and deltas. It works on bytes in memory; opening packs and resolving delta chains is the job of odb.
//
// Nothing in a pack is trusted: sizes are checked before memory is allocated for them, and offsets before they are
// used. The parsers are fuzzed.
package packfile
