package queue_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/queue"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

const ackWait = 500 * time.Millisecond

func open(t *testing.T, o queue.Options) *queue.Queue {
	t.Helper()
	if o.AckWait == 0 {
		o.AckWait = ackWait
	}
	q, err := queue.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return q
}

func TestEmbedded(t *testing.T) {
	t.Run("queue", func(t *testing.T) {
		sweeptest.AcceptQueue(t, ackWait, func(t *testing.T) sweep.Queue { return open(t, queue.Options{Dir: t.TempDir()}) })
	})
	t.Run("store", func(t *testing.T) {
		sweeptest.AcceptStore(t, func(t *testing.T) sweep.Store { return open(t, queue.Options{Dir: t.TempDir()}) })
	})
}

// foreign starts a server that is not ours, with the payload that such servers have or less, and returns its address.
func foreign(t *testing.T, payload int32) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true, Host: "127.0.0.1", Port: server.RANDOM_PORT, MaxPayload: payload,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server is not ready")
	}
	return s.ClientURL()
}

func TestForeign(t *testing.T) {
	for _, payload := range []int32{1 << 20, 128 << 10} {
		t.Run(fmt.Sprint(payload), func(t *testing.T) {
			address := foreign(t, payload)
			n := 0
			sweeptest.AcceptStore(t, func(t *testing.T) sweep.Store {
				n++
				return open(t, queue.Options{URL: address, Namespace: fmt.Sprintf("test-%d", n)})
			})
		})
	}
}

// TestParts looks at what is left of large values on a server that takes small messages.
func TestParts(t *testing.T) {
	address := foreign(t, 128<<10)
	q := open(t, queue.Options{URL: address})
	b := bucket(t, q, "parts")
	large := randomText(700_000)
	expect := func(want uint64) {
		t.Helper()
		if got, err := q.Messages(t.Context(), "parts"); err != nil || got != want {
			t.Errorf("%d messages, %v, want %d", got, err, want)
		}
	}
	compressible := put(t, b, "zstd", strings.Repeat("compressible", 100_000), 0)
	expect(1)
	if got, at := get(t, b, "zstd"); len(got) != 1_200_000 || at != compressible {
		t.Errorf("%d bytes at %d", len(got), at)
	}
	first := put(t, b, "large", large, 0)
	parts, _ := q.Messages(t.Context(), "parts")
	if parts < 5 {
		t.Errorf("%d messages for a large value", parts)
	}
	if _, err := b.Put(t.Context(), "large", []byte(large+"x"), 1); !errors.Is(err, sweep.ErrChanged) {
		t.Error(err)
	}
	expect(parts)
	second := put(t, b, "large", "small", first)
	expect(2)
	third := put(t, b, "large", large, second)
	// Another worker replaces the value.
	other := bucket(t, open(t, queue.Options{URL: address}), "parts")
	if got, at := get(t, other, "large"); got != large || at != third {
		t.Errorf("%d bytes at %d", len(got), at)
	}
	if err := other.Delete(t.Context(), "large", third); err != nil {
		t.Fatal(err)
	}
	expect(2)
}

// TestStopped has the server in this process stop by itself, as it does on a full disk. Whoever waits hears why, and where.
func TestStopped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	q := open(t, queue.Options{Dir: dir})
	b := bucket(t, q, "b")
	ended := make(chan error, 3)
	go func() {
		_, err := q.Next(t.Context())
		ended <- err
	}()
	go func() { ended <- b.Watch(t.Context(), "", func(string, []byte) {}) }()
	if err := q.Stop(); err != nil {
		t.Fatal(err)
	}
	_, err := b.Put(t.Context(), "k", []byte("v"), 0)
	ended <- err
	for range cap(ended) {
		var known *reason.Error
		if err := <-ended; !errors.As(err, &known) || known.Reason != reason.New("queue.disk", dir) {
			t.Errorf("it ends with %v", err)
		}
	}
}

// TestFolder opens one folder twice, then again after it was closed, and finds everything there.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	q := open(t, queue.Options{Dir: dir, AckWait: time.Hour})
	_, err := queue.Open(t.Context(), queue.Options{Dir: dir})
	var known *reason.Error
	want := reason.New("queue.locked", dir, fmt.Sprint(os.Getpid()))
	if !errors.Is(err, queue.ErrLocked) || !errors.As(err, &known) || known.Reason != want || known.Hint.IsZero() {
		t.Errorf("%v, want %v", err, want)
	}
	b := bucket(t, q, "b")
	revision := put(t, b, "k", "v", 0)
	id := bucketID(t, b)
	for i := range 3 {
		enqueue(t, q, int64(i+1))
	}
	next(t, q) // and the process ends
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Next(t.Context()); !errors.Is(err, queue.ErrClosed) {
		t.Errorf("%v, want %v", err, queue.ErrClosed)
	}
	q = open(t, queue.Options{Dir: dir, AckWait: time.Hour})
	b = bucket(t, q, "b")
	if value, at := get(t, b, "k"); value != "v" || at != revision || bucketID(t, b) != id {
		t.Errorf("%q at %d in %s", value, at, bucketID(t, b))
	}
	seen := map[int64]bool{}
	for range 3 {
		seen[next(t, q).Job().Repository.ID] = true
	}
	if len(seen) != 3 {
		t.Errorf("the jobs %v are handed out: that of the process before must not wait", seen)
	}
}

