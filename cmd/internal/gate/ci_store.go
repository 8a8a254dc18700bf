package gate

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/ci"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/input"
)

// fetchStore fetches what the plan needs into a repository of its own, for --no-checkout, and returns what removes it. The
// job may then run with rights that code of the pull request must not have: nothing is checked out, nothing is run, and the
// configuration of git plays no part.
func (r *ciRun) fetchStore(ctx context.Context) (done func(), err error) {
	done = func() {}
	switch {
	case !r.opts.noCheckout && r.opts.repository != "":
		return done, command.Usage("usage.repository")
	case !r.opts.noCheckout:
		return done, nil
	case r.opts.base != "" || r.opts.head != "":
		return done, command.Usage("usage.exclusive", "--no-checkout", "--base")
	}
	url, token := r.server()
	if url == "" {
		return done, command.Usage("usage.no-repository")
	}
	if r.dir, err = os.MkdirTemp("", "akguard-ci-"); err != nil {
		return done, command.Failed(command.ExitIncomplete, "ci.store-failed", err)
	}
	remove := func() { _ = os.RemoveAll(r.dir) }
	r.OnAbandon(remove)
	refs, commits := needed(r.platform.Plan(os.Getenv, r.event, nothing{}))
	r.store = &input.FetchOptions{
		URL: url, Dir: r.dir, User: os.Getenv(scanning.GitUserVariable), Password: token, Refs: refs, Commits: commits,
		MaxMemory: r.opts.scan.Input.Repository.MaxMemory,
	}
	depth := 0
	if refs != nil { // two branches; the change is near their ends
		depth = firstDepth
	}
	if err := r.fetchInto(ctx, depth); err != nil {
		remove()
		return done, err
	}
	return remove, nil
}

// fetchInto fetches so many commits of each branch into the store; 0 is all.
func (r *ciRun) fetchInto(ctx context.Context, depth int) error {
	o := *r.store
	o.Depth = depth
	if err := input.Fetch(ctx, o); err != nil {
		return command.Failed(command.ExitIncomplete, "ci.store-failed", err)
	}
	return nil
}

// server returns the URL of the repository, and the token for it. That of the job is for its own server alone.
func (r *ciRun) server() (url, token string) {
	token = os.Getenv(scanning.GitTokenVariable)
	if r.opts.repository != "" {
		return r.opts.repository, token
	}
	server, name := os.Getenv("GITHUB_SERVER_URL"), os.Getenv("GITHUB_REPOSITORY")
	if server == "" || name == "" || !r.onGitHub() {
		return "", ""
	}
	return strings.TrimRight(server, "/") + "/" + name, cmp.Or(token, os.Getenv(ownTokenVariable), os.Getenv(jobTokenVariable))
}

// needed returns the refs and commits that a plan lacks: the base and the head of a pull request, or everything for any
// other plan.
func needed(p ci.Plan) (refs func(string) bool, commits []string) {
	want := map[string]bool{}
	for _, missing := range p.Missing {
		if source, _, ok := strings.Cut(strings.TrimPrefix(missing, "+"), ":"); ok {
			want[source] = true
		} else {
			commits = append(commits, missing)
		}
	}
	if p.PullRequest > 0 {
		want[fmt.Sprintf("refs/pull/%d/head", p.PullRequest)] = true
	}
	if len(want) == 0 {
		return nil, commits
	}
	return func(name string) bool { return want[name] }, commits
}

// nothing is a repository that has nothing, so that a plan lists all that it needs.
type nothing struct{}

// Resolve implements ci.Repository.
func (nothing) Resolve(string) (string, bool) { return "", false }

// Parents implements ci.Repository.
func (nothing) Parents(string) []string { return nil }

// RemoteRefs implements ci.Repository.
func (nothing) RemoteRefs() []string { return nil }
