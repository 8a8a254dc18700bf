package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep"
)

// consumer is the name of the consumer that all workers share.
const consumer = "workers"

// perSubject is how servers say that there is a message with the subject already.
const perSubject = "maximum messages per subject"

// jobs is the stream of jobs and its consumer.
type jobs struct {
	queue  *Queue
	stream stream
	prefix string // of subjects

	mu       sync.Mutex
	of       jetstream.Stream // whose consumer it is
	consumer jetstream.Consumer
}

func newJobs(q *Queue) *jobs {
	j := &jobs{queue: q, prefix: q.options.Namespace + ".work."}
	j.stream = stream{queue: q, config: jetstream.StreamConfig{
		Name: q.options.Namespace + "-work", Subjects: []string{j.prefix + "*"}, Retention: jetstream.WorkQueuePolicy,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, Storage: jetstream.FileStorage,
	}}
	j.stream.lost = func() { q.tell(Event{Kind: LostJobs, Reason: reason.New("queue.lost-jobs")}) }
	return j
}

// open makes the stream. If nobody else can have a job, those that an earlier process had are due at once.
func (j *jobs) open(ctx context.Context) error {
	return j.stream.do(ctx, 0, "open", func(ctx context.Context, s jetstream.Stream) error {
		if j.queue.server == nil || j.queue.options.Listen != "" {
			return nil
		}
		err := s.DeleteConsumer(ctx, consumer)
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil
		}
		return err
	})
}

// Enqueue implements sweep.Queue.
func (q *Queue) Enqueue(ctx context.Context, job sweep.Job) error {
	text, err := json.Marshal(job)
	if err != nil {
		return fmt.Errorf("encoding a job: %w", err)
	}
	message := nats.NewMsg(fmt.Sprintf("%s%d", q.jobs.prefix, job.Repository.ID))
	message.Data = text
	return q.jobs.stream.do(ctx, len(text), "enqueue", func(ctx context.Context, s jetstream.Stream) error {
		_, err := q.js.PublishMsg(ctx, message, jetstream.WithRetryAttempts(0), jetstream.WithExpectStream(q.jobs.stream.config.Name))
		if err == nil || !strings.Contains(err.Error(), perSubject) {
			return err
		}
		// An earlier attempt, on which the servers have not agreed, counts as well, and may be lost.
		if _, err = s.GetLastMsgForSubject(ctx, message.Subject); errors.Is(err, jetstream.ErrMsgNotFound) {
			return errPending
		}
		return err
	})
}

// Waiting implements sweep.Queue.
func (q *Queue) Waiting(ctx context.Context) (n int, err error) {
	err = q.jobs.stream.do(ctx, 0, "count", func(ctx context.Context, s jetstream.Stream) error {
		info, err := s.Info(ctx)
		if err == nil {
			n = int(info.State.Msgs)
		}
		return err
	})
	return n, err
}

// Next implements sweep.Queue. It asks for one job, so that no job waits at a worker that is busy.
func (q *Queue) Next(ctx context.Context) (d sweep.Delivery, err error) {
	for d == nil && err == nil {
		err = q.retryFor(ctx, 2*nextTime, "next", func(ctx context.Context) (err error) {
			d, err = q.jobs.fetch(ctx)
			return q.jobs.stream.judge(err)
		})
	}
	return d, err
}

// nextTime is how long one request for a job stays with the servers, and nextBeat how often they say that they have it.
const (
	nextTime = 20 * time.Second
	nextBeat = time.Second
)

// fetch returns the next job, or nil if there is none for a while.
func (j *jobs) fetch(ctx context.Context) (sweep.Delivery, error) {
	c, err := j.workers(ctx)
	if err != nil {
		return nil, err
	}
	wait, cancel := requestTime(ctx, nextTime)
	defer cancel()
	batch, err := c.Fetch(1, jetstream.FetchContext(wait), jetstream.FetchHeartbeat(nextBeat))
	if err != nil {
		return nil, err
	}
	message, ok := <-batch.Messages()
	switch {
	case ok:
		return j.delivery(message)
	case wait.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, batch.Error()
}

func (j *jobs) delivery(message jetstream.Msg) (sweep.Delivery, error) {
	d := &delivery{queue: j.queue, message: message}
	if err := json.Unmarshal(message.Data(), &d.job); err != nil {
		return nil, message.TermWithReason("it is no job")
	}
	return d, nil
}

// requestTime returns a context for a request that the servers keep for a time. It ends with ctx, and has another deadline,
// because one that is near leaves no room for the beats that tell of a dead server.
func requestTime(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	stop := context.AfterFunc(ctx, cancel)
	return wait, func() { stop(); cancel() }
}

// workers returns the consumer, and makes it if there is none.
func (j *jobs) workers(ctx context.Context) (jetstream.Consumer, error) {
	s, err := j.stream.get(ctx)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.of == s {
		return j.consumer, nil
	}
	c, err := s.Consumer(ctx, consumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		c, err = s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: consumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: j.queue.options.AckWait,
			MaxAckPending: j.queue.options.MaxAckPending, MaxDeliver: -1,
		})
	}
	if err != nil {
		return nil, err
	}
	j.of, j.consumer = s, c
	return c, nil
}

// delivery is a job that a worker of this process has.
type delivery struct {
	queue   *Queue
	message jetstream.Msg
	job     sweep.Job
}

func (d *delivery) Job() sweep.Job { return d.job }

func (d *delivery) Beat() error { return d.message.InProgress() }

// Done waits for the answer of the server. It sends the acknowledgement itself, because the client sends one once only. A
// queue that was lost since has no such job.
func (d *delivery) Done(ctx context.Context) error {
	return d.queue.retry(ctx, "done", func(attempt context.Context) error {
		_, err := d.queue.conn.RequestWithContext(attempt, d.message.Reply(), []byte("+ACK"))
		if errors.Is(err, nats.ErrNoResponders) {
			return d.queue.jobs.stream.judge(d.silence(attempt, err))
		}
		return err
	})
}

// silence returns nil if the stream that handed out the job is no more, and err if it just does not answer.
func (d *delivery) silence(ctx context.Context, err error) error {
	metadata, wrong := d.message.Metadata()
	if wrong != nil {
		return wrong
	}
	d.queue.jobs.stream.forget()
	s, again := d.queue.jobs.stream.get(ctx)
	if again != nil {
		return again
	}
	if s.CachedInfo().Config.FirstSeq > metadata.Sequence.Stream {
		return nil
	}
	if _, again = d.queue.jobs.workers(ctx); again != nil {
		return again
	}
	return err
}

// Later sends the request and no more: if it is lost, the job comes back after AckWait.
func (d *delivery) Later(ctx context.Context, after time.Duration) error {
	return d.queue.retry(ctx, "later", func(ctx context.Context) error {
		text := fmt.Sprintf(`-NAK {"delay": %d}`, max(after, 0).Nanoseconds())
		if err := d.queue.conn.Publish(d.message.Reply(), []byte(text)); err != nil {
			return err
		}
		return d.queue.conn.FlushWithContext(ctx)
	})
}
