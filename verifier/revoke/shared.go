package revoke

import (
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// identifiers keeps the IDs of the keys that were seen, by fingerprint. The zero value is empty.
type identifiers struct {
	mu sync.Mutex
	of map[string]rules.Secret
}

func (i *identifiers) set(fingerprint string, id rules.Secret) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of == nil {
		i.of = map[string]rules.Secret{}
	}
	i.of[fingerprint] = id
}

// get returns the zero Secret for a key that was not seen.
func (i *identifiers) get(fingerprint string) rules.Secret {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.of[fingerprint]
}

// lists shares the lists of keys among the keys of each user that are frozen at the same time. A nil *lists shares nothing.
type lists struct {
	now func() time.Time

	mu   sync.Mutex
	user map[string]*list
}

// list is one reading of the keys of a user.
type list struct {
	began time.Time
	done  chan struct{} // closed when keys and err are set
	keys  []cloud.AccessKey
	err   error
}

func newLists() *lists { return &lists{now: time.Now, user: map[string]*list{}} }

// userKeys lists the keys of a user. In a Freeze, it returns what another key has read or is reading, if that is not stale.
func (r *Revoker) userKeys(ctx context.Context, user string) ([]cloud.AccessKey, error) {
	if r.lists == nil {
		return r.cloud.ListAccessKeys(ctx, user)
	}
	l, mine := r.lists.join(user)
	if mine {
		l.keys, l.err = r.cloud.ListAccessKeys(ctx, user)
		close(l.done)
		return l.keys, l.err
	}
	select {
	case <-l.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if l.err == nil {
		return l.keys, nil
	}
	return r.cloud.ListAccessKeys(ctx, user) // one failed call must not stop two keys
}

// join returns the reading to use, and whether the caller has to do it.
func (s *lists) join(user string) (l *list, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.user[user]; l != nil && s.now().Sub(l.began) < stale && !l.failed() {
		return l, false
	}
	l = &list{began: s.now(), done: make(chan struct{})}
	s.user[user] = l
	return l, true
}

// failed reports whether the reading has ended with an error.
func (l *list) failed() bool {
	select {
	case <-l.done:
		return l.err != nil
	default:
		return false
	}
}

// forget makes the next reading of a user's keys a new one: something has changed.
func (s *lists) forget(user string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.user, user)
}

// accountPolicy is the network policy for all keys of the account, which is read once.
type accountPolicy struct {
	mu   sync.Mutex
	read bool
	text string // canonical
}

func (p *accountPolicy) get(ctx context.Context, c *cloud.Client) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read {
		return p.text, nil
	}
	all, err := read.AccountRestriction(ctx, c)
	if err != nil {
		return "", err
	}
	p.text, err = keypolicy.Canonical(all.Document)
	p.read = err == nil
	return p.text, err
}
