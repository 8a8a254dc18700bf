// Package notifytest has receivers of notifications for tests. They check signatures, limits and mentions as the platforms do,
// and refuse requests when told to.
package notifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/sweep/notify"
)

// Receiver is a platform on this machine.
type Receiver struct {
	Kind notify.Kind
	key  string
	url  string
	t    testing.TB

	mu       sync.Mutex
	messages []string
	requests int
	limits   []Limit
}

// Limit is how a receiver says that the rate is limited.
type Limit int

// The ways in which platforms say that the rate is limited.
const (
	Status429     Limit = iota // with Retry-After
	StatusNoTime               // 429 without it
	CodeIn200                  // in the body of an answer with status 200, if the platform does that
	serverFailure              // a status of 502
)

// Failure is an answer with status 502.
const Failure = serverFailure

// New starts a receiver. It ends with the test.
func New(t testing.TB, kind notify.Kind) *Receiver {
	r := &Receiver{Kind: kind, key: "SEC-key-of-" + string(kind), t: t}
	s := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(s.Close)
	r.url = s.URL + "/robot/send?access_token=token-of-" + string(kind)
	return r
}

// Target returns the target for a notifier.
func (r *Receiver) Target() notify.Target {
	key := r.key
	if r.Kind == notify.WeCom || r.Kind == notify.Slack {
		key = ""
	}
	return notify.Target{Name: string(r.Kind), Kind: r.Kind, Address: rules.NewSecret(r.url), Key: rules.NewSecret(key)}
}

// Limit makes the receiver refuse the next requests, each in one way.
func (r *Receiver) Limit(ways ...Limit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limits = append(r.limits, ways...)
}

// Messages returns the texts that were accepted.
func (r *Receiver) Messages() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.messages...)
}

// Requests returns how many requests came, those that were refused included.
func (r *Receiver) Requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

// size is the number of bytes that a platform takes.
var size = map[notify.Kind]int{notify.DingTalk: 20_000, notify.Feishu: 20 << 10, notify.WeCom: 2048, notify.Slack: 40_000, notify.Webhook: 1 << 20}

func (r *Receiver) serve(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	body, err := io.ReadAll(request.Body)
	if err != nil || request.Method != http.MethodPost {
		r.t.Errorf("%s: %s, %v", r.Kind, request.Method, err)
	}
	if len(r.limits) > 0 {
		way := r.limits[0]
		r.limits = r.limits[1:]
		r.refuse(w, way)
		return
	}
	text, err := r.check(request, body)
	if err != nil {
		r.t.Errorf("%s: %v", r.Kind, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.messages = append(r.messages, text)
	switch r.Kind {
	case notify.DingTalk, notify.WeCom:
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	case notify.Feishu:
		_, _ = io.WriteString(w, `{"code":0,"msg":"success","data":{}}`)
	case notify.Slack:
		_, _ = io.WriteString(w, "ok")
	}
}

func (r *Receiver) refuse(w http.ResponseWriter, way Limit) {
	codes := map[notify.Kind]string{
		notify.DingTalk: `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`,
		notify.WeCom:    `{"errcode":45009,"errmsg":"api freq out of limit"}`,
		notify.Feishu:   `{"code":9499,"msg":"too many request"}`,
	}
	switch {
	case way == CodeIn200 && codes[r.Kind] != "":
		_, _ = io.WriteString(w, codes[r.Kind])
	case way == Failure:
		w.WriteHeader(http.StatusBadGateway)
	case way == Status429:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// check checks a request as the platform does, and returns the text of the message.
func (r *Receiver) check(request *http.Request, body []byte) (string, error) {
	if len(body) > size[r.Kind]+500 {
		return "", fmt.Errorf("a body of %d bytes", len(body))
	}
	var m struct {
		MsgType string `json:"msgtype"`
		Text    json.RawMessage
		At      struct{ IsAtAll bool }
		Content struct {
			Post map[string]struct {
				Title   string
				Content [][]struct{ Tag, Text string }
			}
		}
		Timestamp, Sign string
		Title           string
		Lines           []string
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return "", err
	}
	switch r.Kind {
	case notify.DingTalk:
		query := request.URL.Query()
		return textOf(m.Text), r.signed(query.Get("timestamp"), query.Get("sign"), time.Millisecond, r.key, query.Get("timestamp")+"\n"+r.key)
	case notify.WeCom:
		text := textOf(m.Text)
		if len(text) > 2048 {
			return "", fmt.Errorf("a text of %d bytes", len(text))
		}
		return text, mentions(text, "<@")
	case notify.Feishu:
		post := m.Content.Post["zh_cn"]
		text := post.Title
		for _, line := range post.Content {
			for _, part := range line {
				text += "\n" + part.Text
			}
		}
		if err := mentions(text, "<at"); err != nil {
			return "", err
		}
		return text, r.signed(m.Timestamp, m.Sign, time.Second, m.Timestamp+"\n"+r.key, "")
	case notify.Slack:
		var text string
		err := json.Unmarshal(m.Text, &text)
		if err == nil {
			err = mentions(text, "<")
		}
		return text, err
	}
	return strings.Join(append([]string{m.Title}, m.Lines...), "\n"), r.checkHeaders(request.Header, body)
}

// checkHeaders checks the headers of a message to a webhook.
func (r *Receiver) checkHeaders(h http.Header, body []byte) error {
	if h.Get(notify.HeaderID) == "" {
		return fmt.Errorf("no %s", notify.HeaderID)
	}
	given, ok := strings.CutPrefix(h.Get(notify.HeaderSignature), "sha256=")
	sum, err := hex.DecodeString(given)
	if !ok || err != nil {
		return fmt.Errorf("the signature %q", given)
	}
	stamp := h.Get(notify.HeaderTime)
	return r.signed(stamp, base64.StdEncoding.EncodeToString(sum), time.Second, r.key, stamp+"."+string(body))
}

func textOf(raw json.RawMessage) string {
	var text struct{ Content string }
	_ = json.Unmarshal(raw, &text)
	return text.Content
}

func mentions(text, what string) error {
	if strings.Contains(text, what) {
		return fmt.Errorf("%q in %q mentions people", what, text)
	}
	return nil
}

// signed checks a signature and its time, whose unit is given.
func (r *Receiver) signed(stamp, sign string, unit time.Duration, key, text string) error {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("the time %q", stamp)
	}
	age := time.Since(time.Unix(0, n*int64(unit)))
	if age.Abs() > time.Hour {
		return fmt.Errorf("the time is %v away", age)
	}
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	if want := base64.StdEncoding.EncodeToString(h.Sum(nil)); want != sign {
		return fmt.Errorf("the signature is %q, want %q", sign, want)
	}
	return nil
}
