// Package orgtest emulates an organization on GitHub for tests: its repositories over REST, GraphQL and git, tokens that
// expire, an App, limits that are enforced, and counters of what was asked.
//
// The repositories are real ones on disk, served by git http-backend. The API, git and the storage of attachments are three
// hosts, as on github.com: a token that arrives at the third is a violation. Requests can be recorded, to be held against
// GitHub's own description of its API.
package orgtest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what to emulate.
type Options struct {
	Dir       string        // where the repositories are kept
	Org       string        // its name; "" is acme
	Prefix    string        // of the API's paths: /api/v3 for Enterprise Server
	TokenLife time.Duration // of an App's tokens; 0 is an hour
	Limits    Limits
	Delay     time.Duration // that each request to the API takes
	Record    bool          // keep the requests to the API
}

// Token is a token that the server accepts.
type Token struct {
	Kind    string    // classic, fine-grained or installation
	Login   string    // of the user; "" for an installation
	Scopes  string    // of a classic token
	Expires time.Time // zero: never
	Sees    func(*Repo) bool
	Owner   string // of an installation: it sees the private repositories of that owner alone; "" sees all
}

// Request is a recorded request to the API.
type Request struct {
	Method, Route string // as GitHub's documentation writes it
	Status        int
	Body, Answer  []byte
}

// Stats count what was asked.
type Stats struct {
	REST, GraphQL, Pages int            // to the API; Pages are those of lists of repositories
	App                  int            // those of REST that an App signs: they count towards no limit of a token
	LsRefs               int            // lists of refs: of git's protocol 2, or with the advertisement of the older ones
	Fetches              int            // packs that were sent
	FetchesOf            map[string]int // by OWNER/NAME, with .wiki for wikis
	Bytes                int64          // that git sent
	Refused              map[string]int // requests that a limit refused, by its kind
	Violations           map[string]int // those that were sent in spite of a refusal, and misuse
	Unauthorized         int
	Unchanged            int // answers with status 304
	Downloads            int // attachments that were sent
}

// Server is the emulated organization. Its fields and those of its repositories may be changed under Lock.
type Server struct {
	sync.Mutex
	URL     string // of the API, for --api-url
	Git     string // of git and of pages
	Storage string // where attachments are
	Snippet string // where gists are
	Org     string
	Tokens  map[string]*Token
	Repos   []*Repo
	// Members are the users of the organization; Gists are by user. Others are further organizations of the enterprise.
	Members []string
	Gists   map[string][]Gist
	Others  []string
	// Private is how many private repositories the organization says to have; -1: it does not tell, as for a token that is no
	// administrator's. 0 is as many as there are.
	Private  int
	SSO      string // sent as X-GitHub-SSO with lists
	Requests []Request
	// Seen is called with each request to git, "info/refs" or "git-upload-pack", and the repository; without the lock.
	Seen func(service string, r *Repo)

	o       Options
	app     *appKey
	servers []*httptest.Server
	limiter *limiter
	stats   Stats
	next    int64
	backend string
	files   map[string][]byte
}

type appKey struct {
	id           string
	key          *rsa.PublicKey
	installation int64
	selected     bool
}

// New starts a server.
func New(o Options) (*Server, error) {
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, fmt.Errorf("finding git http-backend: %w", err)
	}
	if o.Org == "" {
		o.Org = "acme"
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	s := &Server{
		Org: o.Org, o: o, Tokens: map[string]*Token{}, Gists: map[string][]Gist{}, limiter: newLimiter(o.Limits), next: 1000,
		backend: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), files: map[string][]byte{},
	}
	s.stats = Stats{FetchesOf: map[string]int{}, Refused: map[string]int{}, Violations: map[string]int{}}
	for _, h := range []http.HandlerFunc{s.api, s.git, s.storage, s.gistHost} {
		s.servers = append(s.servers, httptest.NewServer(h))
	}
	s.URL, s.Git, s.Storage, s.Snippet = s.servers[0].URL+o.Prefix, s.servers[1].URL, s.servers[2].URL, s.servers[3].URL
	return s, nil
}

