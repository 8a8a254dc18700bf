package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/akguard/akguard/scanner/sweep"
)

// Each implements sweep.Bucket. It visits no key twice, also when its value is replaced meanwhile.
func (b *bucket) Each(ctx context.Context, prefix string, visit func(key string, value []byte) error) error {
	seen := make(map[string]bool)
	r := reader{bucket: b, prefix: prefix, visit: func(key string, value []byte) error {
		if seen[key] {
			return nil
		}
		seen[key] = true
		return visit(key, value)
	}}
	return r.read(ctx)
}

// Watch implements sweep.Bucket.
func (b *bucket) Watch(ctx context.Context, prefix string, visit func(key string, value []byte)) error {
	r := reader{bucket: b, prefix: prefix, stay: true, visit: func(key string, value []byte) error {
		visit(key, value)
		return nil
	}}
	return r.read(ctx)
}

// reader visits the values of a bucket, and then those that come. It makes a consumer, and another one after each failure.
type reader struct {
	bucket *bucket
	prefix string
	visit  func(key string, value []byte) error
	stay   bool // after the last value

	last     uint64 // sequence number in the stream, of the last message that was visited
	consumed uint64 // sequence number in the consumer
}

// One request of a reader asks for messages of this number and size, and waits this long for them. The size must be larger
// than the largest message.
const (
	batchNumber = 256
	batchBytes  = 2 * maxPayload
	batchWait   = 4 * time.Second
)

// The ends of a reader's work with one consumer.
var (
	errEnd = errors.New("all was read")
	errGap = errors.New("messages were lost on the way")
)

// visitError is an error of the caller's function, which is not for retry to judge.
type visitError struct{ error }

func (r *reader) read(ctx context.Context) error {
	for failures := 0; ; failures++ {
		var c jetstream.Consumer
		err := r.bucket.stream.do(ctx, 0, "read", func(ctx context.Context, s jetstream.Stream) (err error) {
			c, err = s.CreateConsumer(ctx, r.consumer())
			return err
		})
		if err != nil {
			return err
		}
		before := r.last
		err = r.bucket.stream.judge(r.consume(ctx, c))
		r.drop(ctx, c)
		var own visitError
		switch {
		case errors.Is(err, errEnd):
			return nil
		case errors.As(err, &own):
			return own.error
		case ctx.Err() != nil:
			return ctx.Err()
		case !temporary(err) && !errors.Is(err, errGap):
			return r.bucket.queue.known("read", err)
		}
		if r.last != before {
			failures = 0
		}
		pause(ctx, r.bucket.queue.ctx, backoff(failures))
	}
}

func (r *reader) consumer() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, Replicas: 1,
		FilterSubject: r.bucket.filter(r.prefix), InactiveThreshold: 5 * batchWait, MemoryStorage: true,
	}
}

// drop deletes a consumer. The server does it by itself later.
func (r *reader) drop(ctx context.Context, c jetstream.Consumer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if s, err := r.bucket.stream.get(ctx); err == nil {
		_ = s.DeleteConsumer(ctx, c.CachedInfo().Name)
	}
}

// consume reads with one consumer until an error.
func (r *reader) consume(ctx context.Context, c jetstream.Consumer) error {
	if !r.stay && c.CachedInfo().NumPending == 0 {
		return errEnd
	}
	r.consumed = 0
	reconnects := r.bucket.queue.conn.Stats().Reconnects
	for {
		if err := r.fetch(ctx, c); err != nil {
			return err
		}
		if r.bucket.queue.conn.Stats().Reconnects != reconnects {
			return errGap
		}
	}
}

// fetch reads one batch.
func (r *reader) fetch(ctx context.Context, c jetstream.Consumer) error {
	if err := r.bucket.queue.ended(ctx); err != nil {
		return err
	}
	wait, cancel := requestTime(ctx, batchWait)
	defer cancel()
	defer context.AfterFunc(r.bucket.queue.ctx, cancel)()
	messages, err := c.Fetch(batchNumber, jetstream.FetchContext(wait), jetstream.FetchHeartbeat(nextBeat), jetstream.FetchMaxBytes(batchBytes))
	if err != nil {
		return err
	}
	for m := range messages.Messages() {
		if err := r.message(ctx, m); err != nil {
			return err
		}
	}
	if wait.Err() != nil {
		return ctx.Err()
	}
	return messages.Error()
}

func (r *reader) message(ctx context.Context, m jetstream.Msg) error {
	metadata, err := m.Metadata()
	if err != nil {
		return fmt.Errorf("reading a bucket: %w", err)
	}
	if r.consumed++; metadata.Sequence.Consumer != r.consumed {
		return errGap
	}
	if metadata.Sequence.Stream > r.last {
		if err := r.value(ctx, m); err != nil {
			return err
		}
		r.last = metadata.Sequence.Stream
	}
	if !r.stay && metadata.NumPending == 0 {
		return errEnd
	}
	return nil
}

// value visits the value of a message.
func (r *reader) value(ctx context.Context, m jetstream.Msg) error {
	key := unescape(strings.TrimPrefix(m.Subject(), r.bucket.prefix+"v."))
	if !strings.HasPrefix(key, r.prefix) || m.Headers().Get(headerDeleted) != "" {
		return nil
	}
	value, err := r.bucket.decode(ctx, key, m.Headers(), m.Data())
	if errors.Is(err, errPartGone) {
		// It was replaced; or it is damaged, and Get says so.
		value, _, err = r.bucket.Get(ctx, key)
	}
	if err != nil || value == nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.visit(key, value); err != nil {
		return visitError{err}
	}
	return nil
}

var _ sweep.Bucket = (*bucket)(nil)
