// Package rules knows what a leaked Alibaba Cloud credential looks like. It is pure: bytes in, matches out, no
// I/O, no state, safe for concurrent use.
//
// A Rule describes one type of credential and names the parts that it is made of; a Part finds one kind of
// value, starting from a literal that must stand in the content, so that content without any literal costs one
// pass of substring search. Set.Find answers parts only. Joining an ID with its secret is the work of package
// pair, because it depends on everything else that stands nearby.
//
// A value is taken for a credential when its shape, its surroundings and its randomness all agree. Placeholders,
// masked values, words and sequences are rejected here, once, for every rule.
package rules
