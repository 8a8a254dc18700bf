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

// LostHeads returns the heads that a repository has lost since a time. A zero time is from the beginning.
//
// Most repositories have so few activities that one page has them all. Where it does not reach back to since, those of each
// kind are listed, because most activities of a large repository are pushes.
func (a *Account) LostHeads(ctx context.Context, r Repository, since time.Time) ([]LostHead, error) {
	address := "repos/" + r.FullName() + "/activity?per_page=100"
	all, next, err := page[activity](ctx, a.api, address)
	if err != nil {
		return nil, err
	}
	out, ended := lost(nil, all, since)
	if ended || next == "" {
		return out, nil
	}
	out = nil
	for _, kind := range []string{forcePush, branchDeletion} {
		err := list(ctx, a.api, address+"&activity_type="+kind, func(page []activity) bool {
			out, ended = lost(out, page, since)
			return !ended
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// The kinds of activities that lose a head.
const (
	forcePush      = "force_push"
	branchDeletion = "branch_deletion"
)

// lost adds the heads that were lost by activities, the latest first, and reports whether those reach back beyond since.
func lost(out []LostHead, page []activity, since time.Time) ([]LostHead, bool) {
	for _, one := range page {
		if one.Timestamp.Before(since) {
			return out, true
		}
		if (one.Type == forcePush || one.Type == branchDeletion) && isObjectID(one.Before) {
			out = append(out, LostHead{one.Before, one.Ref, one.Actor.Login, one.Timestamp.UTC(), one.Type == branchDeletion})
		}
	}
	return out, false
}

// activity is an entry of the list of activities.
type activity struct {
	Type      string    `json:"activity_type"`
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
	for address != "" {
		entries, next, err := page[T](ctx, a, address)
		if err != nil {
			return err
		}
		if !visit(entries) {
			return nil
		}
		address = next
	}
	return nil
}

// page reads a page of a list, and returns the address of the next one; "" after the last.
func page[T any](ctx context.Context, a *api, address string) (entries []T, next string, err error) {
	call, _, _ := strings.Cut("GET /"+strings.TrimPrefix(address, a.rest.BaseURL.String()), "?")
	req, err := a.rest.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, "", a.failed(ctx, call, err)
	}
	resp, err := a.rest.Do(ctx, req, &entries)
	if err != nil {
		return nil, "", a.failed(ctx, call, err)
	}
	return entries, nextPage(resp.Header), nil
}

// nextPage returns the address of the page that follows; "" after the last one.
func nextPage(h http.Header) string {
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
