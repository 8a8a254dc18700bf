package notify_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/notify"
	"github.com/akguard/akguard/scanner/sweep/notify/notifytest"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

var kinds = []notify.Kind{notify.DingTalk, notify.Feishu, notify.WeCom, notify.Slack, notify.Webhook}

// clock is a clock whose sleepers do not wait.
type clock struct {
	mu    sync.Mutex
	after time.Duration
	slept []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.after)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after += d
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// told returns an empty bucket.
func told(t *testing.T) sweep.Bucket {
	t.Helper()
	b, err := sweeptest.NewMemory(time.Hour).Bucket(t.Context(), "told")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func notifier(t *testing.T, o notify.Options) *notify.Notifier {
	t.Helper()
	n, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func send(t *testing.T, n *notify.Notifier, about string, m notify.Message) []notify.Result {
	t.Helper()
	results, err := n.Send(t.Context(), about, m)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// TestOnce runs five times, each with a new notifier, with two owners and receivers that limit the rate. Each owner is told
// once.
func TestOnce(t *testing.T) {
	b := told(t)
	var receivers []*notifytest.Receiver
	var targets []notify.Target
	for _, kind := range kinds {
		r := notifytest.New(t, kind)
		r.Limit(notifytest.Status429, notifytest.CodeIn200, notifytest.Failure)
		receivers, targets = append(receivers, r), append(targets, r.Target())
	}
	for run := range 5 {
		c := &clock{}
		n := notifier(t, notify.Options{Targets: targets, Told: b, Now: c.now, Sleep: c.sleep, Patience: time.Hour})
		for _, owner := range []string{"@acme/one", "@acme/two"} {
			for _, r := range send(t, n, owner+" 0123", notify.Message{Title: "a key of " + owner, Lines: []string{"in a file"}}) {
				want := notify.Told
				if run == 0 {
					want = notify.Sent
				}
				if r.State != want || r.Err != nil {
					t.Errorf("run %d: %+v, want %s", run, r, want)
				}
			}
		}
	}
	for _, r := range receivers {
		want := []string{"a key of @acme/one\nin a file", "a key of @acme/two\nin a file"}
		if got := r.Messages(); !slices.Equal(got, want) || r.Requests() != 5 {
			t.Errorf("%s: %q in %d requests", r.Kind, got, r.Requests())
		}
	}
}

// TestAtOnce lets several processes tell the same.
func TestAtOnce(t *testing.T) {
	b := told(t)
	r := notifytest.New(t, notify.Slack)
	var group sync.WaitGroup
	for range 8 {
		n := notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: b})
		group.Go(func() { send(t, n, "x", notify.Message{Title: "x"}) })
	}
	group.Wait()
	if got := r.Messages(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// TestPace sends many messages, and waits between them as the platforms ask.
func TestPace(t *testing.T) {
	for kind, least := range map[notify.Kind]time.Duration{
		notify.DingTalk: 3 * time.Minute, notify.WeCom: 3 * time.Minute, notify.Feishu: 36 * time.Second, notify.Slack: 59 * time.Second, notify.Webhook: 0,
	} {
		r, c := notifytest.New(t, kind), &clock{}
		n := notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: told(t), Now: c.now, Sleep: c.sleep})
		for i := range 60 {
			send(t, n, fmt.Sprint(i), notify.Message{Title: fmt.Sprint(i)})
		}
		if len(r.Messages()) != 60 || c.after < least*59/60 {
			t.Errorf("%s: %d messages in %v", kind, len(r.Messages()), c.after)
		}
	}
}

// TestRetryAfter waits as long as an answer says.
func TestRetryAfter(t *testing.T) {
	r, c := notifytest.New(t, notify.Webhook), &clock{}
	r.Limit(notifytest.Status429, notifytest.StatusNoTime)
	n := notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: told(t), Now: c.now, Sleep: c.sleep})
	send(t, n, "x", notify.Message{Title: "x"})
	if len(c.slept) != 2 || c.slept[0] > 7*time.Second || c.slept[0] < 6*time.Second || c.slept[1] < 9*time.Second {
		t.Error(c.slept)
	}
}

