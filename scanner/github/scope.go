package github

import (
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Scope says which repositories a sweep is about: all of these, each once.
type Scope struct {
	Organizations []string `json:",omitempty"`
	Users         []string `json:",omitempty"`
	Enterprises   []string `json:",omitempty"` // by their slugs: all their organizations
	Repositories  []string `json:",omitempty"` // OWNER/NAME
	Filter        Filter
}

// Filter leaves repositories out. Its zero value leaves none out. It does not apply to Scope.Repositories.
type Filter struct {
	Archived    *bool     `json:",omitempty"` // only archived ones, or none; nil: all
	Forks       *bool     `json:",omitempty"` // only forks, or none; nil: all
	Visibility  []string  `json:",omitempty"` // public, private, internal
	Languages   []string  `json:",omitempty"` // any of them, whatever their case
	Topics      []string  `json:",omitempty"` // any of them
	Globs       []string  `json:",omitempty"` // any of them: of the name, or of OWNER/NAME if it has a slash; as path.Match
	Exclude     []string  `json:",omitempty"` // none of them
	PushedSince time.Time // ignored if zero
}

// Listing is what a scope holds. Repositories and Filtered together are all that the account can see.
type Listing struct {
	Repositories []Repository // sorted by ID
	Filtered     []Filtered   // sorted by ID
	// Unreachable are repositories of Scope.Repositories that do not exist, or that GitHub has blocked. They have no ID.
	Unreachable []Filtered
	Partial     []reason.Reason // what the account does not see, though it exists
	Unsure      []reason.Reason // where GitHub does not tell whether the account sees all
	Expected    int             // how many repositories the owners say they have; -1 if one does not say
	Requests    int             // that it took
}

// Filtered is a repository that is not scanned.
type Filtered struct {
	Repository Repository
	Why        reason.Reason
}
