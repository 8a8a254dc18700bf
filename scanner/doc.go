// Package scanner is the engine: sources of content in, findings out.
//
// A Source hands every piece of content to the engine once. The engine matches it in the goroutine of the source,
// so that a source decides how much runs at a time: as it is, and, where something in it looks encoded, as it reads
// once it is decoded. It keeps only hits: the parts of a credential with their line and column. When all is read, a source that knows only afterwards where its content stands (git history)
// is asked about the hits alone; then hits become findings, one for each credential, findings are verified, and a
// Handler writes them in an order that depends on nothing but the input.
//
// Memory is bounded by Options and not by what is scanned: content is not kept, streams are scanned in windows,
// and hits are counted. What was not read is a Skip, and a scan with a Skip is not complete.
package scanner