// TestReleased fails first, and then tells what was not told.
func TestReleased(t *testing.T) {
	r, c, b := notifytest.New(t, notify.WeCom), &clock{}, told(t)
	o := notify.Options{Targets: []notify.Target{r.Target()}, Told: b, Now: c.now, Sleep: c.sleep}
	r.Limit(notifytest.Failure, notifytest.Failure, notifytest.Failure)
	for _, want := range []notify.State{notify.Failed, notify.Sent, notify.Told} {
		if got := send(t, notifier(t, o), "x", notify.Message{Title: "x"})[0]; got.State != want || (got.Err != nil) != (want == notify.Failed) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	// A platform that limits for longer than anybody waits.
	o.Patience = 10 * time.Second
	r.Limit(notifytest.CodeIn200, notifytest.CodeIn200)
	if got := send(t, notifier(t, o), "y", notify.Message{Title: "y"})[0]; got.State != notify.Failed || reason.Of(got.Err).Code != "notify.failed" {
		t.Errorf("%+v", got)
	}
	if got := send(t, notifier(t, o), "y", notify.Message{Title: "y"})[0]; got.State != notify.Failed {
		t.Errorf("%+v", got)
	}
	if got := send(t, notifier(t, o), "y", notify.Message{Title: "y"})[0]; got.State != notify.Sent {
		t.Errorf("%+v", got)
	}
	// Nobody listens at the address: the message has surely not arrived.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Targets[0].Address = rules.NewSecret("http://" + l.Addr().String() + "/secret-path")
	_ = l.Close()
	got := send(t, notifier(t, o), "z", notify.Message{Title: "z"})[0]
	if got.State != notify.Failed || strings.Contains(got.Err.Error(), "secret-path") || strings.Contains(got.Err.Error(), "127.0.0.1") {
		t.Errorf("%+v", got)
	}
}

// TestUnsure loses an answer. The message may have arrived, so it is not sent again.
func TestUnsure(t *testing.T) {
	var requests atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		requests.Add(1)
		panic(http.ErrAbortHandler)
	}))
	defer s.Close()
	o := notify.Options{Targets: []notify.Target{{Name: "a", Kind: notify.Slack, Address: rules.NewSecret(s.URL + "/secret")}}, Told: told(t)}
	for run := range 2 {
		got := send(t, notifier(t, o), "x", notify.Message{Title: "x"})[0]
		if got.State != notify.Unsure || run == 0 && (got.Err == nil || strings.Contains(got.Err.Error(), s.URL)) {
			t.Errorf("%+v", got)
		}
	}
	if requests.Load() != 1 {
		t.Errorf("%d requests", requests.Load())
	}
}

// TestDied finds a claim of a process that has died.
func TestDied(t *testing.T) {
	r, c, b := notifytest.New(t, notify.Slack), &clock{}, told(t)
	ctx, cancel := context.WithCancel(t.Context())
	target := r.Target()
	first := notifier(t, notify.Options{Targets: []notify.Target{target}, Told: stuck{b, cancel}, Now: c.now, Sleep: c.sleep})
	_, _ = first.Send(ctx, "x", notify.Message{Title: "x"})
	n := notifier(t, notify.Options{Targets: []notify.Target{target}, Told: b, Now: c.now, Sleep: c.sleep})
	if got := send(t, n, "x", notify.Message{Title: "x"})[0]; got.State != notify.Told {
		t.Errorf("%+v", got)
	}
	c.after += 2 * time.Hour
	if got := send(t, n, "x", notify.Message{Title: "x"})[0]; got.State != notify.Unsure {
		t.Errorf("%+v", got)
	}
}

// stuck is a bucket that takes claims, and then nothing.
type stuck struct {
	sweep.Bucket
	claimed func()
}

func (s stuck) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if revision != 0 {
		return 0, errors.New("the process has died")
	}
	defer s.claimed()
	return s.Bucket.Put(ctx, key, value, revision)
}

func (s stuck) Delete(context.Context, string, uint64) error {
	return errors.New("the process has died")
}

// TestHostile sends words from a repository that would mention people, format, or fill the screen.
func TestHostile(t *testing.T) {
	m := notify.Message{
		Title: "found in <!channel> <@U123> <at user_id=\"all\">all</at> @all \x1b[31m",
		Lines: []string{"<!here|x> & <https://evil|click>", "*bold* [a](http://b) `c`", "two\nlines", "\u202ereversed"},
		Link:  "https://github.com/acme/x",
	}
	for _, kind := range kinds {
		r := notifytest.New(t, kind)
		n := notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: told(t)})
		if got := send(t, n, "x", m)[0]; got.State != notify.Sent {
			t.Errorf("%s: %+v", kind, got)
		}
		if kind == notify.Webhook {
			continue // it gets the words as they are
		}
		if text := r.Messages()[0]; strings.ContainsAny(text, "\x1b\u202e") || strings.Count(text, "\n") != 5 {
			t.Errorf("%s: %q", kind, text)
		}
	}
}