type events struct {
	mu   sync.Mutex
	list []queue.Event
}

func (e *events) add(event queue.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event)
}

func (e *events) has(kind queue.Kind, bucket string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range e.list {
		if event.Kind == kind && event.Bucket == bucket && !event.Reason.IsZero() {
			return true
		}
	}
	return false
}

// TestLost deletes streams under a queue.
func TestLost(t *testing.T) {
	ctx := t.Context()
	var told, toldOther events
	address := foreign(t, 1<<20)
	q := open(t, queue.Options{URL: address, Event: told.add})
	other := open(t, queue.Options{URL: address, Event: toldOther.add})
	b, otherB := bucket(t, q, "b"), bucket(t, other, "b")
	before := bucketID(t, b)
	revision := put(t, b, "k", "v", 0)
	enqueue(t, q, 1)
	enqueue(t, q, 2)
	d := next(t, q)
	for _, name := range []string{"akguard-work", "akguard-bucket-b"} {
		if err := q.JetStream().DeleteStream(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := q.Waiting(ctx); err != nil || n != 0 {
		t.Errorf("%d jobs, %v", n, err)
	}
	enqueue(t, q, 3)
	d3 := next(t, q)
	// The first job's number in the old stream must be that of none in the new one.
	if err := d.Done(ctx); err != nil {
		t.Errorf("a job of the lost queue: %v", err)
	}
	if n, err := q.Waiting(ctx); err != nil || n != 1 {
		t.Errorf("%d jobs after a late acknowledgement, %v", n, err)
	}
	if err := d3.Done(ctx); err != nil {
		t.Error(err)
	}
	if value, at := get(t, b, "k"); value != "" || at != 0 || bucketID(t, b) == before {
		t.Errorf("%q at %d in %s", value, at, bucketID(t, b))
	}
	if _, err := b.Put(ctx, "k", nil, revision); !errors.Is(err, sweep.ErrChanged) {
		t.Errorf("%v with a revision from before", err)
	}
	if now := put(t, b, "k", "new", 0); now <= revision {
		t.Errorf("revision %d after %d", now, revision)
	}
	if !told.has(queue.LostJobs, "") || !told.has(queue.LostBucket, "b") {
		t.Errorf("%+v is told", told.list)
	}
	other.CheckStreams()
	if value, _ := get(t, otherB, "k"); value != "new" || !toldOther.has(queue.LostBucket, "b") {
		t.Errorf("the other worker sees %q, and is told %+v", value, toldOther.list)
	}
}

// TestLostInTheMiddle deletes streams under calls that wait.
func TestLostInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	q := open(t, queue.Options{Dir: t.TempDir()})
	b := bucket(t, q, "b")
	seen := make(chan string, 10)
	go func() { _ = b.Watch(ctx, "", func(key string, _ []byte) { seen <- key }) }()
	put(t, b, "before", "v", 0)
	if key := <-seen; key != "before" {
		t.Error(key)
	}
	got := make(chan int64)
	go func() {
		if d, err := q.Next(ctx); err == nil {
			got <- d.Job().Repository.ID
		}
	}()
	for _, name := range []string{"akguard-work", "akguard-bucket-b"} {
		if err := q.JetStream().DeleteStream(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	put(t, b, "after", "v", 0)
	enqueue(t, q, 7)
	for range 2 {
		select {
		case key := <-seen:
			if key != "after" {
				t.Error(key)
			}
		case id := <-got:
			if id != 7 {
				t.Error(id)
			}
		case <-ctx.Done():
			t.Fatal("nothing comes")
		}
	}
}

func bucket(t *testing.T, s sweep.Store, name string) sweep.Bucket {
	t.Helper()
	b, err := s.Bucket(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func bucketID(t *testing.T, b sweep.Bucket) string {
	t.Helper()
	id, err := b.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func put(t *testing.T, b sweep.Bucket, key, value string, revision uint64) uint64 {
	t.Helper()
	now, err := b.Put(t.Context(), key, []byte(value), revision)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func get(t *testing.T, b sweep.Bucket, key string) (string, uint64) {
	t.Helper()
	value, revision, err := b.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(value), revision
}

func enqueue(t *testing.T, q sweep.Queue, id int64) {
	t.Helper()
	if err := q.Enqueue(t.Context(), job(id)); err != nil {
		t.Fatal(err)
	}
}

func job(id int64) sweep.Job { return sweep.Job{Sweep: "s", Repository: github.Repository{ID: id}} }

func next(t *testing.T, q sweep.Queue) sweep.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d, err := q.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func randomText(n int) string {
	text := make([]byte, n)
	_, _ = rand.Read(text)
	return string(text)
}
