// Package cache caches verdicts, so that a credential is verified once in a run however often it occurs and, with a file,
// not in every run of a day. It wraps a Verifier and is one.
//
// Concurrent questions about the same credential are one question. Entries are keyed by a keyed hash of the credential
// (HMAC-SHA256 under a random key): neither the cache nor its file holds an ID, a secret or a token. The file does name the
// keys' owners, so it is private to its user, and a file that others can read or write is not used.
//
// A verdict is cached for as long as it is likely to hold: a live one for ten minutes, because its owner should be disabling
// the key now, and a dead one for an hour, because the key may be enabled again. Unknown verdicts are not cached.
package cache

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// Options say where to keep verdicts. The zero value keeps them in memory only.
type Options struct {
	File string           // keeps verdicts from one run to the next; "" for none. Its folder is created if missing
	Now  func() time.Time // decides what has expired; time.Now if nil
}

// Cache is a Verifier that caches. It is safe for concurrent use.
type Cache struct {
	next verifier.Verifier
	opts Options

	mu      sync.Mutex
	key     []byte                      // of the hashes
	known   map[string]verifier.Verdict // by hash
	asking  map[string]*question        // by hash
	ignored error                       // why the file was not used
}

// question is a question under way.
type question struct {
	ended   chan struct{} // closed when the rest is known
	verdict verifier.Verdict
	stopped bool // the caller cancelled it: it says nothing to others
}

// New returns a cache over next. An unusable file is not an error: the cache starts empty, and Ignored says why.
func New(next verifier.Verifier, o Options) *Cache {
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Cache{next: next, opts: o, known: map[string]verifier.Verdict{}, asking: map[string]*question{}}
	if o.File != "" {
		c.ignored = c.load()
	}
	if c.key == nil {
		c.key = make([]byte, sha256.Size)
		_, _ = rand.Read(c.key) // never fails
	}
	return c
}

// Ignored says why an existing file was not used; nil if it was, or if there was none.
func (c *Cache) Ignored() error { return c.ignored }

// Verify answers from memory, waits for a question under way about the same credential, or asks next.
func (c *Cache) Verify(ctx context.Context, cred rules.Credential) verifier.Verdict {
	hash := c.hash(cred)
	for {
		v, known, q := c.look(hash)
		switch {
		case known:
			return v
		case q == nil:
			return c.ask(ctx, hash, cred)
		}
		select {
		case <-q.ended:
			if !q.stopped {
				return q.verdict
			}
		case <-ctx.Done():
			return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("verifier.stopped")}
		}
	}
}

// look returns a valid verdict, or a question under way to wait for. If it returns neither, the caller must ask.
func (c *Cache) look(hash string) (v verifier.Verdict, known bool, q *question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, known := c.known[hash]; known && c.good(v) {
		return v, true, nil
	}
	if q := c.asking[hash]; q != nil {
		return verifier.Verdict{}, false, q
	}
	c.asking[hash] = &question{ended: make(chan struct{}), stopped: true}
	return verifier.Verdict{}, false, nil
}

func (c *Cache) ask(ctx context.Context, hash string, cred rules.Credential) verifier.Verdict {
	defer c.end(hash) // also if next panics
	v := c.next.Verify(ctx, cred)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.good(v) {
		c.known[hash] = v
	}
	c.asking[hash].verdict, c.asking[hash].stopped = v, ctx.Err() != nil
	return v
}

func (c *Cache) end(hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.asking[hash].ended)
	delete(c.asking, hash)
}

// lifetime is how long a verdict is cached; zero for not at all.
func lifetime(s verifier.Status) time.Duration {
	switch s {
	case verifier.Live, verifier.Restricted, verifier.Exists:
		return 10 * time.Minute
	case verifier.NotFound, verifier.Inactive, verifier.Expired, verifier.SecretMismatch:
		return time.Hour
	}
	return 0
}

// good reports whether a verdict has not expired. A verdict from the future was not written by this program.
func (c *Cache) good(v verifier.Verdict) bool {
	age := c.opts.Now().Sub(v.CheckedAt)
	return age > -time.Minute && age < lifetime(v.Status)
}

// hash names the credential. Each part goes in with its length, so that no two credentials read the same.
func (c *Cache) hash(cred rules.Credential) string {
	mac := hmac.New(sha256.New, c.key)
	for _, part := range []string{string(cred.Type), cred.ID.Reveal(), cred.Secret.Reveal(), cred.Token.Reveal()} {
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part))) // a hash never fails
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}
