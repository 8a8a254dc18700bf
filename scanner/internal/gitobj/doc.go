// Package gitobj reads git repositories: objects, refs, reflogs, the index, ignore rules.
//
// It reads what is on disk and trusts none of it. Sizes, depths and counts are capped, a damaged object is a
// Loss and not the end, and nothing in a repository (hooks, filters, configured commands) ever runs. Packs,
// loose objects and alternates are read here directly, because walking all objects base by base is what makes a
// history scan fast and what lets one damaged object leave the rest readable; so are the index and ignore rules,
// because what is overlooked there is never scanned. A multi-pack-index stands in for the damaged index of a pack; a
// commit-graph spares reading commits that need not be read again. Configuration is parsed by go-git, which is imported nowhere
// else.
//
// Limits: SHA-1 repositories with the files ref backend. Others are refused by name.
package gitobj
