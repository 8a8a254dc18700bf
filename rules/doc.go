// Package rules defines what a leaked credential is: rules, the detectors that find its parts, and the compiled Set that
// runs them all in one pass. It is pure: bytes in, matches out, no I/O, safe for concurrent use.
//
// A Rule describes one type of credential. A Detector finds one kind of value, starting from a literal that must occur in
// the content, so that content without any literal costs one pass of substring search. Set.Find returns single values.
// Joining an ID with its secret is the job of package pair, because it depends on everything else nearby.
//
// The detectors are in packages accesskey, sts and service, one file for each kind; package builtin puts them together.
// A detector accepts a value when its shape, its surroundings and its randomness all agree. Placeholders, masked values,
// words and sequences are rejected there.
package rules
