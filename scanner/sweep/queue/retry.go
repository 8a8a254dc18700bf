package queue

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/akguard/akguard/rules/reason"
)

// attemptTime is how long the first attempt may take, and longestAttempt how long a later one. A server that dies leaves
// requests without an answer, so this is how long a caller waits in vain; but a slow network needs more.
const (
	attemptTime    = time.Second
	longestAttempt = 4 * time.Second
)

// attemptBytes is how many bytes prolong an attempt by a second.
const attemptBytes = 256 << 10

// retry calls f until it succeeds, fails for good, or ctx or the queue ends.
func (q *Queue) retry(ctx context.Context, what string, f func(context.Context) error) error {
	return q.retryFor(ctx, attemptTime, what, f)
}

func (q *Queue) retryFor(ctx context.Context, limit time.Duration, what string, f func(context.Context) error) error {
	stall := stall{trouble: &q.trouble}
	defer stall.end()
	for failures := 0; ; failures++ {
		if err := q.ended(ctx); err != nil {
			return err
		}
		attempt, cancel := context.WithTimeout(ctx, max(limit, min(attemptTime<<min(failures, 4), longestAttempt)))
		stop := context.AfterFunc(q.ctx, cancel)
		err := f(attempt)
		stop()
		cancel()
		if err == nil {
			return nil
		}
		if err := q.ended(ctx); err != nil {
			return err
		}
		if !temporary(err) {
			return q.known(what, err)
		}
		if q.server != nil && failures > 0 && !hasRoom(q.options.Dir) {
			q.end(reason.NewError("queue.disk", q.options.Dir))
			continue
		}
		stall.failed(q.unreachable(err))
		pause(ctx, q.ctx, backoff(failures))
	}
}

// ErrClosed says that the queue was closed.
var ErrClosed = errors.New("the queue is closed")

func (q *Queue) ended(ctx context.Context) error {
	if q.ctx.Err() != nil && ctx.Err() == nil {
		return context.Cause(q.ctx)
	}
	return ctx.Err()
}

func pause(ctx, other context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-other.Done():
	case <-timer.C:
	}
}

// temporary reports whether the same request can succeed later, without anybody's doing.
func temporary(err error) bool {
	for _, target := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
		nats.ErrNoServers, nats.ErrStaleConnection, nats.ErrReconnectBufExceeded, nats.ErrConnectionDraining,
		jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrConsumerLeadershipChanged,
		jetstream.ErrServerShutdown, errMissing, errPending, io.EOF,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	var network net.Error
	var api *jetstream.APIError
	switch {
	case errors.As(err, &network):
		return true
	case errors.As(err, &api):
		return temporaryCode(api)
	}
	return false
}

// The codes of answers that name a state of the servers which passes, and of those that do not pass though they are of
// the same class.
const (
	codeNoPeers          = 10005 // for a new stream, while a server is down
	codeNotLeader        = 10009
	codeNotAssigned      = 10007
	codeStoreFailed      = 10077
	codeStorageExceeded  = 10047
	codeMemoryExceeded   = 10028
	codeStreamOffline    = 10118
	codeConsumerOffline  = 10119
	codeResources        = 10023 // the limits of the account
	codeNotEnabled       = 10076
	codeNotEnabledForOne = 10039
)

func temporaryCode(api *jetstream.APIError) bool {
	switch api.ErrorCode {
	case codeNoPeers, codeNotLeader, codeNotAssigned, codeStreamOffline, codeConsumerOffline:
		return true
	case codeStoreFailed:
		return !full(api) // a leader that has just lost its office, for one
	case codeStorageExceeded, codeMemoryExceeded, codeResources, codeNotEnabled, codeNotEnabledForOne:
		return false
	}
	return api.Code == 503
}

// known gives errors that a user can do something about a reason.
func (q *Queue) known(what string, err error) error {
	var api *jetstream.APIError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &api) && q.server != nil && noStore(api):
		return reason.NewError("queue.disk", q.options.Dir)
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked),
		errors.Is(err, nats.ErrPermissionViolation):
		return reason.NewError("queue.refused", err)
	case errors.Is(err, nats.ErrSecureConnWanted), errors.Is(err, nats.ErrSecureConnRequired):
		return reason.NewError("queue.plain", err)
	case errors.As(err, &api) && (api.ErrorCode == codeNotEnabled || api.ErrorCode == codeNotEnabledForOne):
		return reason.NewError("queue.no-jetstream", err)
	case errors.As(err, &api) && full(api):
		return reason.NewError("queue.full", what, err)
	case errors.As(err, &api):
		return reason.NewError("queue.failed", what, err)
	}
	return err
}

// noStore reports whether the server could not make or write its files.
func noStore(api *jetstream.APIError) bool {
	return strings.Contains(api.Description, "creating store") || strings.Contains(api.Description, "no space left")
}

// full reports whether a limit is reached, or the disk is full.
func full(api *jetstream.APIError) bool {
	switch api.ErrorCode {
	case codeStorageExceeded, codeMemoryExceeded, codeResources:
		return true
	case codeStoreFailed:
		for _, text := range []string{"maximum ", "no space", "insufficient"} {
			if strings.Contains(api.Description, text) {
				return true
			}
		}
	}
	return false
}

// unreachable says in what way the servers do not answer.
func (q *Queue) unreachable(err error) reason.Reason {
	if errors.Is(err, context.DeadlineExceeded) {
		err = reason.NewError("queue.timeout")
	}
	if q.conn == nil || !q.conn.IsConnected() {
		return reason.New("queue.unreachable", err)
	}
	return reason.New("queue.no-quorum", err)
}

// trouble tells once that calls are stalled, and once that none is any more.
type trouble struct {
	event    func(Event)
	patience time.Duration

	mu      sync.Mutex
	stalled int
}

func (t *trouble) add(why reason.Reason) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stalled++; t.stalled == 1 {
		t.event(Event{Kind: Stalled, Reason: why})
	}
}

func (t *trouble) remove() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stalled--; t.stalled == 0 {
		t.event(Event{Kind: Resumed, Reason: reason.New("queue.resumed")})
	}
}

// stall is one call that fails again and again.
type stall struct {
	trouble *trouble
	since   time.Time
	told    bool
}

func (s *stall) failed(why reason.Reason) {
	switch {
	case s.since.IsZero():
		s.since = time.Now()
	case !s.told && time.Since(s.since) >= s.trouble.patience:
		s.told = true
		s.trouble.add(why)
	}
}

func (s *stall) end() {
	if s.told {
		s.trouble.remove()
	}
}
