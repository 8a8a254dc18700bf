package orgtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inRepo answers a request about a repository. One that was renamed is elsewhere.
func (e *exchange) inRepo(path []string) {
	e.route = "/repos/{owner}/{repo}"
	owner, name, rest := path[1], path[2], path[3:]
	if old := e.formerly(owner, name); e.find(owner, name) == nil && old != nil {
		target := fmt.Sprintf("%s/repositories/%d", e.URL, old.ID)
		if len(rest) > 0 {
			target += "/" + strings.Join(rest, "/")
		}
		e.Header().Set("Location", target)
		write(e, http.StatusMovedPermanently, object{"message": "Moved Permanently", "url": target, "documentation_url": "https://docs.github.com/rest"})
		return
	}
	r := e.lookup(func(r *Repo) bool { return strings.EqualFold(r.Owner, owner) && strings.EqualFold(r.Name, name) })
	if r == nil {
		return
	}
	if len(rest) == 0 {
		write(e, http.StatusOK, e.repo(r, true))
		return
	}
	e.below(r, rest)
}

// below answers a request about something in a repository.
func (e *exchange) below(r *Repo, rest []string) {
	kind := e.r.Method + " " + strings.Join(rest[:min(2, len(rest))], "/")
	e.route += "/" + strings.Join(rest[:min(2, len(rest))], "/")
	commented := func(list []Comment, on string) {
		page(e, since(e, list, func(c Comment) time.Time { return c.At }), func(c Comment) object { return e.comment(r, c, on) }, "")
	}
	switch {
	case kind == "GET activity":
		e.activity(r)
	case rest[0] == "contents" && e.r.Method == http.MethodGet:
		e.route = "/repos/{owner}/{repo}/contents/{path}"
		e.contents(r, strings.Join(rest[1:], "/"))
	case kind == "GET issues":
		list := since(e, r.Issues, func(i *Issue) time.Time { return i.At })
		if creator := e.r.URL.Query().Get("creator"); creator != "" {
			list = slices.DeleteFunc(slices.Clone(list), func(i *Issue) bool { return i.Author != creator })
		}
		page(e, list, func(i *Issue) object { return e.issue(r, i) }, "")
	case kind == "POST issues":
		e.createIssue(r)
	case rest[0] == "issues" && len(rest) == 2 && e.r.Method == http.MethodPatch:
		e.route = "/repos/{owner}/{repo}/issues/{issue_number}"
		e.editIssue(r, rest[1])
	case kind == "GET issues/comments":
		commented(r.Comments, "issues")
	case kind == "GET pulls/comments":
		commented(r.LineComments, "pulls")
	case kind == "GET releases":
		e.releases(r)
	case kind == "GET releases/assets" && len(rest) == 3:
		e.route = "/repos/{owner}/{repo}/releases/assets/{asset_id}"
		e.download(r.Assets, rest[2])
	case kind == "GET actions/artifacts" && len(rest) == 4:
		e.route = "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}"
		e.download(r.Artifacts, rest[2])
	case kind == "GET actions/artifacts":
		page(e, r.Artifacts, func(f File) object { return e.artifact(r, f) }, "artifacts")
	case kind == "GET actions/runs" && len(rest) == 4:
		e.route = "/repos/{owner}/{repo}/actions/runs/{run_id}/logs"
		e.download(r.Logs, rest[2])
	case kind == "GET actions/runs":
		page(e, r.Logs, func(f File) object { return e.run(r, f) }, "workflow_runs")
	default:
		e.unknown()
	}
}

// activity answers with a page of activities. Its pages follow each other by cursors.
func (e *exchange) activity(r *Repo) {
	query := e.r.URL.Query()
	list := slices.DeleteFunc(slices.Clone(r.Activities), func(a Activity) bool {
		return query.Get("activity_type") != "" && a.Kind != query.Get("activity_type")
	})
	if after, err := strconv.ParseInt(query.Get("after"), 10, 64); err == nil {
		list = slices.DeleteFunc(list, func(a Activity) bool { return a.ID >= after })
	}
	size, err := strconv.Atoi(query.Get("per_page"))
	if err != nil || size < 1 || size > 100 {
		size = 30
	}
	if len(list) > size {
		list = list[:size]
		query.Set("after", fmt.Sprint(list[size-1].ID))
		e.Header().Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next"`, e.r.Host, e.r.URL.Path, query.Encode()))
	}
	out := []object{}
	for _, a := range list {
		out = append(out, object{
			"id": a.ID, "node_id": "PSH_1", "before": a.Before, "after": a.After, "ref": a.Ref, "timestamp": stamp(a.At), "activity_type": a.Kind,
			"actor": e.user(a.Actor, "User"),
		})
	}
	write(e, http.StatusOK, out)
}

