package orgtest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exchange is a request to the API, and its answer in the making.
type exchange struct {
	*Server
	http.ResponseWriter
	r     *http.Request
	body  []byte
	token *Token
	route string // as GitHub's documentation writes it
}

// api answers a request to the API.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, s.o.Prefix)
	isGraphQL := path == "/graphql" || s.o.Prefix != "" && r.URL.Path == "/api/graphql"
	body, _ := io.ReadAll(r.Body)
	resource, points := "core", 1
	switch {
	case isGraphQL:
		resource = "graphql"
	case r.Method != http.MethodGet:
		points = 5
	}
	time.Sleep(s.o.Delay)
	kind, violation := s.limiter.enter(resource, points)
	defer s.limiter.leave()
	answer := httptest.NewRecorder()
	answer.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	s.limiter.headers(answer.Header(), resource)
	e := &exchange{Server: s, ResponseWriter: answer, r: r, body: body, route: path}
	s.Lock()
	s.count(resource, kind, violation)
	switch {
	case kind != "":
		s.limiter.refuse(answer, kind, resource)
	case !ok && !isGraphQL:
		e.fail(http.StatusNotFound, "Not Found")
	case isGraphQL:
		e.route = "/graphql"
		e.authorized(e.graphql)
	case strings.HasPrefix(path, "/app/") || strings.HasSuffix(path, "/installation"):
		e.forApp(strings.Split(strings.Trim(path, "/"), "/"))
	default:
		e.authorized(func() { e.rest(strings.Split(strings.Trim(path, "/"), "/")) })
	}
	if s.o.Record {
		s.Requests = append(s.Requests, Request{r.Method, e.route, answer.Code, body, bytes.Clone(answer.Body.Bytes())})
	}
	s.Unlock()
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (s *Server) count(resource, kind string, violation bool) {
	if resource == "graphql" {
		s.stats.GraphQL++
	} else {
		s.stats.REST++
	}
	if kind != "" {
		s.stats.Refused[kind]++
	}
	if violation {
		s.stats.Violations[kind]++
	}
}

