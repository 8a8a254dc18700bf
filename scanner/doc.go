// Package scanner is the engine: sources of content in, findings out.
//
// A scan has named stages, one file each, and no stage reaches back:
//
//   - collect: a Source hands every piece of content to the engine once. The engine finds the matches in the goroutine of
//     the source, so that a source decides how much runs at a time. It keeps matches only, and no content.
//   - locate: a source that knows only afterwards where its content is (git history) is asked about the matches alone.
//   - group: matches become credentials, each with all its occurrences.
//   - suppress: accepted findings are left out, before anything is sent anywhere.
//   - verify: a Verifier is asked about each credential.
//   - settle: the verdicts decide which ID a secret belongs to.
//   - emit: a Handler gets each finding as soon as it and those before it are settled, in an order that depends on the
//     content alone.
//
// An interrupted scan goes through the remaining stages with what it has, and says that it is incomplete.
//
// Memory is bounded by Options and not by what is scanned: streams are scanned in windows, and matches are counted. What
// was not read is a Skip, and a scan with a Skip is not complete.
package scanner
