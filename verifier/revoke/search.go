package revoke

import (
	"context"
	"sync"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
)

// maxSearch is how many users are searched for keys. At ten calls a second that takes half a minute.
const maxSearch = 300

// search looks through the keys of each user, if the credential may not ask for the owner of one. What it has seen serves
// the next key too, so that many keys cost one search.
type search struct {
	mu     sync.Mutex
	owners map[string]cloud.User // by ID
	left   []cloud.User          // of the page that is being searched
	marker string                // of the next page
	ended  bool
	seen   int
	pages  int
}

// searchOwner finds the user who has the key.
func (r *Revoker) searchOwner(ctx context.Context, s Subject, denied error) (revocation.Owner, error) {
	l := &r.search
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if u, ok := l.owners[s.ID.Reveal()]; ok {
			return r.userOwner(u), nil
		}
		more, err := l.step(ctx, r, s.ID, denied)
		switch {
		case err != nil:
			return revocation.Owner{}, err
		case !more:
			return r.notListed(ctx, s)
		}
	}
}

// step reads the keys of one more user. It reports whether there was one.
func (l *search) step(ctx context.Context, r *Revoker, id rules.Secret, denied error) (bool, error) {
	if len(l.left) == 0 {
		if l.ended {
			return false, nil
		}
		if l.pages++; l.pages > maxSearch { // a page without users is no end, but this list has none
			return false, change.Fail(reason.New("revoke.not-among-users", id.String(), maxSearch), reason.New("revoke.grant-get-user"))
		}
		users, next, err := r.cloud.UsersPage(ctx, l.marker)
		if err != nil {
			return false, change.FailCall(reason.New("revoke.finding-owner-by-list", id.String(), denied, err), err)
		}
		l.left, l.marker, l.ended = users, next, next == ""
		return len(users) > 0 || !l.ended, nil
	}
	if l.seen >= maxSearch {
		return false, change.Fail(reason.New("revoke.not-among-users", id.String(), maxSearch), reason.New("revoke.grant-get-user"))
	}
	u := l.left[0]
	keys, err := r.userKeys(ctx, u.Name)
	if err != nil && !cloud.IsAbsent(err) { // absent: the user was deleted meanwhile
		return false, change.FailCall(reason.New("revoke.listing-keys", reason.New("revoke.user", u.Name), err), err)
	}
	if l.owners == nil {
		l.owners = map[string]cloud.User{}
	}
	for _, k := range keys {
		l.owners[k.ID.Reveal()] = u
	}
	l.left, l.seen = l.left[1:], l.seen+1
	return true, nil
}
