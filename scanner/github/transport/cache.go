package transport

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"net/http"
	"sync"
)

// Cache keeps answers with their tags. GitHub answers 304 to a request with the tag of what has not changed, which counts
// towards no primary limit. Tags are those of a token. It is safe for concurrent use.
type Cache struct {
	mu      sync.Mutex
	entries map[[sha256.Size]byte]*entry
	size    int
}

type entry struct {
	tag    string
	header http.Header
	body   []byte
}

// How much a cache holds, and how much of it one answer may be, in bytes.
const (
	maxCache = 32 << 20
	maxEntry = 2 << 20
)

// key tells requests apart. The token is in it by its hash alone.
func key(req *http.Request, token string) [sha256.Size]byte {
	return sha256.Sum256([]byte(req.URL.String() + "\x00" + req.Header.Get("Accept") + "\x00" + token))
}

func (c *Cache) get(req *http.Request, token string) *entry {
	if c == nil || req.Method != http.MethodGet || marked(req, streamKey{}) || req.Header.Get("If-None-Match") != "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[key(req, token)]
}

// resolve returns the answer that a 304 stands for, and keeps one with a tag.
func (c *Cache) resolve(req *http.Request, token string, stored *entry, resp *http.Response) *http.Response {
	if stored != nil && resp.StatusCode == http.StatusNotModified {
		header := maps.Clone(stored.header)
		maps.Copy(header, resp.Header)
		resp.StatusCode, resp.Header, resp.Body = http.StatusOK, header, &wholeBody{bytes.NewReader(stored.body), stored.body}
		return resp
	}
	whole, ok := resp.Body.(*wholeBody)
	tag := resp.Header.Get("Etag")
	if c == nil || !ok || req.Method != http.MethodGet || resp.StatusCode != http.StatusOK || tag == "" || len(whole.text) > maxEntry {
		return resp
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size += len(whole.text); c.size > maxCache || c.entries == nil {
		c.size, c.entries = len(whole.text), map[[sha256.Size]byte]*entry{}
	}
	c.entries[key(req, token)] = &entry{tag, resp.Header.Clone(), whole.text}
	return resp
}
