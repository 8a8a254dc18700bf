package githubtest

import (
	"fmt"
	"strings"
)

// The objects are as GitHub's description of its API wants them, save for those of pull requests, which have hundreds of
// fields.

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

func (s *Server) pull() object {
	return object{
		"number": Number, "state": "open", "html_url": s.link("/pull/%d", Number),
		"head": object{"sha": s.Head, "ref": "feature", "label": "acme:feature"}, "base": object{"ref": s.Base, "sha": strings.Repeat("b", 40)},
	}
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

func (s *Server) review(v *Review) object {
	at := s.link("/pulls/%d#%d", Number, v.ID)
	return object{
		"id": v.ID, "node_id": fmt.Sprint("PRR_", v.ID), "user": s.user(v.Author), "body": v.Body, "state": "COMMENTED", "commit_id": v.Commit,
		"html_url": at, "pull_request_url": at, "author_association": "NONE", "submitted_at": date,
		"_links": object{"html": object{"href": at}, "pull_request": object{"href": at}},
	}
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
