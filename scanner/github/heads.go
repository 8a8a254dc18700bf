package github

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// LostHead is the last commit of a branch before somebody pushed other commits over it, or deleted the branch. GitHub still
// serves it by its ID.
type LostHead struct {
	Commit  string
	Ref     string // refs/heads/…
	Actor   string
	At      time.Time
	Deleted bool // the branch; else it was pushed over
}

// LostHeads returns the heads that a repository has lost since a time, the latest first. A zero time is from the beginning.
func (a *Account) LostHeads(ctx context.Context, r Repository, since time.Time) ([]LostHead, error) {
	var out []LostHead
	for _, kind := range []string{"force_push", "branch_deletion"} {
		address := "repos/" + r.FullName() + "/activity?per_page=100&activity_type=" + kind
		err := list(ctx, a.api, address, func(page []activity) bool {
			for _, one := range page {
				if one.Timestamp.Before(since) {
					return false
				}
				if isObjectID(one.Before) {
					out = append(out, LostHead{one.Before, one.Ref, one.Actor.Login, one.Timestamp.UTC(), kind == "branch_deletion"})
				}
			}
			return true
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// activity is an entry of the list of activities.
type activity struct {
	Before    string    `json:"before"`
	Ref       string    `json:"ref"`
	Timestamp time.Time `json:"timestamp"`
	Actor     struct {
		Login string `json:"login"`
	} `json:"actor"`
}

// isObjectID reports whether a text is the ID of an object, and not the one that means none.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == "" && strings.Trim(s, "0") != ""
}

// list visits the pages of a list, which follow each other by links, until visit returns false.
func list[T any](ctx context.Context, a *api, address string, visit func([]T) bool) error {
	call, _, _ := strings.Cut("GET /"+address, "?")
	for address != "" {
		var page []T
		req, err := a.rest.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			return a.failed(ctx, call, err)
		}
		resp, err := a.rest.Do(ctx, req, &page)
		if err != nil {
			return a.failed(ctx, call, err)
		}
		if !visit(page) {
			return nil
		}
		address = next(resp.Header)
	}
	return nil
}

// next returns the address of the page that follows; "" after the last one.
func next(h http.Header) string {
	for _, link := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		target, attributes, _ := strings.Cut(link, ";")
		target = strings.TrimSpace(target)
		if !strings.Contains(attributes, `rel="next"`) || !strings.HasPrefix(target, "<") || !strings.HasSuffix(target, ">") {
			continue
		}
		if u, err := url.Parse(target[1 : len(target)-1]); err == nil && u.Host != "" {
			return u.String()
		}
	}
	return ""
}
