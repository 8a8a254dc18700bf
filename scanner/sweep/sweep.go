// Package sweep scans all repositories of an organization: it lists them, hands them out as jobs, scans each one whole, and
// proves at the end that the sum adds up: what was listed was scanned, or it is said why not.
//
// A sweep remembers of each repository which refs it had at the last complete scan. The list of refs that a server sends
// decides whether anything is new, and then only what was added is fetched. What is remembered, the findings among it, is
// in a Store, which the workers of a sweep share. A job can be done twice: results are keyed by repository and credential,
// and a worker that was overtaken by another does not store its own.
//
// Each repository is scanned by Scan, which runs in a process of its own, so that a repository that crashes it or fills its
// memory costs no other one.
//
// Limits: what a repository had at the last scan counts as read as long as the program and its rules are the same. A fork is
// read as what it adds to the repository that it was forked from, if the sweep has that one.
package sweep

import "github.com/akguard/akguard/rules/reason"

// Limits bound what a repository may cost. Zero means the default.
type Limits struct {
	Memory       int64 // bytes of objects that are held at once
	Pack         int64 // bytes of the pack of a repository
	Refs         int64 // bytes of its list of refs
	Places       int   // places of credentials that are kept
	ArchiveDepth int   // how deep archives are opened in one another; 0 opens none
	File         int64 // bytes of one attachment
	Total        int64 // bytes of all that is not in git
	Files        int   // how many texts and attachments are read in one scan
}

// Skip is something that was not read.
type Skip struct {
	Path   string        `json:"path"`
	Reason reason.Reason `json:"reason"`
}
