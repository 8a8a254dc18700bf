package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
)

// Headers of a message in a bucket.
const (
	headerPut     = "Akguard-Put"     // a number by which a writer knows its message
	headerDeleted = "Akguard-Deleted" // the value is deleted
)

// bucket is a stream with the last value of each key. Its subjects are NAMESPACE.bucket.NAME.v.KEY for values, and
// NAMESPACE.bucket.NAME.c.KEY.ID.NUMBER for the parts of large ones, see parts.go.
type bucket struct {
	queue  *Queue
	name   string
	stream stream
	prefix string // of subjects

	mu    sync.Mutex
	parts map[string]held
}

var bucketPattern = namePattern

// Bucket implements sweep.Store.
func (q *Queue) Bucket(ctx context.Context, name string) (sweep.Bucket, error) {
	if !bucketPattern.MatchString(name) {
		return nil, fmt.Errorf("opening the bucket %q: the name is not one that a bucket can have", name)
	}
	b := q.bucket(name)
	if err := b.stream.do(ctx, 0, "open", func(context.Context, jetstream.Stream) error { return nil }); err != nil {
		return nil, err
	}
	return b, nil
}

func (q *Queue) bucket(name string) *bucket {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b := q.buckets[name]; b != nil {
		return b
	}
	b := &bucket{queue: q, name: name, prefix: q.options.Namespace + ".bucket." + name + ".", parts: make(map[string]held)}
	b.stream = stream{queue: q, config: jetstream.StreamConfig{
		Name: q.options.Namespace + "-bucket-" + name, Subjects: []string{b.prefix + ">"}, MaxMsgsPerSubject: 1,
		Discard: jetstream.DiscardNew, Storage: jetstream.FileStorage,
	}}
	b.stream.lost = func() { q.tell(Event{Kind: LostBucket, Bucket: name, Reason: reason.New("queue.lost-bucket", name)}) }
	q.buckets[name] = b
	return b
}

// ID implements sweep.Bucket.
func (b *bucket) ID(ctx context.Context) (id string, err error) {
	err = b.stream.do(ctx, 0, "read", func(ctx context.Context, s jetstream.Stream) error {
		info, err := s.Info(ctx)
		if err == nil {
			id = info.Created.UTC().Format(time.RFC3339Nano)
		}
		return err
	})
	return id, err
}

// Get implements sweep.Bucket.
func (b *bucket) Get(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	if !sweep.ValidKey(key) {
		return nil, 0, sweep.ErrKey
	}
	for range maxRereads {
		message, err := b.last(ctx, key)
		if err != nil || message == nil || message.Header.Get(headerDeleted) != "" {
			return nil, 0, err
		}
		value, err = b.decode(ctx, key, message.Header, message.Data)
		switch {
		case err == nil:
			b.remember(key, message.Header, message.Sequence)
			return value, message.Sequence, nil
		case !errors.Is(err, errPartGone):
			return nil, 0, err
		}
	}
	return nil, 0, reason.NewError("queue.damaged", b.name, key)
}

// maxRereads is how often a value is read again whose parts are gone. Another writer has replaced it in between, or it is
// damaged.
const maxRereads = 5

// last returns the last message of a key, nil if there is none.
func (b *bucket) last(ctx context.Context, key string) (*jetstream.RawStreamMsg, error) {
	return b.lastOf(ctx, b.subject(key))
}

func (b *bucket) lastOf(ctx context.Context, subject string) (message *jetstream.RawStreamMsg, err error) {
	err = b.stream.do(ctx, 0, "read", func(ctx context.Context, s jetstream.Stream) error {
		message, err = s.GetLastMsgForSubject(ctx, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			message, err = nil, nil
		}
		return err
	})
	return message, err
}

func (b *bucket) subject(key string) string { return b.prefix + "v." + escape(key) }

// Put implements sweep.Bucket.
func (b *bucket) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	switch {
	case !sweep.ValidKey(key):
		return 0, sweep.ErrKey
	case len(value) > sweep.MaxValue:
		return 0, sweep.ErrTooLarge
	}
	message, id, err := b.encode(ctx, key, value)
	if err != nil {
		return 0, err
	}
	now, err := b.replace(ctx, message, revision)
	if err != nil {
		b.dropParts(ctx, key, id)
		return 0, err
	}
	b.replaced(ctx, key, id, revision, now)
	return now, nil
}

