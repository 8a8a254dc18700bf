package githubtest

import (
	"fmt"
	"strings"
)

// The objects are as GitHub's description of its API wants them.

type object = map[string]any

func (s *Server) link(format string, args ...any) string {
	return s.URL + "/repos/" + Repository + fmt.Sprintf(format, args...)
}

func (s *Server) user(login string) object {
	kind := "User"
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	at := s.URL + "/users/" + strings.NewReplacer("[", "%5B", "]", "%5D").Replace(login)
	return object{
		"login": login, "id": 1, "node_id": "MDQ6VXNlcjE=", "avatar_url": at, "gravatar_id": "", "url": at, "html_url": at,
		"followers_url": at, "following_url": at, "gists_url": at, "starred_url": at, "subscriptions_url": at, "organizations_url": at,
		"repos_url": at, "events_url": at, "received_events_url": at, "type": kind, "site_admin": false,
	}
}

// pull is the pull request, with what a list of them lacks.
func (s *Server) pull() object {
	out := s.pullInList()
	for _, name := range []string{"additions", "changed_files", "comments", "commits", "deletions", "review_comments"} {
		out[name] = 1
	}
	out["maintainer_can_modify"], out["merged"], out["mergeable"], out["mergeable_state"], out["merged_by"] = false, false, true, "clean", nil
	return out
}

func (s *Server) pullInList() object {
	at := s.link("/pulls/%d", Number)
	owner, branch, _ := strings.Cut(s.From, ":")
	out := object{
		"id": 1, "node_id": "PR_1", "number": Number, "state": "open", "locked": false, "title": "a change", "body": nil,
		"url": at, "html_url": at, "created_at": date, "updated_at": date, "closed_at": nil, "merged_at": nil, "merge_commit_sha": nil,
		"user": s.user(owner), "assignee": nil, "labels": []any{}, "milestone": nil, "author_association": "NONE", "auto_merge": nil,
		"head": object{"label": s.From, "ref": branch, "sha": s.Head, "user": s.user(owner), "repo": s.repository(owner)},
		"base": object{
			"label": "acme:" + s.Base, "ref": s.Base, "sha": strings.Repeat("b", 40), "user": s.user("acme"), "repo": s.repository("acme"),
		},
	}
	for _, name := range strings.Fields("comments commits diff issue patch review_comment review_comments statuses") {
		out[name+"_url"] = at + "/" + name
	}
	links := object{}
	for _, name := range strings.Fields("comments commits html issue review_comment review_comments self statuses") {
		links[name] = object{"href": at + "/" + name}
	}
	out["_links"] = links
	return out
}

// repository is the repository, or somebody's fork of it.
func (s *Server) repository(owner string) object {
	at := s.URL + "/repos/" + owner + "/shop"
	out := object{
		"id": 1, "node_id": "R_1", "name": "shop", "full_name": owner + "/shop", "owner": s.user(owner), "private": false, "fork": owner != "acme",
		"description": nil, "homepage": nil, "language": nil, "license": nil, "mirror_url": nil, "default_branch": "main", "archived": false,
		"disabled": false, "has_downloads": true, "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "size": 1,
		"pushed_at": date, "created_at": date, "updated_at": date, "url": at,
	}
	for _, name := range strings.Fields("forks forks_count open_issues open_issues_count stargazers_count watchers watchers_count") {
		out[name] = 0
	}
	for _, name := range strings.Fields(`archive assignees blobs branches clone collaborators comments commits compare contents contributors
		deployments downloads events forks git git_commits git_refs git_tags hooks html issue_comment issue_events issues keys labels languages
		merges milestones notifications pulls releases ssh stargazers statuses subscribers subscription svn tags teams trees`) {
		out[name+"_url"] = at + "/" + name
	}
	return out
}

func (s *Server) file(f File) object {
	out := object{
		"sha": f.Blob, "filename": f.Path, "status": "modified", "additions": 1, "deletions": 0, "changes": 1,
		"blob_url": s.link("/blob/x"), "raw_url": s.link("/raw/x"), "contents_url": s.link("/contents/x"),
	}
	if f.Patch != "" {
		out["patch"] = f.Patch
	}
	return out
}

const date = "2026-03-02T08:00:00Z"

func (s *Server) comment(c *Comment) object {
	at := s.link("/pulls/comments/%d", c.ID)
	kind := "line"
	var line any
	switch {
	case c.OnFile:
		kind, line = "file", 1 // GitHub says so of comments on files
	case c.Line > 0:
		line = c.Line
	}
	out := object{
		"id": c.ID, "node_id": fmt.Sprint("PRRC_", c.ID), "url": at, "html_url": at, "pull_request_url": s.link("/pulls/%d", Number),
		"pull_request_review_id": c.Review, "diff_hunk": "", "path": c.Path, "commit_id": s.Head, "original_commit_id": s.Head,
		"user": s.user(c.Author), "body": c.Body, "created_at": date, "updated_at": date, "author_association": "NONE",
		"line": line, "side": "RIGHT", "subject_type": kind,
		"_links": object{"self": object{"href": at}, "html": object{"href": at}, "pull_request": object{"href": at}},
	}
	if c.ReplyTo != 0 {
		out["in_reply_to_id"] = c.ReplyTo
	}
	if line == nil {
		delete(out, "line")
	}
	return out
}

// node is the ID of a review for GraphQL.
func node(v *Review) string { return fmt.Sprint("PRR_", v.ID) }

func (s *Server) review(v *Review) object {
	at := s.link("/pulls/%d#%d", Number, v.ID)
	out := object{
		"id": v.ID, "node_id": node(v), "user": s.user(v.Author), "body": v.Body, "state": "COMMENTED", "commit_id": v.Commit,
		"html_url": at, "pull_request_url": at, "author_association": "NONE", "submitted_at": date,
		"_links": object{"html": object{"href": at}, "pull_request": object{"href": at}},
	}
	if v.Pending {
		out["state"] = "PENDING"
		delete(out, "submitted_at")
	}
	return out
}

func (s *Server) check(c *Check) object {
	at := s.link("/check-runs/%d", c.ID)
	return object{
		"id": c.ID, "node_id": "CR_1", "head_sha": c.Head, "name": c.Name, "url": at, "html_url": at, "details_url": at, "external_id": "",
		"status": c.Status, "conclusion": c.Conclusion, "started_at": date, "completed_at": date, "check_suite": object{"id": 1},
		"output": object{
			"title": c.Title, "summary": c.Summary, "text": nil, "annotations_count": len(c.Annotations), "annotations_url": at + "/annotations",
		},
		"app": nil, "pull_requests": []any{},
	}
}
