package reason_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

func TestString(t *testing.T) {
	for want, r := range map[string]reason.Reason{
		"":                      {},
		"a.b":                   reason.New("a.b"),
		"a.b(1, x)":             reason.New("a.b", 1, "x"),
		"a.b(c.d(x))":           reason.New("a.b", reason.New("c.d", "x")),
		"a.b(broken)":           reason.New("a.b", errors.New("broken")),
		"a.b(c(x))":             reason.New("a.b", fmt.Errorf("wrapped: %w", reason.NewError("c", "x"))),
		"as somebody wrote it.": reason.Text("as somebody wrote it."),
	} {
		if got := r.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if !(reason.Text("").IsZero()) || reason.New("a").IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestError(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("doing: %w", reason.NewError("a.b", "x", cause))
	if !errors.Is(err, cause) || reason.Of(err) != reason.New("a.b", "x", cause) || reason.Of(cause) != reason.Text("cause") {
		t.Errorf("%v: %v, %v", err, reason.Of(err), errors.Is(err, cause))
	}
	if !reason.Of(nil).IsZero() {
		t.Error("no error has a reason")
	}
}

func TestMap(t *testing.T) {
	r := reason.New("a", "x", 1, reason.New("b", "y"), reason.Text("z"), errors.New("w"))
	if got := r.Map(strings.ToUpper).String(); got != "a(X, 1, b(Y), Z, W)" {
		t.Error(got)
	}
	if r.String() != "a(x, 1, b(y), z, w)" {
		t.Errorf("Map changed the reason itself: %v", r)
	}
}

func TestJSON(t *testing.T) {
	at := time.Date(2024, 5, 1, 2, 3, 4, 0, time.UTC)
	for want, r := range map[string]reason.Reason{
		`null`:         {},
		`{"code":"a"}`: reason.New("a"),
		`{"code":"a","args":["x",7,{"code":"b","args":["y"]}]}`: reason.New("a", "x", int64(7), reason.New("b", "y")),
		`{"code":"a","args":["2024-05-01T02:03:04Z","5s"]}`:     reason.New("a", at, 5*time.Second),
	} {
		got, err := json.Marshal(r)
		if err != nil || string(got) != want {
			t.Errorf("%v: %s, %v, want %s", r, got, err, want)
		}
		var back reason.Reason
		if err := json.Unmarshal(got, &back); err != nil {
			t.Errorf("%s: %v", got, err)
		} else if again, _ := json.Marshal(back); string(again) != want {
			t.Errorf("%s comes back as %s", want, again)
		}
	}
	for _, wrong := range []string{`7`, `{"code":7}`, `{"code":"a","args":[1,2,3,4,5,6,7]}`, `{"code":"a","args":[[]]}`} {
		var r reason.Reason
		if err := json.Unmarshal([]byte(wrong), &r); err == nil {
			t.Errorf("%s is read as %v", wrong, r)
		}
	}
}
