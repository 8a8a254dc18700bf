package orgtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// object is an object of the API.
type object = map[string]any

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if value != nil {
		_ = json.NewEncoder(w).Encode(value)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// user returns a user or an organization as GitHub shows it in other objects.
func (s *Server) user(login, kind string) object {
	api := s.URL + "/users/" + login
	out := object{"login": login, "id": number(login), "node_id": "U_1", "avatar_url": s.Git + "/a.png", "gravatar_id": "", "type": kind, "site_admin": false}
	for name, path := range map[string]string{
		"url": "", "followers_url": "/followers", "following_url": "/following{/other_user}", "gists_url": "/gists{/gist_id}",
		"starred_url": "/starred{/owner}{/repo}", "subscriptions_url": "/subscriptions", "organizations_url": "/orgs", "repos_url": "/repos",
		"events_url": "/events{/privacy}", "received_events_url": "/received_events",
	} {
		out[name] = api + path
	}
	out["html_url"] = s.Git + "/" + login
	return out
}

// number makes an ID of a name.
func number(name string) int64 {
	n := int64(17)
	for _, c := range name {
		n = (n*31 + int64(c)) % 1_000_000_007
	}
	return n
}

// repo returns a repository; full is set where it is asked for by itself.
func (s *Server) repo(r *Repo, full bool) object {
	api := s.URL + "/repos/" + r.FullName()
	out := object{
		"id": r.ID, "node_id": fmt.Sprint("R_", r.ID), "name": r.Name, "full_name": r.FullName(), "private": r.Private, "description": nil,
		"owner": s.user(r.Owner, "Organization"), "html_url": s.Git + "/" + r.FullName(), "fork": r.Parent != nil, "url": api,
		"clone_url": s.Git + "/" + r.FullName() + ".git", "git_url": "git://127.0.0.1/" + r.FullName() + ".git",
		"ssh_url": "git@127.0.0.1:" + r.FullName() + ".git", "svn_url": s.Git + "/" + r.FullName(), "mirror_url": nil, "homepage": nil,
		"language": orNil(r.Language), "size": r.Size, "default_branch": "main", "archived": r.Archived, "disabled": r.Disabled,
		"visibility": map[bool]string{true: "private", false: "public"}[r.Private], "has_issues": true, "has_projects": false,
		"has_wiki": r.HasWiki, "has_pages": false, "has_discussions": true, "has_downloads": true, "topics": append([]string{}, r.Topics...),
		"pushed_at": stamp(r.Pushed), "created_at": stamp(r.Pushed), "updated_at": stamp(r.Pushed), "license": nil,
		"permissions": object{"admin": false, "push": false, "pull": true},
	}
	for _, name := range []string{"forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "open_issues", "open_issues_count"} {
		out[name] = 0
	}
	for _, name := range []string{
		"archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents", "contributors", "deployments",
		"downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks", "issue_comment", "issue_events", "issues", "keys", "labels",
		"languages", "merges", "milestones", "notifications", "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags",
		"teams", "trees",
	} {
		out[name+"_url"] = api + "/" + name
	}
	if full {
		out["network_count"], out["subscribers_count"] = 0, 0
		if r.Parent != nil {
			out["parent"], out["source"] = s.repo(r.Parent, false), s.repo(root(r), false)
		}
	}
	return out
}

func root(r *Repo) *Repo {
	for r.Parent != nil {
		r = r.Parent
	}
	return r
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *Server) organization(t *Token) object {
	public, private := 0, 0
	for _, r := range s.Repos {
		switch {
		case r.Deleted || r.Owner != s.Org:
		case r.Private:
			private++
		default:
			public++
		}
	}
	api := s.URL + "/orgs/" + s.Org
	out := object{
		"login": s.Org, "id": number(s.Org), "node_id": "O_1", "url": api, "description": nil, "type": "Organization", "avatar_url": s.Git + "/a.png",
		"html_url": s.Git + "/" + s.Org, "has_organization_projects": false, "has_repository_projects": false, "public_repos": public,
		"public_gists": 0, "followers": 0, "following": 0, "created_at": stamp(time.Now()), "updated_at": stamp(time.Now()), "archived_at": nil,
	}
	for _, name := range []string{"repos", "events", "hooks", "issues", "members", "public_members"} {
		out[name+"_url"] = api + "/" + name
	}
	if s.Private > 0 {
		private = s.Private
	}
	if s.Private >= 0 && t != nil && t.Kind != "installation" {
		out["total_private_repos"], out["owned_private_repos"] = private, private
	}
	return out
}

func (s *Server) me(t *Token) object {
	out := s.user(t.Login, "User")
	for _, name := range []string{"bio", "blog", "company", "email", "hireable", "location", "name"} {
		out[name] = nil
	}
	for _, name := range []string{
		"followers", "following", "public_gists", "public_repos", "collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos",
	} {
		out[name] = 0
	}
	out["two_factor_authentication"] = true
	out["created_at"], out["updated_at"] = stamp(time.Now()), stamp(time.Now())
	for _, r := range s.Repos {
		if r.Owner == t.Login && !r.Deleted {
			name := map[bool]string{true: "owned_private_repos", false: "public_repos"}[r.Private]
			out[name] = out[name].(int) + 1
		}
	}
	return out
}

func (s *Server) issue(r *Repo, i *Issue) object {
	api, kind := s.URL+"/repos/"+r.FullName(), "issues"
	if i.Pull {
		kind = "pull"
	}
	web := fmt.Sprintf("%s/%s/%s/%d", s.Git, r.FullName(), kind, i.Number)
	url := fmt.Sprintf("%s/issues/%d", api, i.Number)
	labels := []object{}
	for _, name := range i.Labels {
		labels = append(labels, object{"id": number(name), "node_id": "L_1", "url": api + "/labels/x", "name": name, "description": nil, "color": "f00", "default": false})
	}
	author := s.user(i.Author, "User")
	out := object{
		"id": number(r.FullName()) + int64(i.Number), "node_id": "I_1", "number": i.Number, "title": i.Title, "body": i.Body, "state": "open", "locked": false,
		"assignee": nil, "closed_at": nil, "comments": 0, "labels": labels, "milestone": nil, "user": author, "created_at": stamp(i.At),
		"updated_at": stamp(i.At), "html_url": web, "url": url, "repository_url": api, "labels_url": url + "/labels{/name}", "comments_url": url + "/comments",
		"events_url": url + "/events", "author_association": "NONE", "assignees": []object{},
	}
	if i.Pull {
		pull := fmt.Sprintf("%s/pulls/%d", api, i.Number)
		out["pull_request"] = object{"url": pull, "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch"}
	}
	return out
}

func (s *Server) comment(r *Repo, c Comment, kind string) object {
	api := s.URL + "/repos/" + r.FullName()
	url := fmt.Sprintf("%s/%s/comments/%d", api, kind, c.ID)
	web := fmt.Sprintf("%s/%s/%s/%d#issuecomment-%d", s.Git, r.FullName(), kind, c.Number, c.ID)
	out := object{
		"id": c.ID, "node_id": "C_1", "html_url": web, "url": url, "body": c.Body, "user": s.user(c.Author, "User"),
		"created_at": stamp(c.At), "updated_at": stamp(c.At), "author_association": "NONE",
	}
	if kind == "issues" {
		out["issue_url"] = fmt.Sprintf("%s/issues/%d", api, c.Number)
		return out
	}
	pull := fmt.Sprintf("%s/pulls/%d", api, c.Number)
	link := func(u string) object { return object{"href": u} }
	out["pull_request_url"], out["pull_request_review_id"], out["diff_hunk"], out["path"] = pull, c.ID, "@@ -1 +1 @@", "a.txt"
	out["commit_id"], out["original_commit_id"] = "0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"
	out["_links"] = object{"self": link(url), "html": link(web), "pull_request": link(pull)}
	return out
}

func (s *Server) asset(r *Repo, f File) object {
	return object{
		"id": f.ID, "node_id": "A_1", "name": f.Name, "label": nil, "state": "uploaded", "content_type": "application/octet-stream", "size": len(f.Content),
		"download_count": 0, "created_at": stamp(f.At), "updated_at": stamp(f.At), "uploader": s.user("wei", "User"), "digest": nil,
		"url": fmt.Sprintf("%s/repos/%s/releases/assets/%d", s.URL, r.FullName(), f.ID), "browser_download_url": s.Git + "/" + r.FullName() + "/releases/download/v1/" + f.Name,
	}
}

func (s *Server) artifact(r *Repo, f File) object {
	url := fmt.Sprintf("%s/repos/%s/actions/artifacts/%d", s.URL, r.FullName(), f.ID)
	return object{
		"id": f.ID, "node_id": "A_1", "name": f.Name, "size_in_bytes": len(f.Content), "url": url, "archive_download_url": url + "/zip", "expired": f.Expired,
		"created_at": stamp(f.At), "expires_at": stamp(f.At.Add(90 * 24 * time.Hour)), "updated_at": stamp(f.At), "workflow_run": object{"id": f.ID},
	}
}

func (s *Server) gist(login string, g Gist) object {
	api := s.URL + "/gists/" + g.ID
	return object{
		"id": g.ID, "node_id": "G_1", "url": api, "forks_url": api + "/forks", "commits_url": api + "/commits", "comments_url": api + "/comments",
		"git_pull_url": s.Snippet + "/" + g.ID + ".git", "git_push_url": s.Snippet + "/" + g.ID + ".git", "html_url": s.Snippet + "/" + g.ID,
		"public": g.Public, "description": g.Description, "comments": 0, "user": nil, "files": object{}, "owner": s.user(login, "User"),
		"created_at": stamp(g.At), "updated_at": stamp(g.At),
	}
}
