package orgtest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// git serves the repositories by git http-backend.
func (s *Server) git(w http.ResponseWriter, r *http.Request) {
	name, service, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), ".git/")
	owner, name, _ := strings.Cut(name, "/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	name, wiki := strings.CutSuffix(name, ".wiki")
	s.Lock()
	repo := s.find(owner, name)
	path, status := s.path(r, repo, wiki)
	old := s.formerly(owner, name)
	s.Unlock()
	switch {
	case repo == nil && old != nil:
		suffix := map[bool]string{true: ".wiki", false: ""}[wiki]
		http.Redirect(w, r, s.Git+"/"+old.FullName()+suffix+".git/"+service+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
	case status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "Invalid username or token.", status)
	case status != http.StatusOK:
		http.Error(w, "Repository unavailable.", status)
	default:
		s.serve(w, r, repo, path, service)
	}
}

// gistHost serves the gists to everybody. A token for it is a violation.
func (s *Server) gistHost(w http.ResponseWriter, r *http.Request) {
	id, service, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), ".git/")
	s.Lock()
	if r.Header.Get("Authorization") != "" {
		s.stats.Violations["token for gists"]++
	}
	there := false
	for _, list := range s.Gists {
		there = there || slices.ContainsFunc(list, func(g Gist) bool { return g.ID == id })
	}
	s.Unlock()
	if !ok || !there {
		http.NotFound(w, r)
		return
	}
	s.serve(w, r, &Repo{Owner: "gist", Name: id}, filepath.Join(s.o.Dir, "gist-"+id+".git"), service)
}

// path returns where a repository is, and the status that a request for it gets.
func (s *Server) path(r *http.Request, repo *Repo, wiki bool) (string, int) {
	_, password, _ := r.BasicAuth()
	token, ok := s.check(password)
	switch {
	case !ok:
		return "", http.StatusUnauthorized
	case repo == nil || !token.sees(repo):
		if token == nil {
			return "", http.StatusUnauthorized
		}
		return "", http.StatusNotFound
	case repo.Blocked == "dmca":
		return "", http.StatusUnavailableForLegalReasons
	case repo.Blocked != "" || repo.Disabled || repo.Locked:
		return "", http.StatusForbidden
	}
	path := repo.Path
	if wiki {
		path = repo.Wiki
	}
	if path == "" {
		return "", http.StatusNotFound
	}
	return path, http.StatusOK
}

// serve runs git http-backend, and counts. The token is not in its environment.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, repo *Repo, path, service string) {
	if s.Seen != nil {
		s.Seen(service, repo)
	}
	if s.o.Dir == "" || !strings.HasPrefix(path, s.o.Dir) {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lists := bytes.Contains(plain(r, body), []byte("command=ls-refs")) ||
		service == "info/refs" && !strings.Contains(r.Header.Get("Git-Protocol"), "version=2")
	sent := r.Clone(r.Context())
	sent.Header.Del("Authorization")
	sent.Header.Del("Transfer-Encoding")
	sent.TransferEncoding = nil
	sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if len(body) > 0 {
		sent.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if service == "git-upload-pack" && repo.Pack != nil {
		answer(w, repo.Pack)
		return
	}
	inside, err := filepath.Rel(s.o.Dir, path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sent.URL.Path = "/" + filepath.ToSlash(inside) + "/" + service
	out := &counter{ResponseWriter: w}
	backend := &cgi.Handler{Path: s.backend, Root: "/", Dir: s.o.Dir, Stderr: io.Discard, Env: []string{
		"GIT_PROJECT_ROOT=" + s.o.Dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "HOME=" + s.o.Dir,
	}}
	backend.ServeHTTP(out, sent)
	s.Lock()
	defer s.Unlock()
	s.stats.Bytes += out.bytes
	if lists {
		s.stats.LsRefs++
	}
	if service == "git-upload-pack" && out.pack {
		s.stats.Fetches++
		name := repo.FullName()
		if path == repo.Wiki {
			name += ".wiki"
		}
		s.stats.FetchesOf[name]++
	}
}

// answer sends a pack as git does.
func answer(w http.ResponseWriter, pack []byte) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
	_, _ = io.WriteString(w, "0008NAK\n")
	for part := range slices.Chunk(pack, 60_000) {
		_, _ = fmt.Fprintf(w, "%04x\x01%s", len(part)+5, part)
	}
	_, _ = io.WriteString(w, "0000")
}

// plain returns the body of a request, which git compresses if it is long.
func plain(r *http.Request, body []byte) []byte {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(z, 1<<16)) // the command is at the beginning
	return text
}

// counter counts what is written, and tells whether it has a pack.
type counter struct {
	http.ResponseWriter
	bytes int64
	tail  []byte // of what was written, as long as no pack has begun
	pack  bool
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	if !c.pack {
		c.tail = append(c.tail, p...)
		c.pack = bytes.Contains(c.tail, []byte("PACK\x00\x00\x00\x02"))
		c.tail = c.tail[max(0, len(c.tail)-8):]
	}
	return c.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (c *counter) Flush() {
	if f, ok := c.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
