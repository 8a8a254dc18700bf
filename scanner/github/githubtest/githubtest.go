// Package githubtest emulates the part of GitHub's API that akguard uses, for tests: one repository with one pull request,
// its files, review comments, reviews, threads and check runs.
//
// It is stricter than a mock: an unknown field, a missing one, a comment on a line that the diff does not have, or a text
// that is too long is refused as GitHub refuses it, and what GitHub would not refuse but no client should send is listed by
// Violations. Requests are recorded, so that they can be held against GitHub's own description of the API.
package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Repository is the name of the repository.
const Repository = "acme/shop"

// Number is the number of the pull request.
const Number = 7

// Bot is the user that a token of GitHub Actions has.
const Bot = "github-actions[bot]"

// File is a file of the pull request.
type File struct{ Path, Blob, Patch string }

// Comment is a review comment.
type Comment struct {
	ID                 int64
	Author, Body, Path string
	Line               int // 0 for one on the file, or one whose line has changed
	OnFile             bool
	ReplyTo, Review    int64
	Commit             string
	Resolved           bool // of its thread
}

// Review is a review.
type Review struct {
	ID                   int64
	Author, Body, Commit string
	Pending              bool       // only its author sees it
	comments             []*Comment // of a pending review
}

// Annotation is one of a check run.
type Annotation struct {
	Path, Level, Message string
	Line                 int
}

// Check is a check run.
type Check struct {
	ID                     int64
	Name, Head, Conclusion string
	Status, Title, Summary string
	Annotations            []Annotation
}

// Request is a request that was made, and its answer.
type Request struct {
	Method, Path string // without query
	Route        string // as GitHub's documentation writes it
	Body, Answer []byte
	Status       int
}

// Write reports whether the request was to change something.
func (r Request) Write() bool {
	if r.Path == "/graphql" || strings.HasSuffix(r.Path, "/graphql") {
		return bytes.Contains(r.Body, []byte(`"query":"mutation`))
	}
	return r.Method != http.MethodGet
}

// Fault is an answer in place of the right one.
type Fault struct {
	Status int
	Header http.Header
	Body   string
	After  bool // the request takes effect before it fails
}

// Server is the emulated GitHub. Its fields may be changed between requests, under Lock.
type Server struct {
	sync.Mutex
	URL   string // for GITHUB_API_URL
	Token string
	User  string // that the token has
	Head  string // ID of the last commit of the pull request
	Base  string // the branch that it is for
	From  string // the owner and the branch that it is made from, as owner:branch
	Files []File
	Unfit string // a file of the pull request on which no comment is taken

	Comments []*Comment
	Reviews  []*Review
	Checks   []*Check
	Requests []Request
	// Fault answers a request in its own way; nil for the right one. It may be nil.
	Fault func(Request) *Fault

	http       *httptest.Server
	next       int64
	violations []string
}

// New starts a server.
func New(token string) *Server {
	s := &Server{Token: token, User: Bot, Head: strings.Repeat("a", 40), Base: "main", From: "acme:feature", next: 3_000_000_000} // more than fits in 32 bits
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL
	return s
}

// Close ends the server.
func (s *Server) Close() { s.http.Close() }

// Violations lists what no client should have sent.
func (s *Server) Violations() []string {
	s.Lock()
	defer s.Unlock()
	return append([]string(nil), s.violations...)
}

// Writes returns how many requests to change something were made.
func (s *Server) Writes() int {
	s.Lock()
	defer s.Unlock()
	n := 0
	for _, r := range s.Requests {
		if r.Write() {
			n++
		}
	}
	return n
}

// Forget forgets the requests so far.
func (s *Server) Forget() {
	s.Lock()
	defer s.Unlock()
	s.Requests = nil
}

// Comment adds a comment of somebody.
func (s *Server) Comment(c Comment) *Comment {
	s.Lock()
	defer s.Unlock()
	c.ID = s.id()
	s.Comments = append(s.Comments, &c)
	return &c
}

func (s *Server) id() int64 {
	s.next++
	return s.next
}

func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// refusal is an answer other than success.
type refusal struct {
	status  int
	message string
}

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	body, _ := io.ReadAll(r.Body)
	route, handle := s.route(r)
	request := Request{Method: r.Method, Path: r.URL.Path, Route: route, Body: body}
	var fault *Fault
	if s.Fault != nil {
		fault = s.Fault(request)
	}
	answer := httptest.NewRecorder()
	if fault == nil || fault.After {
		s.answer(answer, r, body, handle)
	}
	if fault != nil {
		answer = faulty(*fault)
	}
	request.Status, request.Answer = answer.Code, answer.Body.Bytes()
	s.Requests = append(s.Requests, request)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(request.Answer)
}

func faulty(f Fault) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	for name, values := range f.Header {
		answer.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if f.Body == "" {
		f.Body = fmt.Sprintf(`{"message":"status %d","documentation_url":"https://docs.github.com/rest"}`, f.Status)
	}
	answer.WriteHeader(f.Status)
	_, _ = answer.WriteString(f.Body)
	return answer
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte, handle handler) {
	if r.Header.Get("Authorization") != "Bearer "+s.Token {
		write(w, http.StatusUnauthorized, map[string]any{"message": "Bad credentials"})
		return
	}
	if handle == nil {
		s.violate("%s %s is no route", r.Method, r.URL)
		write(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
		return
	}
	status, value, refused := handle(w, r, body)
	if refused != nil {
		write(w, refused.status, map[string]any{"message": refused.message, "documentation_url": "https://docs.github.com/rest"})
		return
	}
	write(w, status, value)
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if value != nil {
		_ = json.NewEncoder(w).Encode(value)
	}
}

// read decodes a request strictly.
func (s *Server) read(r *http.Request, body []byte, into any) *refusal {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		s.violate("%s %s: %v: %s", r.Method, r.URL, err, body)
		return refuse(http.StatusUnprocessableEntity, "Invalid request: %v", err)
	}
	return nil
}