// TestLong sends more than a platform takes.
func TestLong(t *testing.T) {
	m := notify.Message{Title: "标题", More: func(lines int) string { return fmt.Sprintf("另有 %d 行", lines) }}
	for i := range 2000 {
		m.Lines = append(m.Lines, fmt.Sprintf("第 %d 行: %s", i, strings.Repeat("密", 20)))
	}
	for _, kind := range kinds {
		r := notifytest.New(t, kind)
		n := notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: told(t)})
		send(t, n, "x", m)
		if kind == notify.Webhook {
			continue
		}
		text := r.Messages()[0]
		lines := strings.Split(text, "\n")
		if want := fmt.Sprintf("另有 %d 行", 2001-len(lines)+1); lines[len(lines)-1] != want || len(lines) < 10 {
			t.Errorf("%s: %d lines, the last is %q, want %q", kind, len(lines), lines[len(lines)-1], want)
		}
	}
	m = notify.Message{Title: strings.Repeat("密", 10_000)}
	r := notifytest.New(t, notify.WeCom)
	send(t, notifier(t, notify.Options{Targets: []notify.Target{r.Target()}, Told: told(t)}), "x", m)
	if text := r.Messages()[0]; text != strings.Repeat("密", 682) {
		t.Errorf("%d bytes", len(text))
	}
}

// TestAnswers looks at answers that are no success.
func TestAnswers(t *testing.T) {
	var status int
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		if r.URL.Path == "/elsewhere" {
			t.Error("a redirect is followed")
		}
	}))
	defer s.Close()
	for _, test := range []struct {
		kind   notify.Kind
		status int
		body   string
		want   notify.State
		code   string
	}{
		{notify.DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, notify.Failed, "notify.code(310000, sign not match)"},
		{notify.DingTalk, 200, `<html>`, notify.Unsure, "JSON"},
		{notify.DingTalk, 307, ``, notify.Failed, "notify.redirect"},
		{notify.WeCom, 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, notify.Failed, "notify.code(93000, invalid webhook url)"},
		{notify.Feishu, 200, `{"code":9499,"msg":"Bad Request"}`, notify.Failed, "notify.code(9499, Bad Request)"},
		{notify.Feishu, 200, `{"StatusCode":0,"StatusMessage":"success"}`, notify.Sent, ""},
		{notify.Feishu, 200, `{}`, notify.Unsure, "no code"},
		{notify.Slack, 404, `no_service`, notify.Failed, "notify.status(404)"},
		{notify.Slack, 200, `invalid_token`, notify.Failed, "notify.answer(invalid_token)"},
	} {
		status, body = test.status, test.body
		o := notify.Options{Targets: []notify.Target{{Name: "a", Kind: test.kind, Address: rules.NewSecret(s.URL)}}, Told: told(t)}
		got := send(t, notifier(t, o), "x", notify.Message{Title: "x"})[0]
		if got.State != test.want || test.code != "" && !strings.Contains(fmt.Sprint(got.Err), test.code) {
			t.Errorf("%s, %d %s: %+v, want %s and %s", test.kind, test.status, test.body, got, test.want, test.code)
		}
	}
}

func TestTargets(t *testing.T) {
	dir := t.TempDir()
	file := func(content string) string {
		name := filepath.Join(dir, fmt.Sprint(len(content)))
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	list := file(`[{"name": "ops", "kind": "feishu", "url": "https://open.feishu.cn/hook/x", "key": "k"}, {"kind": "wecom", "url": "https://q/?key=x"}]`)
	env := map[string]string{
		"AKGUARD_DINGTALK_URL": "https://oapi.dingtalk.com/robot/send?access_token=x", "AKGUARD_DINGTALK_SECRET_FILE": file("SECxyz\n"), notify.FileVariable: list,
	}
	getenv := func(name string) string { return env[name] }
	targets, err := notify.Targets(getenv)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, target := range targets {
		got = append(got, target.Name+" "+string(target.Kind)+" "+target.Key.Reveal())
	}
	if want := []string{"dingtalk dingtalk SECxyz", "ops feishu k", "wecom wecom "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if text := fmt.Sprintf("%v %+v %#v", targets, targets, targets); strings.Contains(text, "SECxyz") || strings.Contains(text, "access_token") {
		t.Errorf("%s", text)
	}
	for code, env := range map[string]map[string]string{
		"notify.address": {"AKGUARD_SLACK_URL": "http://example.com/x"},
		"notify.key":     {"AKGUARD_WEBHOOK_URL": "https://example.com/x"},
		"notify.kind":    {notify.FileVariable: file(`[{"kind": "teams", "url": "https://example.com"}]`)},
		"notify.twice":   {notify.FileVariable: list, "AKGUARD_WECOM_URL": "https://q/?key=x"},
		"notify.file":    {notify.FileVariable: file(`[{"kind": secret}]`)},
	} {
		_, err := notify.Targets(func(name string) string { return env[name] })
		if reason.Of(err).Code != code || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%v, want %s", err, code)
		}
	}
}