func (e *exchange) contents(r *Repo, path string) {
	text, err := e.Server.run(r.Path, nil, "show", "HEAD:"+path)
	if err != nil || e.r.Header.Get("Accept") != "application/vnd.github.raw+json" {
		e.fail(http.StatusNotFound, "Not Found")
		return
	}
	e.Header().Set("Content-Type", "application/vnd.github.raw+json")
	_, _ = e.Write([]byte(text))
}

func (e *exchange) createIssue(r *Repo) {
	var in struct {
		Title  string   `json:"title"`
		Body   string   `json:"body"`
		Labels []string `json:"labels"`
	}
	if json.Unmarshal(e.body, &in) != nil || in.Title == "" || e.token == nil {
		e.fail(http.StatusUnprocessableEntity, "Validation Failed")
		return
	}
	i := &Issue{Number: len(r.Issues) + 1, Title: in.Title, Body: in.Body, Labels: in.Labels, Author: e.token.Login, At: time.Now().UTC()}
	r.Issues = append(r.Issues, i)
	write(e, http.StatusCreated, e.issue(r, i))
}

func (e *exchange) editIssue(r *Repo, number string) {
	i := slices.IndexFunc(r.Issues, func(i *Issue) bool { return fmt.Sprint(i.Number) == number })
	if i < 0 || json.Unmarshal(e.body, &struct {
		Title *string `json:"title"`
		Body  *string `json:"body"`
	}{&r.Issues[i].Title, &r.Issues[i].Body}) != nil {
		e.fail(http.StatusNotFound, "Not Found")
		return
	}
	r.Issues[i].At = time.Now().UTC()
	write(e, http.StatusOK, e.issue(r, r.Issues[i]))
}

func (e *exchange) releases(r *Repo) {
	list := []int{1}
	if len(r.Assets) == 0 {
		list = nil
	}
	api := e.URL + "/repos/" + r.FullName() + "/releases/1"
	page(e, list, func(int) object {
		assets := []object{}
		for _, f := range r.Assets {
			assets = append(assets, e.asset(r, f))
		}
		return object{
			"id": 1, "node_id": "RE_1", "url": api, "assets_url": api + "/assets", "upload_url": api + "/assets{?name,label}", "tarball_url": api + ".tar.gz",
			"zipball_url": api + ".zip", "html_url": e.Git + "/" + r.FullName() + "/releases/v1", "created_at": stamp(r.Pushed), "published_at": stamp(r.Pushed),
			"draft": false, "prerelease": false, "author": e.user("wei", "User"), "name": "v1", "tag_name": "v1", "target_commitish": "main", "assets": assets,
		}
	}, "")
}

// download redirects to an attachment.
func (e *exchange) download(list []File, id string) {
	i := slices.IndexFunc(list, func(f File) bool { return fmt.Sprint(f.ID) == id })
	switch {
	case i < 0:
		e.fail(http.StatusNotFound, "Not Found")
	case list[i].Expired:
		e.fail(http.StatusGone, "Artifact has expired")
	default:
		e.Header().Set("Location", e.store(list[i].Content))
		e.WriteHeader(http.StatusFound)
	}
}

// run returns a workflow run.
func (e *exchange) run(r *Repo, f File) object {
	api := fmt.Sprintf("%s/repos/%s/actions/runs/%d", e.URL, r.FullName(), f.ID)
	out := object{
		"id": f.ID, "node_id": "WFR_1", "name": f.Name, "run_number": 1, "status": "completed", "conclusion": "success", "head_branch": "main",
		"display_title": f.Name, "event": "push", "head_sha": strings.Repeat("0", 40), "path": ".github/workflows/a.yml", "workflow_id": 1, "url": api,
		"html_url": fmt.Sprintf("%s/%s/actions/runs/%d", e.Git, r.FullName(), f.ID), "created_at": stamp(f.At), "updated_at": stamp(f.At), "head_commit": nil,
		"head_repository": e.repo(r, false), "repository": e.repo(r, false), "pull_requests": []object{}, "actor": e.user("wei", "User"),
	}
	for _, name := range []string{"jobs", "logs", "check_suite", "cancel", "rerun", "artifacts", "workflow"} {
		out[name+"_url"] = api + "/" + name
	}
	return out
}
