package github

import (
	"context"
	"net/http"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/transport"
)

// Budget keeps the requests of one identity within GitHub's limits, see package transport.
type (
	Budget        = transport.Budget
	BudgetOptions = transport.BudgetOptions
	BudgetState   = transport.State
	BudgetStore   = transport.Store
)

// NewBudget returns a budget.
func NewBudget(o BudgetOptions) *Budget { return transport.NewBudget(o) }

// AccountOptions say whom to talk to, and as whom. Tokens is required.
type AccountOptions struct {
	API    string       // as GITHUB_API_URL; "" is github.com's
	Tokens Tokens       // whose requests count against one limit
	Budget *Budget      // shared by all that use the same identity; nil: one of its own
	HTTP   *http.Client // nil: one with a timeout for each request
	// MaxWait is how long one request waits for limits and failures to pass. 0 is as long as it takes.
	MaxWait time.Duration
	// Slow is told when GitHub has not answered a request for a while, and for how long it is waited at most; may be nil.
	Slow func(waited, limit time.Duration)
}

// Account reads the repositories of organizations and users. It is safe for concurrent use.
type Account struct {
	*api
	tokens Tokens
	app    bool // they are an App's
	filing filing
	cache  *transport.Cache
	budget *Budget // may be nil
}

// NewAccount returns an account.
func NewAccount(o AccountOptions) (*Account, error) {
	base, err := address(o.API)
	if err != nil {
		return nil, err
	}
	t := newTransport(base, o.Tokens)
	if o.Budget != nil {
		t.Budget = o.Budget
	}
	t.Cache, t.Slow = new(transport.Cache), o.Slow
	if pool, ok := http.DefaultTransport.(*http.Transport); ok { // many requests at once would open many connections
		pool = pool.Clone()
		pool.MaxIdleConnsPerHost = maxIdle
		t.Next = pool
	}
	if o.MaxWait > 0 {
		t.Patience = func() *transport.Patience { return transport.NewPatience(o.MaxWait) }
	}
	_, isApp := o.Tokens.(*app)
	return &Account{api: newAPI(base, o.HTTP, t), tokens: o.Tokens, app: isApp, cache: t.Cache, budget: o.Budget}, nil
}

// Lists returns the lists of repositories that the account was sent, by keys that have hashes of the token. Another account with the
// same token that is given them by Recall is sent only what has changed since, and the other lists count against no hourly limit.
func (a *Account) Lists() map[string][]byte { return a.cache.Lists() }

// Recall gives the account a list that an earlier one was sent.
func (a *Account) Recall(key string, list []byte) { a.cache.Restore(key, list) }

// maxIdle is how many connections to the API stay open between requests.
const maxIdle = 32

// Takes estimates how long a number of requests takes within the limits, given what GitHub said last; zero if there is no budget.
func (a *Account) Takes(ctx context.Context, requests int) time.Duration {
	if a.budget == nil {
		return 0
	}
	s, err := a.budget.State(ctx)
	if err != nil {
		return 0
	}
	return s.Takes(requests, a.budget.Now())
}

// Left returns how many requests GitHub takes in this hour, as it said last; false if it has not said, or there is no budget.
func (a *Account) Left(ctx context.Context) (int, bool) {
	if a.budget == nil {
		return 0, false
	}
	s, err := a.budget.State(ctx)
	rate, ok := s.Rates["core"]
	return rate.Remaining, err == nil && ok
}

// Token returns the token of the account, for git. It is a Tokens.
func (a *Account) Token(ctx context.Context, refused string) (string, error) {
	token, err := a.tokens.Token(ctx, refused)
	a.secrets.Add(token)
	return token, err
}

// Secrets returns the tokens that the account has sent lately, so that they can be removed from what others print.
func (a *Account) Secrets() []string { return a.secrets.List() }

// Repository is a repository. It has no credentials, and can be stored as JSON.
type Repository struct {
	ID    int64
	Owner string
	Name  string
	Clone string // address for git
	Web   string // address for browsers
	// The addresses of the wiki, "" if it has none. A repository that can have a wiki may still have none.
	WikiClone     string        `json:",omitempty"`
	WikiWeb       string        `json:",omitempty"`
	Fork          bool          `json:",omitempty"`
	Archived      bool          `json:",omitempty"`
	Private       bool          `json:",omitempty"`
	Visibility    string        `json:",omitempty"` // public, private or internal
	DefaultBranch string        `json:",omitempty"`
	Language      string        `json:",omitempty"`
	Topics        []string      `json:",omitempty"`
	Parent        int64         `json:",omitempty"` // the repository that a fork was made from; 0 if it is not known
	Source        int64         `json:",omitempty"` // the root of a fork's network; 0 if it is not known
	Size          int64         `json:",omitempty"` // KiB, as GitHub says
	Pushed        time.Time     // to any branch; GitHub does not count wikis
	Gist          string        `json:",omitempty"` // the ID, if it is a gist
	Anonymous     bool          `json:",omitempty"` // its host is another one than that of repositories, and gets no token
	Unavailable   reason.Reason // why it cannot be scanned; zero if it can
}

// FullName returns OWNER/NAME.
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

// Repository returns a repository by its number, so that one that was renamed is found. One that GitHub has blocked or locked
// is returned with the reason. Missing tells of an error whether the repository was deleted.
func (a *Account) Repository(ctx context.Context, id int64) (Repository, error) {
	r, _, err := a.rest.Repositories.GetByID(ctx, id)
	if err != nil {
		err = a.failed(ctx, "GET /repositories/{id}", err)
		if why, ok := unavailable(err); ok {
			return Repository{ID: id, Unavailable: why}, nil
		}
		return Repository{}, err
	}
	return repository(r), nil
}

// Missing reports whether an error of Account.Repository says that the repository does not exist any more.
func Missing(err error) bool {
	status := Status(err)
	return status == http.StatusNotFound || status == http.StatusGone
}

func repository(r *github.Repository) Repository {
	out := Repository{
		ID: r.GetID(), Owner: r.GetOwner().GetLogin(), Name: r.GetName(), Clone: r.GetCloneURL(), Web: r.GetHTMLURL(),
		Fork: r.GetFork(), Archived: r.GetArchived(), Private: r.GetPrivate(), Visibility: r.GetVisibility(),
		DefaultBranch: r.GetDefaultBranch(), Language: r.GetLanguage(), Topics: r.Topics,
		Parent: r.GetParent().GetID(), Source: r.GetSource().GetID(), Size: int64(r.GetSize()), Pushed: r.GetPushedAt().UTC(),
	}
	if out.Visibility == "" {
		out.Visibility = map[bool]string{true: "private", false: "public"}[out.Private]
	}
	if r.GetHasWiki() {
		out.WikiClone, out.WikiWeb = wiki(out.Clone), out.Web+"/wiki"
	}
	if r.GetDisabled() {
		out.Unavailable = reason.New("github.repository-disabled")
	}
	return out
}
