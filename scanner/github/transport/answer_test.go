package transport_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/transport"
)

const secondary = `{"message":"You have exceeded a secondary rate limit. Please wait.","documentation_url":"https://docs.github.com/rest"}`

// GitHub says in many ways that it limits.
func TestRead(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	rest := transport.Cost{Resource: "core", Points: 1}
	graphql := transport.Cost{Resource: "graphql", Points: 1, GraphQL: true}
	headers := func(pairs ...string) http.Header {
		h := http.Header{"Date": {now.Add(-time.Hour).UTC().Format(http.TimeFormat)}} // the server's clock is an hour behind
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	none := []string{"X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1899996460", "X-RateLimit-Resource", "core"}
	for name, test := range map[string]struct {
		status           int
		h                http.Header
		body             string
		cost             transport.Cost
		limited, primary bool
		pause            time.Duration
	}{
		"good":                        {200, headers(), `{}`, rest, false, false, 0},
		"good, the last one":          {200, headers(none...), `[]`, rest, false, false, 0},
		"429 without a word":          {429, headers(), ``, rest, true, false, 0},
		"429, Retry-After":            {429, headers("Retry-After", "7"), ``, rest, true, false, 7 * time.Second},
		"403, Retry-After":            {403, headers("Retry-After", "0"), ``, rest, true, false, time.Second},
		"Retry-After as a date":       {429, headers("Retry-After", now.Add(-time.Hour+9*time.Second).UTC().Format(http.TimeFormat)), ``, rest, true, false, 9 * time.Second},
		"Retry-After without sense":   {429, headers("Retry-After", "soon"), ``, rest, true, false, 0},
		"Retry-After of an eternity":  {429, headers("Retry-After", "2000000000"), ``, rest, true, false, 25 * time.Hour},
		"403, none left":              {403, headers(none...), `{"message":"API rate limit exceeded"}`, rest, true, true, 61 * time.Second},
		"429, none left":              {429, headers(none...), ``, rest, true, true, 61 * time.Second},
		"403, body only":              {403, headers(), secondary, rest, true, false, 0},
		"403, address only":           {403, headers(), `{"documentation_url":"https://docs.github.com/x#secondary-rate-limits"}`, rest, true, false, 0},
		"403, abuse":                  {403, headers(), `{"message":"You have triggered an abuse detection mechanism."}`, rest, true, false, 0},
		"403, no right":               {403, headers(), `{"message":"Must have admin rights to Repository."}`, rest, false, false, 0},
		"403, a page":                 {403, headers(), `<html>rate limit</html>`, rest, false, false, 0},
		"404":                         {404, headers(), secondary, rest, false, false, 0},
		"200, REST with such a text":  {200, headers(), secondary, rest, false, false, 0},
		"GraphQL, good":               {200, headers(), `{"data":{"x":"secondary rate limit"}}`, graphql, false, false, 0},
		"GraphQL, a type":             {200, headers(none...), `{"errors":[{"type":"RATE_LIMITED","message":"x"}]}`, graphql, true, true, 61 * time.Second},
		"GraphQL, a type, no headers": {200, headers(), `{"errors":[{"type":"RATE_LIMITED"}]}`, graphql, true, false, 0},
		"GraphQL, a text":             {200, headers(), `{"data":null,"errors":[{"message":"You have exceeded a secondary rate limit."}]}`, graphql, true, false, 0},
		"GraphQL, a message":          {200, headers("Retry-After", "60"), secondary, graphql, true, false, time.Minute},
		"GraphQL, another error":      {200, headers(), `{"errors":[{"type":"NOT_FOUND","message":"no"}]}`, graphql, false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			a := transport.ReadAnswer(test.status, test.h, []byte(test.body), test.cost, now)
			if a.Limited != test.limited || a.Primary != test.primary || a.Pause != test.pause || a.Limited && a.Good {
				t.Errorf("%+v", a)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(200, "5000", "0", "1899996460", "core", "7", "Sat, 28 Nov 2026 13:00:00 GMT", secondary, true)
	f.Add(403, "", "-1", "99999999999999999999", "", "soon", "", "[", false)
	f.Fuzz(func(t *testing.T, status int, limit, remaining, reset, resource, after, date, body string, graphql bool) {
		now := time.Unix(1_900_000_000, 0)
		h := http.Header{
			"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}, "X-Ratelimit-Resource": {resource},
			"Retry-After": {after}, "Date": {date},
		}
		a := transport.ReadAnswer(status, h, []byte(body), transport.Cost{Resource: "core", Points: 1, GraphQL: graphql}, now)
		if a.Pause < 0 || a.Pause > 51*time.Hour || a.Rate.Remaining < 0 || a.Limited && a.Good {
			t.Errorf("%+v", a)
		}
		if _, err := json.Marshal(transport.State{Rates: map[string]transport.Rate{a.Resource: a.Rate}}); err != nil {
			t.Error(err)
		}
	})
}

func TestTakes(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	core := func(remaining int) transport.State {
		return transport.State{Rates: map[string]transport.Rate{"core": {Limit: 5000, Remaining: remaining, Reset: now.Add(30 * time.Minute)}}}
	}
	for _, test := range []struct {
		state    transport.State
		requests int
		want     time.Duration
	}{
		{transport.State{}, 900, time.Minute},
		{transport.State{Silent: true}, 900, 0},
		{core(4000), 900, time.Minute},
		{core(100), 1000, 31 * time.Minute},
		{core(100), 5100, 30*time.Minute + 5000*time.Minute/900},
		{core(100), 6000, 91 * time.Minute},
	} {
		if got := test.state.Takes(test.requests, now); (got - test.want).Abs() > time.Second {
			t.Errorf("%d requests take %v, want %v", test.requests, got, test.want)
		}
	}
}
