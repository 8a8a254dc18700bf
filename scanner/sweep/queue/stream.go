package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// errMissing says that a stream is missing, or that its servers do not answer. Trying again finds out which, and makes it.
var errMissing = errors.New("the stream is missing")

// stream is a stream that is made anew when it is lost.
type stream struct {
	queue  *Queue
	config jetstream.StreamConfig
	lost   func() // is called when it was lost, with the lock held

	mu     sync.Mutex
	handle jetstream.Stream // nil if it must be looked up
	made   time.Time
}

// get returns the stream, and makes one if there is none.
func (s *stream) get(ctx context.Context) (jetstream.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handle != nil {
		return s.handle, nil
	}
	handle, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	s.handle = handle
	made := handle.CachedInfo().Created
	again := !s.made.IsZero() && !s.made.Equal(made)
	s.made = made
	if again {
		s.lost()
	}
	return handle, nil
}

func (s *stream) find(ctx context.Context) (jetstream.Stream, error) {
	handle, err := s.queue.js.Stream(ctx, s.config.Name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return handle, err
	}
	config := s.config
	if config.Replicas = s.queue.options.Replicas; config.Replicas == 0 {
		config.Replicas = s.queue.replicas()
	}
	// Sequence numbers of a stream that was lost never come again: see the package comment. A stream cannot get a message
	// each microsecond.
	config.FirstSeq = uint64(time.Now().UnixMicro())
	handle, err = s.queue.js.CreateStream(ctx, config)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return s.queue.js.Stream(ctx, s.config.Name)
	}
	return handle, err
}

func (q *Queue) replicas() int {
	if q.conn.ConnectedClusterName() == "" {
		return 1
	}
	return 3
}

// forget makes the next get look the stream up.
func (s *stream) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handle = nil
}

// do calls f with the stream, as retry does, and makes the stream anew if it is lost.
func (s *stream) do(ctx context.Context, size int, what string, f func(context.Context, jetstream.Stream) error) error {
	limit := attemptTime + time.Duration(size/attemptBytes)*time.Second
	return s.queue.retryFor(ctx, limit, what, func(ctx context.Context) error {
		handle, err := s.get(ctx)
		if err == nil {
			err = f(ctx, handle)
		}
		return s.judge(err)
	})
}

// judge makes an error temporary which may mean that the stream is lost, and has the stream looked up.
func (s *stream) judge(err error) error {
	if !missing(err) {
		return err
	}
	s.forget()
	return fmt.Errorf("%w: %w", errMissing, err)
}

// missing reports whether an error may mean that the stream or its consumer is not there.
func missing(err error) bool {
	for _, target := range []error{
		jetstream.ErrStreamNotFound, jetstream.ErrConsumerNotFound, jetstream.ErrConsumerDeleted, jetstream.ErrNoStreamResponse,
		nats.ErrNoResponders, jetstream.ErrConsumerDoesNotExist,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// checkTime is how often a stream that is in use is looked up.
const checkTime = 30 * time.Second

func (q *Queue) checkAgain() {
	ticks := time.NewTicker(checkTime)
	defer ticks.Stop()
	for {
		select {
		case <-q.ctx.Done():
			return
		case <-ticks.C:
			q.checkStreams()
		}
	}
}

// checkStreams makes all streams be looked up again, so that one that was made anew by another process is noticed.
func (q *Queue) checkStreams() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.jobs != nil {
		q.jobs.stream.forget()
	}
	for _, b := range q.buckets {
		b.stream.forget()
	}
}