func (e *exchange) fail(status int, message string) {
	write(e, status, object{"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status)})
}

// authorized answers a request with a token.
func (e *exchange) authorized(answer func()) {
	scheme, text, _ := strings.Cut(e.r.Header.Get("Authorization"), " ")
	if text != "" && scheme != "Bearer" && scheme != "token" {
		text = "x"
	}
	token, ok := e.check(text)
	if !ok {
		e.fail(http.StatusUnauthorized, "Bad credentials")
		return
	}
	if e.token = token; token != nil && token.Kind == "classic" {
		e.Header().Set("X-OAuth-Scopes", token.Scopes)
	}
	if e.SSO != "" {
		e.Header().Set("X-GitHub-SSO", e.SSO)
	}
	answer()
}

// forApp answers a request that an App signs.
func (e *exchange) forApp(path []string) {
	e.stats.App++
	jwt := strings.TrimPrefix(e.r.Header.Get("Authorization"), "Bearer ")
	if e.app == nil || e.app.verify(jwt) != nil {
		e.fail(http.StatusUnauthorized, "A JSON web token could not be decoded")
		return
	}
	selection := map[bool]string{true: "selected", false: "all"}[e.app.selected]
	switch {
	case len(path) == 3 && path[2] == "installation":
		e.route = map[string]string{"orgs": "/orgs/{org}/installation", "users": "/users/{username}/installation"}[path[0]]
		number := int64(slices.IndexFunc(e.installers(), func(org string) bool { return strings.EqualFold(org, path[1]) }))
		if path[0] != "orgs" || number < 0 {
			e.fail(http.StatusNotFound, "Not Found")
			return
		}
		number += e.app.installation
		api := fmt.Sprintf("%s/app/installations/%d", e.URL, number)
		write(e, http.StatusOK, object{
			"id": number, "app_id": 1, "app_slug": "akguard", "target_id": 1, "target_type": "Organization", "single_file_name": nil,
			"repository_selection": selection, "access_tokens_url": api + "/access_tokens", "html_url": e.Git, "repositories_url": e.URL + "/installation/repositories",
			"events": []string{}, "account": e.user(e.Org, "Organization"), "permissions": object{"contents": "read", "metadata": "read"},
			"created_at": stamp(time.Now()), "updated_at": stamp(time.Now()), "suspended_by": nil, "suspended_at": nil,
		})
	case len(path) == 4 && e.installer(path[2]) != "" && path[3] == "access_tokens" && e.r.Method == http.MethodPost:
		e.route = "/app/installations/{installation_id}/access_tokens"
		expires := time.Now().Add(e.o.TokenLife)
		e.Unlock()
		token := e.NewToken(Token{Kind: "installation", Expires: expires, Owner: e.installer(path[2])})
		e.Lock()
		write(e, http.StatusCreated, object{"token": token, "expires_at": expires.UTC().Format("2006-01-02T15:04:05Z"), "repository_selection": selection})
	default:
		e.fail(http.StatusNotFound, "Not Found")
	}
}

// installers returns who has installed the App, in the order of the numbers of the installations.
func (s *Server) installers() []string { return append([]string{s.Org}, s.Others...) }

// installer returns who has an installation; "" if nobody has.
func (s *Server) installer(number string) string {
	for i, org := range s.installers() {
		if number == fmt.Sprint(s.app.installation+int64(i)) {
			return org
		}
	}
	return ""
}

// verify checks what an App signed, as GitHub does.
func (a *appKey) verify(jwt string) error {
	text, signature, ok := cutLast(jwt, ".")
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if !ok || err != nil {
		return errors.New("no JSON web token")
	}
	sum := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(a.key, crypto.SHA256, sum[:], raw); err != nil {
		return err
	}
	_, payload, _ := strings.Cut(text, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return err
	}
	var claims struct {
		Issued  int64  `json:"iat"`
		Expires int64  `json:"exp"`
		Issuer  string `json:"iss"`
	}
	err = json.Unmarshal(decoded, &claims)
	now := time.Now().Unix()
	if err == nil && (claims.Issuer != a.id || claims.Issued > now || claims.Expires <= now || claims.Expires > now+600) {
		err = errors.New("the claims are wrong")
	}
	return err
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// rest answers a request to REST.
func (e *exchange) rest(path []string) {
	switch route := e.r.Method + " " + shape(path); route {
	case "GET user":
		e.route = "/user"
		if e.token == nil || e.token.Login == "" {
			e.fail(http.StatusForbidden, "Resource not accessible by integration")
			return
		}
		write(e, http.StatusOK, e.me(e.token))
	case "GET rate_limit":
		write(e, http.StatusOK, object{})
	case "GET user/repos":
		e.route = "/user/repos"
		e.repositories(func(r *Repo) bool { return e.token != nil && r.Owner == e.token.Login }, "")
	case "GET installation/repositories":
		e.route = "/installation/repositories"
		e.repositories(func(r *Repo) bool { return e.token == nil || e.token.Owner == "" || r.Owner == e.token.Owner }, "repositories")
	case "GET orgs/*":
		e.route = "/orgs/{org}"
		if path[1] != e.Org {
			e.fail(http.StatusNotFound, "Not Found")
			return
		}
		write(e, http.StatusOK, e.organization(e.token))
	case "GET orgs/*/repos":
		e.route = "/orgs/{org}/repos"
		if !strings.EqualFold(path[1], e.Org) && !slices.Contains(e.Others, path[1]) {
			e.fail(http.StatusNotFound, "Not Found")
			return
		}
		e.repositories(func(r *Repo) bool { return r.Owner == path[1] }, "")
	case "GET users/*/repos":
		e.route = "/users/{username}/repos"
		e.repositories(func(r *Repo) bool { return r.Owner == path[1] && !r.Private }, "")
	case "GET orgs/*/members":
		e.route = "/orgs/{org}/members"
		page(e, e.Members, func(login string) object { return e.user(login, "User") }, "")
	case "GET orgs/*/events":
		e.route = "/orgs/{org}/events"
		e.events()
	case "GET users/*/gists":
		e.route = "/users/{username}/gists"
		page(e, since(e, e.Gists[path[1]], func(g Gist) time.Time { return g.At }), func(g Gist) object { return e.gist(path[1], g) }, "")
	case "GET repositories/*":
		e.route = "/repos/{owner}/{repo}"
		id, _ := strconv.ParseInt(path[1], 10, 64)
		e.one(func(r *Repo) bool { return r.ID == id })
	default:
		if len(path) < 3 || path[0] != "repos" {
			e.unknown()
			return
		}
		e.inRepo(path)
	}
}

// shape writes the path of a request without names.
func shape(path []string) string {
	out := slices.Clone(path)
	if len(out) > 1 && slices.Contains([]string{"orgs", "users", "repositories"}, out[0]) {
		out[1] = "*"
	}
	return strings.Join(out, "/")
}

// unknown answers a request that GitHub does not know. No client should send one.
func (e *exchange) unknown() {
	e.stats.Violations["no route"]++
	e.fail(http.StatusNotFound, "Not Found")
}

// repositories answers with a page of repositories.
func (e *exchange) repositories(in func(*Repo) bool, wrapped string) {
	e.stats.Pages++
	var list []*Repo
	for _, r := range e.Repos {
		if !r.Deleted && in(r) && e.token.sees(r) {
			list = append(list, r)
		}
	}
	if e.r.URL.Query().Get("sort") == "pushed" {
		slices.SortStableFunc(list, func(a, b *Repo) int { return b.Pushed.Compare(a.Pushed) })
	}
	page(e, list, func(r *Repo) object { return e.repo(r, false) }, wrapped)
}

// page answers with a page of a list, and links to the next one. wrapped is the field in which it is; "" for none.
func page[T any](e *exchange, list []T, show func(T) object, wrapped string) {
	query := e.r.URL.Query()
	value := func(name string, fallback int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil && n > 0 {
			return n
		}
		return fallback
	}
	size, number := min(value("per_page", 30), 100), value("page", 1)
	start, end := min((number-1)*size, len(list)), min(number*size, len(list))
	if end < len(list) {
		query.Set("page", strconv.Itoa(number+1))
		e.Header().Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next"`, e.r.Host, e.r.URL.Path, query.Encode()))
	}
	out := []object{}
	for _, one := range list[start:end] {
		out = append(out, show(one))
	}
	var answer any = out
	if wrapped != "" {
		answer = object{"total_count": len(list), wrapped: out}
		if e.app != nil && wrapped == "repositories" {
			answer.(object)["repository_selection"] = map[bool]string{true: "selected", false: "all"}[e.app.selected]
		}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		e.fail(http.StatusInternalServerError, err.Error())
		return
	}
	sum := sha256.Sum256(append(text, e.r.Header.Get("Authorization")...)) // the tags are those of a token
	tag := fmt.Sprintf(`W/"%x"`, sum[:8])
	e.Header().Set("ETag", tag)
	if e.r.Header.Get("If-None-Match") == tag {
		e.stats.Unchanged++
		e.WriteHeader(http.StatusNotModified)
		return
	}
	e.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = e.Write(text)
}

// since leaves out what was not changed since the time that a request names.
func since[T any](e *exchange, list []T, at func(T) time.Time) []T {
	from, err := time.Parse(time.RFC3339, e.r.URL.Query().Get("since"))
	if err != nil {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(one T) bool { return at(one).Before(from) })
}

// one answers with a repository. It reports whether that can be read.
func (e *exchange) one(is func(*Repo) bool) {
	if r := e.lookup(is); r != nil {
		write(e, http.StatusOK, e.repo(r, true))
	}
}

// lookup returns a repository, or answers why it cannot be read.
func (e *exchange) lookup(is func(*Repo) bool) *Repo {
	i := slices.IndexFunc(e.Repos, func(r *Repo) bool { return !r.Deleted && is(r) && e.token.sees(r) })
	if i < 0 {
		e.fail(http.StatusNotFound, "Not Found")
		return nil
	}
	r := e.Repos[i]
	switch {
	case r.Blocked != "":
		status := map[bool]int{true: http.StatusUnavailableForLegalReasons, false: http.StatusForbidden}[r.Blocked == "dmca"]
		write(e, status, object{"message": "Repository access blocked", "block": object{"reason": r.Blocked, "created_at": stamp(r.Pushed)}})
	case r.Locked:
		e.fail(http.StatusForbidden, "Repository has been locked for migration")
	default:
		return r
	}
	return nil
}

// events answers with what happened of late: the pushes, the latest first.
func (e *exchange) events() {
	type event struct {
		Activity
		r *Repo
	}
	var list []event
	for _, r := range e.Repos {
		for _, a := range r.Activities {
			list = append(list, event{a, r})
		}
	}
	slices.SortStableFunc(list, func(a, b event) int { return b.At.Compare(a.At) })
	e.Header().Set("X-Poll-Interval", "60")
	page(e, list, func(v event) object {
		actor := object{"id": number(v.Actor), "login": v.Actor, "gravatar_id": "", "url": e.URL + "/users/" + v.Actor, "avatar_url": e.Git + "/a.png"}
		return object{
			"id": fmt.Sprint(v.ID), "type": "PushEvent", "actor": actor, "repo": object{"id": v.r.ID, "name": v.r.FullName(), "url": e.URL + "/repos/" + v.r.FullName()},
			"payload": object{"ref": v.Ref, "before": v.Before, "head": v.After}, "public": !v.r.Private, "created_at": stamp(v.At),
		}
	}, "")
}
