package sweeptest_test

import (
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

const ackWait = 200 * time.Millisecond

func TestMemoryQueue(t *testing.T) {
	sweeptest.AcceptQueue(t, ackWait, func(*testing.T) sweep.Queue { return sweeptest.NewMemory(ackWait) })
}

func TestMemoryStore(t *testing.T) {
	sweeptest.AcceptStore(t, func(*testing.T) sweep.Store { return sweeptest.NewMemory(ackWait) })
}

func TestMemoryLoses(t *testing.T) {
	ctx := t.Context()
	m := sweeptest.NewMemory(ackWait)
	if err := m.Enqueue(ctx, sweep.Job{Repository: github.Repository{ID: 1}}); err != nil {
		t.Fatal(err)
	}
	b, err := m.Bucket(ctx, "b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(ctx, "k", []byte("v"), 0); err != nil {
		t.Fatal(err)
	}
	before, _ := b.ID(ctx)
	m.LoseJobs()
	m.LoseBucket("b")
	after, _ := b.ID(ctx)
	waiting, _ := m.Waiting(ctx)
	value, revision, err := b.Get(ctx, "k")
	if before == after || waiting != 0 || value != nil || revision != 0 || err != nil {
		t.Errorf("ID %s and %s, %d jobs, %q at %d, %v", before, after, waiting, value, revision, err)
	}
}
