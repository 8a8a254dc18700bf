package sweeping

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/scanner/github"
)

// accounts are what a process asks GitHub as: one account, or one for each owner if an App is installed by several. Each installation
// has tokens and limits of its own. It is a sweep.Forge, a sweep.Content and a sweep.Lister.
type accounts struct {
	open   func(ctx context.Context, owner string) (*github.Account, error)
	single bool     // one account serves all owners
	scope  []string // the owners that are swept, as far as they are known

	mu      sync.Mutex
	byOwner map[string]*github.Account
	order   []*github.Account
}

// of returns the account for an owner.
func (a *accounts) of(ctx context.Context, owner string) (*github.Account, error) {
	if owner = strings.ToLower(owner); a.single {
		owner = ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.byOwner[owner]; known != nil {
		return known, nil
	}
	account, err := a.open(ctx, owner)
	if err != nil {
		return nil, err
	}
	if a.byOwner == nil {
		a.byOwner = map[string]*github.Account{}
	}
	a.byOwner[owner] = account
	a.order = append(a.order, account)
	return account, nil
}

// Secrets returns the tokens that were sent lately.
func (a *accounts) Secrets() (out []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.order {
		out = append(out, one.Secrets()...)
	}
	return out
}

// takes estimates how long a number of requests takes, if they are all of the account that takes longest.
func (a *accounts) takes(ctx context.Context, requests int) (longest time.Duration) {
	a.mu.Lock()
	accounts := slices.Clone(a.order)
	a.mu.Unlock()
	for _, one := range accounts {
		longest = max(longest, one.Takes(ctx, requests))
	}
	return longest
}

// left returns how many requests are left of the account that has the fewest; false if GitHub has not said.
func (a *accounts) left(ctx context.Context) (least int, ok bool) {
	a.mu.Lock()
	accounts := slices.Clone(a.order)
	a.mu.Unlock()
	for _, one := range accounts {
		if n, known := one.Left(ctx); known && (!ok || n < least) {
			least, ok = n, true
		}
	}
	return least, ok
}

// each calls f with the account of each owner.
func (a *accounts) each(ctx context.Context, f func(*github.Account) error) error {
	owners := a.scope
	if a.single {
		owners = []string{""}
	}
	for _, owner := range owners {
		account, err := a.of(ctx, owner)
		if err == nil {
			err = f(account)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Repositories implements sweep.Lister.
func (a *accounts) Repositories(ctx context.Context, s github.Scope) (github.Listing, error) {
	if a.single {
		account, err := a.of(ctx, "")
		if err != nil {
			return github.Listing{}, err
		}
		return account.Repositories(ctx, s)
	}
	var out github.Listing
	for _, owner := range a.scope {
		account, err := a.of(ctx, owner)
		if err != nil {
			return out, err
		}
		more, err := account.Repositories(ctx, scopeOf(s, owner))
		if err != nil {
			return out, err
		}
		out = joined(out, more)
	}
	return out, nil
}

// scopeOf returns the part of a scope that is about one owner.
func scopeOf(s github.Scope, owner string) github.Scope {
	others := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			of, _, _ := strings.Cut(name, "/")
			return !strings.EqualFold(of, owner)
		})
	}
	s.Organizations, s.Users, s.Repositories = others(s.Organizations), others(s.Users), others(s.Repositories)
	return s
}

// joined joins two listings.
func joined(a, b github.Listing) github.Listing {
	byID := func(x, y github.Repository) int { return cmp.Compare(x.ID, y.ID) }
	a.Repositories = append(a.Repositories, b.Repositories...)
	slices.SortFunc(a.Repositories, byID)
	a.Repositories = slices.CompactFunc(a.Repositories, func(x, y github.Repository) bool { return x.ID == y.ID })
	a.Filtered = append(a.Filtered, b.Filtered...)
	slices.SortFunc(a.Filtered, func(x, y github.Filtered) int { return byID(x.Repository, y.Repository) })
	a.Unreachable = append(a.Unreachable, b.Unreachable...)
	a.Partial, a.Unsure = append(a.Partial, b.Partial...), append(a.Unsure, b.Unsure...)
	if a.Requests += b.Requests; a.Expected < 0 || b.Expected < 0 {
		a.Expected = -1
	} else {
		a.Expected += b.Expected
	}
	return a
}

// WithGists adds the gists of the members of organizations, and of users.
func (a *accounts) WithGists(ctx context.Context, l github.Listing, organizations, users []string) (github.Listing, error) {
	if a.single {
		account, err := a.of(ctx, "")
		if err != nil {
			return l, err
		}
		return account.WithGists(ctx, l, organizations, users)
	}
	for _, owner := range slices.Concat(organizations, users) {
		account, err := a.of(ctx, owner)
		if err != nil {
			return l, err
		}
		if slices.Contains(organizations, owner) {
			l, err = account.WithGists(ctx, l, []string{owner}, nil)
		} else {
			l, err = account.WithGists(ctx, l, nil, []string{owner})
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// Repository implements sweep.Forge. Whose the repository is now is not known: each account is asked, until one sees it.
func (a *accounts) Repository(ctx context.Context, id int64) (r github.Repository, err error) {
	if err := a.each(ctx, func(*github.Account) error { return nil }); err != nil {
		return r, err
	}
	a.mu.Lock()
	all := slices.Clone(a.order)
	a.mu.Unlock()
	for _, account := range all {
		if r, err = account.Repository(ctx, id); !github.Missing(err) {
			return r, err
		}
	}
	return r, err
}

// Token implements sweep.Forge.
func (a *accounts) Token(ctx context.Context, r github.Repository, refused string) (string, error) {
	return ask(ctx, a, r, func(x *github.Account) (string, error) { return x.Token(ctx, refused) })
}

// LostHeads implements sweep.Forge.
func (a *accounts) LostHeads(ctx context.Context, r github.Repository, since time.Time) ([]github.LostHead, error) {
	return ask(ctx, a, r, func(x *github.Account) ([]github.LostHead, error) { return x.LostHeads(ctx, r, since) })
}

// CodeOwners implements sweep.Forge.
func (a *accounts) CodeOwners(ctx context.Context, r github.Repository) ([]byte, error) {
	return ask(ctx, a, r, func(x *github.Account) ([]byte, error) { return x.CodeOwners(ctx, r) })
}

// Texts implements sweep.Content.
func (a *accounts) Texts(ctx context.Context, r github.Repository, kinds github.Kinds, since time.Time, visit func(github.Text) error) error {
	_, err := ask(ctx, a, r, func(x *github.Account) (struct{}, error) { return struct{}{}, x.Texts(ctx, r, kinds, since, visit) })
	return err
}

// Assets implements sweep.Content.
func (a *accounts) Assets(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error) {
	return ask(ctx, a, r, func(x *github.Account) ([]github.Attachment, error) { return x.Assets(ctx, r, since) })
}

// Logs implements sweep.Content.
func (a *accounts) Logs(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error) {
	return ask(ctx, a, r, func(x *github.Account) ([]github.Attachment, error) { return x.Logs(ctx, r, since) })
}

// Artifacts implements sweep.Content.
func (a *accounts) Artifacts(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error) {
	return ask(ctx, a, r, func(x *github.Account) ([]github.Attachment, error) { return x.Artifacts(ctx, r, since) })
}

// Open implements sweep.Content. The address of an attachment names the owner.
func (a *accounts) Open(ctx context.Context, at github.Attachment, limit int64) (io.ReadCloser, error) {
	var r github.Repository
	if u, err := url.Parse(at.API); err == nil {
		_, rest, _ := strings.Cut("/"+u.Path, "/repos/")
		r.Owner, _, _ = strings.Cut(rest, "/")
	}
	return ask(ctx, a, r, func(x *github.Account) (io.ReadCloser, error) { return x.Open(ctx, at, limit) })
}

// FileIssue opens an issue, as github.Account does.
func (a *accounts) FileIssue(ctx context.Context, r github.Repository, i github.Issue) (github.Filed, error) {
	return ask(ctx, a, r, func(x *github.Account) (github.Filed, error) { return x.FileIssue(ctx, r, i) })
}

// ask asks as the owner of a repository.
func ask[T any](ctx context.Context, a *accounts, r github.Repository, f func(*github.Account) (T, error)) (T, error) {
	account, err := a.of(ctx, r.Owner)
	if err != nil {
		var none T
		return none, err
	}
	return f(account)
}
