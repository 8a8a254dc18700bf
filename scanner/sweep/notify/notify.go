// Package notify tells people in chats what a sweep has found: through robots of DingTalk, Feishu or Lark and WeCom, through
// Slack, or to a webhook of one's own. A message about the same thing is sent once, whatever happens: it is claimed in a
// bucket before it is sent, and the claim is released only if it surely did not arrive.
//
// Messages are plain text: no platform is asked to interpret them, and what would mention people in plain text is defused.
// Names and paths from repositories can therefore neither format a message nor call a whole group.
//
// The address of a robot is a secret, as its key is: whoever has it can write into the chat. Neither is in an error or in
// what fmt prints.
package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
)

// Kind is a platform.
type Kind string

// The platforms.
const (
	DingTalk Kind = "dingtalk"
	Feishu   Kind = "feishu" // and Lark
	WeCom    Kind = "wecom"
	Slack    Kind = "slack"
	Webhook  Kind = "webhook" // JSON to a program
)

// Target is a chat or a program that gets messages.
type Target struct {
	Name    string // by which it is remembered what it was told; it survives a change of the address
	Kind    Kind
	Address rules.Secret
	Key     rules.Secret // by which messages are signed; empty if the platform's robot has none
}

// Message is what to tell. All texts are finished words; they may quote what is in repositories.
type Message struct {
	Title string
	Lines []string
	Link  string // to where it was found; "" for none
	// More words that a number of lines do not fit. It may be nil.
	More func(lines int) string
	// Data is what a Webhook gets, as JSON.
	Data any
}

// Options say how messages are sent. Targets and Told are required.
type Options struct {
	Targets []Target
	Told    sweep.Bucket // what was told
	Client  *http.Client // its transport is used; nil is the default one
	// Patience is how long a platform that limits the rate of messages is waited for; default 15 minutes.
	Patience time.Duration
	Now      func() time.Time
	// Sleep waits; it returns the error of ctx if that ends before.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Notifier sends messages. Its methods are safe for concurrent use.
type Notifier struct {
	opts   Options
	client *http.Client
	lines  []*line
}

// line is a target and when it can be sent the next message.
type line struct {
	Target
	platform platform
	mu       sync.Mutex // is held while a message is sent: one after the other
	next     time.Time
}

// New returns a notifier. It checks the targets.
func New(o Options) (*Notifier, error) {
	if o.Patience == 0 {
		o.Patience = 15 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	n := &Notifier{opts: o, client: newClient(o.Client)}
	for _, t := range o.Targets {
		p, err := t.platform()
		if err != nil {
			return nil, err
		}
		n.lines = append(n.lines, &line{Target: t, platform: p})
	}
	return n, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Result is what became of a message to one target.
type Result struct {
	Target string
	State  State
	Err    error // if the state is Failed or Unsure
}

// State is the state of a message.
type State string

// The states of a message.
const (
	Sent   State = "sent"   // now
	Told   State = "told"   // before, or another process is about to send it
	Failed State = "failed" // it did not arrive; the next call tries again
	// Unsure says that it may have arrived: the answer was lost, or the process that sent it has died. It is not sent again.
	Unsure State = "unsure"
)

// claim is the record of a message in the bucket.
type claim struct {
	State State     `json:"state"` // Sent, Unsure, or "" while it is being sent
	At    time.Time `json:"at"`
}

// Send sends a message about something to all targets that were not told of it. about names it, such as the owner and the
// fingerprint of a credential.
func (n *Notifier) Send(ctx context.Context, about string, m Message) ([]Result, error) {
	results := make([]Result, len(n.lines))
	var group sync.WaitGroup
	errs := make([]error, len(n.lines))
	for i, l := range n.lines {
		group.Go(func() { results[i], errs[i] = n.send(ctx, l, about, m) })
	}
	group.Wait()
	return results, errors.Join(errs...)
}

// send tells one target. The error is that of the bucket or of ctx.
func (n *Notifier) send(ctx context.Context, l *line, about string, m Message) (Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Result{Target: l.Name}
	key := keyOf(l.Name, about)
	revision, state, err := n.claim(ctx, key)
	if err != nil || state != "" {
		r.State = state
		return r, err
	}
	r.State, r.Err = n.deliver(ctx, l, about, m)
	// What was sent is recorded also if ctx has ended meanwhile.
	err = n.settle(context.WithoutCancel(ctx), key, revision, r.State)
	if err == nil && ctx.Err() != nil && r.State != Sent {
		err = ctx.Err()
	}
	return r, err
}

// keyOf returns the key under which it is remembered what a target was told.
func keyOf(target, about string) string {
	return hash(target) + "/" + hash(about)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// claimTime is after how long the process that sends a message must have died.
const claimTime = time.Hour

// claim claims a message. A state says that there is nothing to do, and why.
func (n *Notifier) claim(ctx context.Context, key string) (revision uint64, state State, err error) {
	old, _, err := n.opts.Told.Get(ctx, key)
	if err != nil {
		return 0, "", fmt.Errorf("reading what was told: %w", err)
	}
	if old != nil {
		var c claim
		if err := json.Unmarshal(old, &c); err != nil {
			return 0, "", fmt.Errorf("reading what was told: %w", err)
		}
		switch {
		case c.State == Unsure, c.State == "" && n.opts.Now().Sub(c.At) > claimTime:
			return 0, Unsure, nil
		default:
			return 0, Told, nil
		}
	}
	revision, err = n.record(ctx, key, "", 0)
	if errors.Is(err, sweep.ErrChanged) {
		return 0, Told, nil // another process was faster
	}
	return revision, "", err
}

func (n *Notifier) record(ctx context.Context, key string, s State, revision uint64) (uint64, error) {
	text, err := json.Marshal(claim{s, n.opts.Now().UTC()})
	if err != nil {
		return 0, fmt.Errorf("encoding what was told: %w", err)
	}
	if revision, err = n.opts.Told.Put(ctx, key, text, revision); err != nil {
		return 0, fmt.Errorf("recording what was told: %w", err)
	}
	return revision, nil
}

// settle records what became of a claim, and releases it if the message did not arrive.
func (n *Notifier) settle(ctx context.Context, key string, revision uint64, s State) error {
	if s == Failed {
		if err := n.opts.Told.Delete(ctx, key, revision); err != nil {
			return fmt.Errorf("releasing a message: %w", err)
		}
		return nil
	}
	_, err := n.record(ctx, key, s, revision)
	return err
}

// failed returns an error that names the target and not its address.
func (l *line) failed(err error) error { return reason.NewError("notify.failed", l.Name, err) }
