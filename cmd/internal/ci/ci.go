// Package ci knows the CI platforms: what their environment and events say about the commits to judge, and how their logs show
// a finding. It does no I/O: the caller reads the environment, the event and the repository.
//
// Facts about the platforms are from their documentation. Where a platform does not say what was there before, everything is
// judged, and the plan says so.
package ci

import (
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// Env looks a variable up; "" if it is not set.
type Env func(name string) string

// Repository is what a plan depends on in the clone. Revisions are git's.
type Repository interface {
	// Resolve returns the ID of the commit that a revision names; ok is false if the clone does not have it.
	Resolve(revision string) (id string, ok bool)
	// Parents returns the IDs of the parents of a commit.
	Parents(id string) []string
	// RemoteRefs returns the names of the remote-tracking refs.
	RemoteRefs() []string
}

// Plan says what a run judges.
type Plan struct {
	Platform string // such as "GitHub Actions"
	Event    string // what started the run, in the platform's word
	// Whole says that everything in the repository is judged, as after a schedule: there is no change.
	Whole bool
	// Nothing says that there is nothing to judge: a ref was deleted.
	Nothing bool
	Heads   []string // revisions whose commits are judged
	Bases   []string // revisions whose commits are not
	// Trusted is the revision whose ignore file and configuration count. It is empty if nothing precedes the change.
	Trusted string
	// Commits is how many commits the event says that there are; 0 if it does not say.
	Commits int
	Missing []string      // refspecs of what the clone lacks to judge the change
	Note    reason.Reason // what a reader must know; zero if there is nothing
	// PullRequest is the number of the pull request on GitHub, or 0.
	PullRequest int
	Head        string // ID of the last commit of the change, as the platform knows it
}

// Spec returns the range as ResolveRange of a repository takes it.
func (p Plan) Spec() string {
	terms := append([]string(nil), p.Heads...)
	for _, base := range p.Bases {
		terms = append(terms, "^"+base)
	}
	return strings.Join(terms, " ")
}

// Platform is a CI platform.
type Platform struct {
	Name  string
	EnvOf func(Env) bool // whether the environment is that of the platform
	Plan  func(Env, []byte, Repository) Plan
	// EventFile is the variable that names the file with the event. It is empty for platforms without events.
	EventFile string
}

// Platforms returns the platforms. The last one is any other.
func Platforms() []Platform {
	return []Platform{
		{Name: "GitHub Actions", EnvOf: set("GITHUB_ACTIONS"), Plan: gitHub, EventFile: "GITHUB_EVENT_PATH"},
		{Name: "GitLab CI", EnvOf: set("GITLAB_CI"), Plan: gitLab},
		{Name: "Jenkins", EnvOf: set("JENKINS_URL"), Plan: jenkins},
		{Name: "Azure Pipelines", EnvOf: set("TF_BUILD"), Plan: azure},
		{Name: "Bitbucket Pipelines", EnvOf: set("BITBUCKET_BUILD_NUMBER"), Plan: bitbucket},
		{Name: "Codeup Flow", EnvOf: set("PIPELINE_ID", "PIPELINE_NAME", "CI_COMMIT_SHA"), Plan: flow},
		{Name: "plain", EnvOf: set(), Plan: plain},
	}
}

// Detect returns the platform of an environment.
func Detect(env Env) Platform {
	for _, p := range Platforms() {
		if p.EnvOf(env) {
			return p
		}
	}
	return Platform{} // the last one is any
}

// set reports whether all of some variables are set.
func set(names ...string) func(Env) bool {
	return func(env Env) bool {
		for _, name := range names {
			if env(name) == "" {
				return false
			}
		}
		return true
	}
}

// zero reports whether an ID is the one that git writes where there is no object.
func zero(id string) bool { return strings.Trim(id, "0") == "" }

// against plans to judge what head adds to a branch of the remote, which may be missing in the clone.
func against(p Plan, repo Repository, branch, head string) Plan {
	p.Heads, p.Head = []string{head}, head
	base := "refs/remotes/origin/" + strings.TrimPrefix(branch, "refs/heads/")
	if _, ok := repo.Resolve(base); !ok {
		p.Missing = append(p.Missing, "+refs/heads/"+strings.TrimPrefix(branch, "refs/heads/")+":"+base)
	}
	if _, ok := repo.Resolve(head); !ok {
		p.Missing = append(p.Missing, head)
	}
	p.Bases, p.Trusted = []string{base}, base
	return p
}

// added plans to judge a push: what the new value of a ref adds to the old one or, for a new ref, to the other branches.
func added(p Plan, repo Repository, ref, before, after string) Plan {
	p.Heads, p.Head = []string{after}, after
	if !zero(before) {
		if _, ok := repo.Resolve(before); ok {
			p.Bases, p.Trusted = []string{before}, before
			return p
		}
	}
	own := "refs/remotes/origin/" + strings.TrimPrefix(ref, "refs/heads/")
	for _, name := range repo.RemoteRefs() {
		if name != own && name != "refs/remotes/origin/HEAD" {
			p.Bases = append(p.Bases, name)
		}
	}
	switch {
	case zero(before):
	case len(p.Bases) == 0: // all that is old would count as new
		p.Missing = append(p.Missing, before)
	default:
		p.Note = reason.New("ci.before-missing", before)
	}
	if id, ok := repo.Resolve("refs/remotes/origin/HEAD"); ok && len(p.Bases) > 0 {
		p.Trusted = id
	}
	return p
}

// everything plans to judge all that is there, because nothing says what was there before.
func everything(p Plan, why string) Plan {
	p.Whole = true
	if why != "" {
		p.Note = reason.New(why)
	}
	return p
}

// plain is for any other platform, whose environment says nothing about the change.
func plain(Env, []byte, Repository) Plan { return everything(Plan{Event: "run"}, "ci.no-base") }