// Delete implements sweep.Bucket. A marker stays in the place of the value.
func (b *bucket) Delete(ctx context.Context, key string, revision uint64) error {
	if !sweep.ValidKey(key) {
		return sweep.ErrKey
	}
	if revision == 0 {
		message, err := b.last(ctx, key)
		if err == nil && message != nil && message.Header.Get(headerDeleted) == "" {
			err = sweep.ErrChanged
		}
		return err
	}
	message := nats.NewMsg(b.subject(key))
	message.Header.Set(headerDeleted, "1")
	now, err := b.replace(ctx, message, revision)
	if err == nil {
		b.replaced(ctx, key, "", revision, now)
	}
	return err
}

// replace publishes a message in the place of the one with a revision. A revision of 0 is that of no value; the key may
// have had one.
func (b *bucket) replace(ctx context.Context, message *nats.Msg, revision uint64) (now uint64, err error) {
	message.Header.Set(headerPut, nats.NewInbox())
	now, last, err := b.publish(ctx, message, revision)
	if revision == 0 && errors.Is(err, sweep.ErrChanged) && last.Header.Get(headerDeleted) != "" {
		now, _, err = b.publish(ctx, message, last.Sequence)
	}
	return now, err
}

// The codes with which servers refuse a message because the last one has another sequence number.
const (
	codeWrongLast         = 10071
	codeWrongLastConstant = 10164
)

// publish returns the last message too if it returns ErrChanged.
func (b *bucket) publish(ctx context.Context, message *nats.Msg, revision uint64) (now uint64, last *jetstream.RawStreamMsg, err error) {
	err = b.stream.do(ctx, len(message.Data), "write", func(ctx context.Context, s jetstream.Stream) error {
		answer, err := b.queue.js.PublishMsg(ctx, message, jetstream.WithRetryAttempts(0),
			jetstream.WithExpectStream(b.stream.config.Name), jetstream.WithExpectLastSequencePerSubject(revision))
		var api *jetstream.APIError
		if errors.As(err, &api) && (api.ErrorCode == codeWrongLast || api.ErrorCode == codeWrongLastConstant) {
			now, last, err = settled(ctx, s, message, revision)
			return err
		}
		if err == nil {
			now = answer.Sequence
		}
		return err
	})
	return now, last, err
}

// errPending says that a server has refused a message because of another one on which it has not agreed with the others yet,
// maybe an earlier attempt of the same.
var errPending = errors.New("another write is pending")

// settled looks why a message was refused.
func settled(ctx context.Context, s jetstream.Stream, message *nats.Msg, revision uint64) (uint64, *jetstream.RawStreamMsg, error) {
	last, err := s.GetLastMsgForSubject(ctx, message.Subject)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound) && revision == 0:
		return 0, nil, errPending
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return 0, &jetstream.RawStreamMsg{}, sweep.ErrChanged
	case err != nil:
		return 0, nil, err
	case last.Sequence == revision:
		return 0, nil, errPending
	case last.Header.Get(headerPut) == message.Header.Get(headerPut):
		return last.Sequence, nil, nil // an earlier attempt had succeeded, and its answer was lost
	}
	return 0, last, sweep.ErrChanged
}

// escape returns a key as the end of a subject. Its parts become tokens, so that servers find those with a prefix.
func escape(key string) string { return toSubject.Replace(key) }

// unescape is the inverse of escape.
func unescape(subject string) string { return fromSubject.Replace(subject) }

var (
	toSubject   = strings.NewReplacer("/", ".", ".", "=2E", "=", "=3D")
	fromSubject = strings.NewReplacer(".", "/", "=2E", ".", "=3D", "=")
)

// filter returns the subjects that have all values whose keys have a prefix, and maybe more.
func (b *bucket) filter(prefix string) string {
	whole := prefix[:strings.LastIndexByte(prefix, '/')+1]
	return b.prefix + "v." + escape(whole) + ">"
}

func parseNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}
