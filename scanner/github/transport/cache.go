package transport

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"path"
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
	list   bool // of repositories, or what an organization says of itself
	used   bool // since the cache was made
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
		c.mu.Lock()
		stored.used = true
		c.mu.Unlock()
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
	c.entries[key(req, token)] = &entry{tag: tag, header: resp.Header.Clone(), body: whole.text, list: isList(req.URL.Path), used: true}
	return resp
}

func isList(at string) bool { return path.Base(at) == "repos" || path.Base(path.Dir(at)) == "orgs" }

// saved is an entry as it is kept between processes.
type saved struct {
	Tag    string
	Header http.Header
	Body   []byte
}

// Lists returns the lists of repositories that were asked for, compressed, so that another process can ask whether they have changed.
// The keys are hashes, in which the token is.
func (c *Cache) Lists() map[string][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string][]byte{}
	for key, e := range c.entries {
		if !e.list || !e.used {
			continue
		}
		text, err := json.Marshal(saved{e.tag, e.header, e.body})
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, written := z.Write(text)
		if errors.Join(err, written, z.Close()) == nil {
			out[hex.EncodeToString(key[:])] = b.Bytes()
		}
	}
	return out
}

// Restore adds a list that an earlier process has kept. What cannot be read is left out.
func (c *Cache) Restore(name string, data []byte) {
	var at [sha256.Size]byte
	z, err := gzip.NewReader(bytes.NewReader(data))
	if n, wrong := hex.Decode(at[:], []byte(name)); err != nil || wrong != nil || n != len(at) {
		return
	}
	var s saved
	if json.NewDecoder(io.LimitReader(z, 2*maxEntry)).Decode(&s) != nil || s.Tag == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[[sha256.Size]byte]*entry{}
	}
	c.size += len(s.Body)
	c.entries[at] = &entry{tag: s.Tag, header: s.Header, body: s.Body, list: true}
}
