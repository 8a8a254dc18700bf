// Package odb is the object database of a git repository: packs, loose objects and alternates, read in bulk or one by
// one.
//
// Walk is the reason for this package. It visits every object once, in the order in which the packs store them: each
// base object is inflated once and the deltas on it are applied depth first, which takes a tenth of the time of reading
// objects one by one. A Screen can rule out a blob by looking only at what its delta inserts.
//
// Nothing on disk is trusted. Sizes, depths and counts are capped, and a damaged object is reported as Unreadable while
// everything else is read. A multi-pack-index replaces a damaged pack index.
//
// All objects of a database have IDs of one format, those of alternates too.
//
// Limits: only Receive writes: it stores a new pack. A walk visits what is there when it begins, and what git moves
// to another place while it runs.
package odb
