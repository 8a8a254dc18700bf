package ci

import (
	"encoding/json"

	"github.com/akguard/akguard/rules/reason"
)

// event is the part of GitHub's events that says what to judge.
type event struct {
	PullRequest *struct {
		Number  int `json:"number"`
		Commits int `json:"commits"`
		Head    ref `json:"head"`
		Base    ref `json:"base"`
	} `json:"pull_request"`
	WorkflowRun *struct {
		HeadSHA        string `json:"head_sha"`
		HeadBranch     string `json:"head_branch"`
		HeadRepository struct {
			Owner struct {
				Login string `json:"login"`
			} `json:"owner"`
		} `json:"head_repository"`
		Event        string `json:"event"`
		PullRequests []struct {
			Number int `json:"number"`
			Base   ref `json:"base"`
		} `json:"pull_requests"`
	} `json:"workflow_run"`
	MergeGroup *struct {
		BaseSHA string `json:"base_sha"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Ref        string `json:"ref"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

type ref struct {
	SHA string `json:"sha"`
	Ref string `json:"ref"`
}

// gitHub plans by the event. A range is never taken from the list of commits of an event: it is cut, and empty for tags.
func gitHub(env Env, data []byte, repo Repository) Plan {
	p := Plan{Platform: "GitHub Actions", Event: env("GITHUB_EVENT_NAME")}
	var e event
	if err := json.Unmarshal(data, &e); err != nil {
		return everything(p, "ci.event-unreadable")
	}
	switch {
	case p.Event == "pull_request" && e.PullRequest != nil:
		return pullRequest(p, e, repo)
	case p.Event == "pull_request_target" && e.PullRequest != nil:
		p.PullRequest, p.Commits = e.PullRequest.Number, e.PullRequest.Commits
		return against(p, repo, e.PullRequest.Base.Ref, e.PullRequest.Head.SHA)
	case p.Event == "workflow_run" && e.WorkflowRun != nil:
		return workflowRun(p, e, repo)
	case p.Event == "push":
		p.Nothing = zero(e.After)
		return added(p, repo, e.Ref, e.Before, e.After)
	case p.Event == "merge_group" && e.MergeGroup != nil:
		p.Heads, p.Head = []string{e.MergeGroup.HeadSHA}, e.MergeGroup.HeadSHA
		p.Bases, p.Trusted = []string{e.MergeGroup.BaseSHA}, e.MergeGroup.BaseSHA
		return missing(p, repo)
	}
	return everything(p, "")
}

// pullRequest judges the test merge that GitHub checks out, or the head of the pull request if that is checked out. The base
// in the event does not move with the base branch, so it is not used: others' commits would count as the pull request's.
func pullRequest(p Plan, e event, repo Repository) Plan {
	pr := e.PullRequest
	p.PullRequest, p.Commits = pr.Number, pr.Commits
	head, _ := repo.Resolve("HEAD")
	parents := repo.Parents(head)
	switch {
	case len(parents) == 2 && parents[1] == pr.Head.SHA:
		p.Heads, p.Head = []string{head}, pr.Head.SHA
		p.Bases, p.Trusted = []string{parents[0]}, parents[0]
		p.Commits++ // the merge itself
		return p
	case len(parents) == 2 && head != pr.Head.SHA:
		p = against(p, repo, pr.Base.Ref, pr.Head.SHA)
		p.Note = reason.New("ci.stale-merge", pr.Head.SHA)
		p.Missing = append(p.Missing, pr.Head.SHA)
		return p
	}
	return against(p, repo, pr.Base.Ref, pr.Head.SHA)
}

// workflowRun judges the commit that the other workflow ran for. HEAD is that of the default branch.
func workflowRun(p Plan, e event, repo Repository) Plan {
	branch := e.Repository.DefaultBranch
	if list := e.WorkflowRun.PullRequests; len(list) > 0 {
		p.PullRequest, branch = list[0].Number, list[0].Base.Ref
	}
	return against(p, repo, branch, e.WorkflowRun.HeadSHA)
}

// missing lists the ends of a range that the clone lacks.
func missing(p Plan, repo Repository) Plan {
	for _, id := range append(append([]string{}, p.Heads...), p.Bases...) {
		if _, ok := repo.Resolve(id); !ok {
			p.Missing = append(p.Missing, id)
		}
	}
	return p
}