// Close ends the server.
func (s *Server) Close() {
	for _, one := range s.servers {
		one.Close()
	}
}

// NewToken makes a token that the server accepts.
func (s *Server) NewToken(t Token) string {
	s.Lock()
	defer s.Unlock()
	prefix := map[string]string{"classic": "ghp_", "fine-grained": "github_pat_"}[t.Kind]
	if prefix == "" {
		prefix = "ghs_"
	}
	token := prefix + rand.Text() + rand.Text()[:10]
	s.Tokens[token] = &t
	return token
}

// InstallApp lets an App ask for tokens: for the organization, and for each of Others with the numbers that follow. selected is set if it is installed for chosen repositories only.
func (s *Server) InstallApp(id string, key *rsa.PublicKey, installation int64, selected bool) {
	s.Lock()
	defer s.Unlock()
	s.app = &appKey{id, key, installation, selected}
}

// Stats returns what was asked so far.
func (s *Server) Stats() Stats {
	s.Lock()
	defer s.Unlock()
	out := s.stats
	out.FetchesOf, out.Refused, out.Violations = maps.Clone(out.FetchesOf), maps.Clone(out.Refused), maps.Clone(out.Violations)
	return out
}

// Forget sets the counters to zero, and forgets the recorded requests.
func (s *Server) Forget() {
	s.Lock()
	defer s.Unlock()
	s.stats = Stats{FetchesOf: map[string]int{}, Refused: map[string]int{}, Violations: map[string]int{}}
	s.Requests = nil
}

// Repo returns a repository by its name, without that of the owner; nil if there is none.
func (s *Server) Repo(name string) *Repo {
	s.Lock()
	defer s.Unlock()
	return s.find(s.Org, name)
}

func (s *Server) find(owner, name string) *Repo {
	i := slices.IndexFunc(s.Repos, func(r *Repo) bool {
		return !r.Deleted && strings.EqualFold(r.Owner, owner) && strings.EqualFold(r.Name, name)
	})
	if i < 0 {
		return nil
	}
	return s.Repos[i]
}

// formerly returns the repository that once had a name.
func (s *Server) formerly(owner, name string) *Repo {
	i := slices.IndexFunc(s.Repos, func(r *Repo) bool { return !r.Deleted && slices.Contains(r.Formerly, owner+"/"+name) })
	if i < 0 {
		return nil
	}
	return s.Repos[i]
}

// Rename gives a repository another name.
func (s *Server) Rename(r *Repo, name string) {
	s.Lock()
	defer s.Unlock()
	r.Formerly = append(r.Formerly, r.FullName())
	r.Name = name
}

// Delete deletes a repository.
func (s *Server) Delete(r *Repo) {
	s.Lock()
	defer s.Unlock()
	r.Deleted = true
}

func (s *Server) id() int64 {
	s.next++
	return s.next
}

// check returns the token of a request, and whether it is good. No token is good, and nil.
func (s *Server) check(text string) (*Token, bool) {
	if text == "" {
		return nil, true
	}
	t := s.Tokens[text]
	if t == nil || !t.Expires.IsZero() && time.Now().After(t.Expires) {
		s.stats.Unauthorized++
		return nil, false
	}
	return t, true
}

// sees reports whether a token sees a repository.
func (t *Token) sees(r *Repo) bool {
	if t == nil || t.Owner != "" && !strings.EqualFold(t.Owner, r.Owner) {
		return !r.Private
	}
	return t.Sees == nil || t.Sees(r) || !r.Private
}

// storage serves what the API redirects to: it wants no token.
func (s *Server) storage(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	content, ok := s.files[r.URL.Path]
	s.stats.Downloads++
	if r.Header.Get("Authorization") != "" {
		s.stats.Violations["token for the storage"]++
	}
	s.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = io.Copy(w, bytes.NewReader(content))
}

// store stores a file, and returns the address that the API redirects to.
func (s *Server) store(content []byte) string {
	path := "/" + rand.Text()
	s.files[path] = content
	return s.Storage + path
}
