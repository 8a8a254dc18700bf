package github

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// The kinds of tokens.
const (
	Classic      = "classic"      // of a user, with scopes
	FineGrained  = "fine-grained" // of a user, with permissions for chosen repositories
	Installation = "installation" // of an App
)

// Rights are what a token may do, as far as GitHub says.
type Rights struct {
	Kind   string   // of the token
	Login  string   // of its user; "" for an installation
	Scopes []string // of a classic token
	Owned  int      // how many repositories the user has; -1 if GitHub does not say
	// Chosen is set if the token is an installation's for chosen repositories only, Repositories of them.
	Chosen       bool
	Repositories int
}

// Has reports whether a classic token has a scope, or one that includes it.
func (r Rights) Has(scope string) bool {
	for _, s := range r.Scopes {
		kind, _ := strings.CutPrefix(scope, "read:")
		if s == scope || strings.HasPrefix(scope, s+":") || s == "admin:"+kind || s == "write:"+kind || s == "repo" && scope == "public_repo" {
			return true
		}
	}
	return false
}

// Lacks returns the scopes that a classic token needs for a scope and does not have. Of other kinds of tokens GitHub does not
// say what they may do. What is public needs no scope.
func (r Rights) Lacks(s Scope) []string {
	need := []string{"repo"}
	if len(s.Enterprises) > 0 {
		need = append(need, "read:enterprise")
	}
	if r.Kind != Classic {
		return nil
	}
	return slices.DeleteFunc(need, r.Has)
}

// Rights asks what kind of token the account has.
func (a *Account) Rights(ctx context.Context) (Rights, error) {
	if a.app { // it has no user
		return a.installation(ctx)
	}
	user, resp, err := a.rest.Users.Get(ctx, "")
	if err = a.failed(ctx, "GET /user", err); err == nil {
		scopes, classic := resp.Header["X-Oauth-Scopes"]
		out := Rights{Kind: FineGrained, Login: user.GetLogin(), Owned: -1}
		if user.OwnedPrivateRepos != nil {
			out.Owned = user.GetPublicRepos() + int(user.GetOwnedPrivateRepos())
		}
		if classic {
			out.Kind, out.Scopes = Classic, fields(scopes)
		}
		return out, nil
	}
	if Status(err) != http.StatusForbidden {
		return Rights{}, err
	}
	return a.installation(ctx)
}

// installation asks what an App may do: it has no user.
func (a *Account) installation(ctx context.Context) (Rights, error) {
	const address = "installation/repositories"
	req, err := a.rest.NewRequest(http.MethodGet, address+"?per_page=1", nil)
	var answer struct {
		Total     int    `json:"total_count"`
		Selection string `json:"repository_selection"`
	}
	if err == nil {
		_, err = a.rest.Do(ctx, req, &answer)
	}
	if err != nil {
		return Rights{}, a.failed(ctx, "GET /"+address, err)
	}
	return Rights{Kind: Installation, Owned: -1, Chosen: answer.Selection == "selected", Repositories: answer.Total}, nil
}

// fields returns the entries of a list in headers.
func fields(values []string) []string {
	return strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' || r == ' ' })
}
