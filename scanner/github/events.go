package github

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Events are what has happened lately in an organization, or to a user's repositories, as far as it may have added something.
type Events struct {
	Repositories []int64 // each once, the latest first
	Extras       []int64 // those to which something was added that is not in git; each once
	Last         int64   // the number of the latest event; later ones are new
	ETag         string
	Again        time.Duration // how long GitHub asks to wait before the next question
}

// defaultPoll is how often GitHub lets a list of events be asked for if it does not say.
const defaultPoll = time.Minute

// event is an entry of the list of events.
type event struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Repo struct {
		ID int64 `json:"id"`
	} `json:"repo"`
}

// addingEvents are the events after which a repository may have more.
var addingEvents = map[string]bool{"PushEvent": true, "CreateEvent": true, "PullRequestEvent": true, "GollumEvent": true, "PublicEvent": true}

// extraEvents are those after which there may be more beside the repository. Runs of workflows are not among the events.
var extraEvents = map[string]bool{
	"IssuesEvent": true, "IssueCommentEvent": true, "PullRequestReviewEvent": true, "PullRequestReviewCommentEvent": true,
	"PullRequestEvent": true, "DiscussionEvent": true, "ReleaseEvent": true,
}

// Events returns the events after a number, of an organization or of a user: GitHub keeps 300 of the last 90 days, shows them
// with a delay of half a minute to some minutes, and needs no quota where the ETag still fits.
func (a *Account) Events(ctx context.Context, owner string, user bool, after Events) (Events, error) {
	address := "orgs/" + owner + "/events?per_page=100"
	if user {
		address = "users/" + owner + "/events?per_page=100"
	}
	req, err := a.rest.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return after, a.failed(ctx, "GET /"+address, err)
	}
	if after.ETag != "" {
		req.Header.Set("If-None-Match", after.ETag)
	}
	var page []event
	resp, err := a.rest.Do(ctx, req, &page)
	out := Events{Last: after.Last, ETag: after.ETag, Again: defaultPoll}
	if resp != nil && resp.Response != nil {
		if seconds, err := strconv.Atoi(resp.Header.Get("X-Poll-Interval")); err == nil && seconds > 0 {
			out.Again = time.Duration(seconds) * time.Second
		}
		if resp.StatusCode == http.StatusNotModified {
			return out, nil
		}
	}
	if err != nil {
		return after, a.failed(ctx, "GET /"+address, err)
	}
	out.ETag = resp.Header.Get("ETag")
	for _, e := range page {
		id, _ := strconv.ParseInt(e.ID, 10, 64)
		out.Last = max(out.Last, id)
		if id <= after.Last || e.Repo.ID == 0 {
			continue
		}
		if addingEvents[e.Type] && !slices.Contains(out.Repositories, e.Repo.ID) {
			out.Repositories = append(out.Repositories, e.Repo.ID)
		}
		if extraEvents[e.Type] && !slices.Contains(out.Extras, e.Repo.ID) {
			out.Extras = append(out.Extras, e.Repo.ID)
		}
	}
	return out, nil
}
