package queue

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// JetStream returns the client, for tests that destroy streams.
func (q *Queue) JetStream() jetstream.JetStream { return q.js }

// Stop stops the server in this process, as it does itself when the disk is full.
func (q *Queue) Stop() error { return q.server.DisableJetStream() }

// CheckStreams looks for streams that were made anew, as a timer does.
func (q *Queue) CheckStreams() { q.checkStreams() }

// Subjects returns how many messages a bucket has.
func (q *Queue) Messages(ctx context.Context, bucket string) (uint64, error) {
	s, err := q.js.Stream(ctx, q.options.Namespace+"-bucket-"+bucket)
	if err != nil {
		return 0, err
	}
	return s.CachedInfo().State.Msgs, nil
}
