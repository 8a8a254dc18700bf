package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
)

// answering is a client of a server that answers every call with the body.
func answering(t *testing.T, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
	t.Cleanup(server.Close)
	c, err := New(Options{Unpaced: true, Endpoints: map[string]string{ECS: server.URL, BSS: server.URL}, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	keys := rulestest.NewKeys(1)
	return c.AsKey(rules.Credential{ID: rules.NewSecret(keys.ID24()), Secret: rules.NewSecret(keys.Secret())})
}

func TestReadRefusesAnEmptyAnswer(t *testing.T) {
	for body, understood := range map[string]bool{
		`{"RequestId":"1","Regions":{"Region":[]}}`:                         true,
		`{"RequestId":"1"}`:                                                 false,
		`{"RequestId":"1","Success":true,"Code":"200"}`:                     false,
		`{"RequestId":"1","Success":false,"Code":"X"}`:                      true, // the caller reads it
		`{"Regions":{"Region":[]}}`:                                         false,
		`[]`:                                                                false,
		`{"RequestId":"1","Regions":{},"NextToken":"x"}`:                    false,
		`{"RequestId":"1","Regions":{},"IsTruncated":true}`:                 false,
		`{"RequestId":"1","Regions":{},"NextToken":"","IsTruncated":false}`: true,
	} {
		var a struct {
			Answer
			Regions struct{ Region []struct{ RegionID string } }
		}
		err := answering(t, body).Read(t.Context(), Query{Service: ECS, Action: "DescribeRegions"}, &a)
		if (err == nil) != understood {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

func TestPages(t *testing.T) {
	tests := []struct {
		name string
		next map[string]string
		want []string
		ends bool
	}{
		{"one", map[string]string{}, []string{""}, true},
		{"three", map[string]string{"": "a", "a": "b"}, []string{"", "a", "b"}, true},
		{"a token that comes again", map[string]string{"": "a", "a": "b", "b": "a"}, []string{"", "a", "b"}, false},
		{"a token that stays", map[string]string{"": "a", "a": "a"}, []string{"", "a"}, false},
	}
	for _, test := range tests {
		var got []string
		err := Pages(func(token string) (string, error) { got = append(got, token); return test.next[token], nil })
		if !slices.Equal(got, test.want) || (err == nil) != test.ends {
			t.Errorf("%s: pages %q, error %v", test.name, got, err)
		}
	}
	broken := errors.New("broken")
	if err := Pages(func(string) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// TestRefusal shows that what a service says in an answer of HTTP 200 is an error like any other, and hides IDs.
func TestRefusal(t *testing.T) {
	id := rulestest.NewKeys(2).ID24()
	var a struct{ Answer }
	if err := answering(t, `{"RequestId":"1","Data":{}}`).Read(t.Context(), Query{Service: BSS, Action: "X"}, &a); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"NotAuthorized": "NotAuthorized", "": "", "no code": ""} {
		var e *Error
		if err := Refusal(&a.Answer, code, "of "+id); !errors.As(err, &e) || e.Code != want || strings.Contains(err.Error(), id) {
			t.Errorf("%q: %v", code, err)
		}
	}
}
