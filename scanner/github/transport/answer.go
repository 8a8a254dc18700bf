package transport

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answer is what an answer of the server says of limits.
type Answer struct {
	Good     bool // the request was served
	Limited  bool // it was refused for a limit
	Primary  bool // for the one of its resource, and not for a secondary one
	Pause    time.Duration
	Resource string // "" if the answer does not say what is left
	Rate     Rate
}

// ReadAnswer reads an answer to a request of the given cost. GitHub refuses with status 429 or 403, for GraphQL also with 200, and
// says so in headers, or in the body only.
func ReadAnswer(status int, h http.Header, body []byte, c Cost, now time.Time) Answer {
	a := Answer{Good: status < 300 || status == http.StatusNotModified}
	date := now
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		date = at
	}
	a.rate(h, c, date, now)
	none := h.Get("X-Ratelimit-Remaining") == "0"
	after, hasAfter := retryAfter(h, date)
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && (hasAfter || none):
		a.Limited = true
	case status == http.StatusForbidden:
		a.Limited = says(body)
	case status == http.StatusOK && c.GraphQL:
		a.Limited = saysGraphQL(body)
	}
	if !a.Limited {
		return a
	}
	a.Good = false
	switch {
	case hasAfter:
		a.Pause = max(after, time.Second)
	case none && a.Resource != "":
		a.Primary, a.Pause = true, max(0, a.Rate.Reset.Sub(now))
	}
	return a
}

// rate reads what is left. The time of the reset is put into our clock, which may differ from the server's.
func (a *Answer) rate(h http.Header, c Cost, date, now time.Time) {
	limit, _ := strconv.Atoi(h.Get("X-Ratelimit-Limit")) // no decision needs it
	remaining, err := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	reset, err2 := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil || err2 != nil || remaining < 0 {
		return
	}
	in := time.Unix(reset, 0).Sub(date)
	if in < -longest || in > longest { // no limit lasts for so long: the header is not what it seems
		return
	}
	a.Resource = h.Get("X-Ratelimit-Resource")
	if a.Resource == "" {
		a.Resource = c.Resource
	}
	a.Rate = Rate{Limit: limit, Remaining: remaining, Reset: now.Add(in + time.Second)}
}

// longest is how long a server can make a client wait.
const longest = 25 * time.Hour

// retryAfter reads how long the server asks to wait.
func retryAfter(h http.Header, date time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(longest, time.Duration(seconds)*time.Second), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(longest, max(0, at.Sub(date))), true
}

// says reports whether a body speaks of a limit.
func says(body []byte) bool {
	var answer struct {
		Message string `json:"message"`
		URL     string `json:"documentation_url"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	return limiting(answer.Message) || strings.Contains(answer.URL, "rate-limit")
}

func limiting(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "rate limit") || strings.Contains(message, "abuse detection")
}

// saysGraphQL reports whether an answer of GraphQL refuses a request for a limit.
func saysGraphQL(body []byte) bool {
	var answer struct {
		Message string `json:"message"`
		Errors  []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return false
	}
	for _, e := range answer.Errors {
		if e.Type == "RATE_LIMITED" || e.Type == "RATE_LIMIT" || limiting(e.Message) {
			return true
		}
	}
	return len(answer.Errors) == 0 && limiting(answer.Message)
}
