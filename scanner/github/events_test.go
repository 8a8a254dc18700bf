package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
)

// TestEvents polls twice. The second answer has one event more, and the third says that nothing has changed.
func TestEvents(t *testing.T) {
	events := []string{`{"id":"5","type":"PushEvent","repo":{"id":1}}`, `{"id":"4","type":"WatchEvent","repo":{"id":2}}`, `{"id":"3","type":"GollumEvent","repo":{"id":3}}`, `{"id":"2","type":"PushEvent","repo":{"id":1}}`, `{"id":"1","type":"IssueCommentEvent","repo":{"id":8}}`}
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/orgs/acme/events" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.Header().Set("X-Poll-Interval", "7")
		if r.Header.Get("If-None-Match") == `"6"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		list := events
		w.Header().Set("ETag", `"5"`)
		if asked > 1 {
			list = append([]string{`{"id":"6","type":"CreateEvent","repo":{"id":9}}`}, events...)
			w.Header().Set("ETag", `"6"`)
		}
		_, _ = fmt.Fprint(w, "["+list[0])
		for _, e := range list[1:] {
			_, _ = fmt.Fprint(w, ","+e)
		}
		_, _ = fmt.Fprint(w, "]")
	}))
	defer server.Close()
	account, err := github.NewAccount(github.AccountOptions{API: server.URL, Tokens: github.Static("t")})
	if err != nil {
		t.Fatal(err)
	}
	var seen github.Events
	for i, want := range [][]int64{{1, 3}, {9}, nil} {
		if seen, err = account.Events(t.Context(), "acme", false, seen); err != nil {
			t.Fatal(err)
		}
		if i == 0 != slices.Equal(seen.Extras, []int64{8}) {
			t.Errorf("answer %d: extras %v", i, seen.Extras)
		}
		if !slices.Equal(seen.Repositories, want) || seen.Again != 7*time.Second {
			t.Errorf("answer %d: %+v, want %v", i, seen, want)
		}
	}
	if seen.Last != 6 || seen.ETag != `"6"` {
		t.Errorf("in the end: %+v", seen)
	}
}
