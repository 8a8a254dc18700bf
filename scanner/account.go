package scanner

import (
	"context"
	"sync/atomic"
)

// Account says what became of one content that a source handed over, so that the source can tell whether it has to be read
// again. The sink finds it in the context of the call. It is safe for concurrent use.
type Account struct {
	Blobs, Bytes atomic.Int64 // what was counted, members of archives included
	// Noted says that the report depends on the content: something was found or rejected, or a part of it was not read.
	Noted atomic.Bool
	// Unsure says that a rule was given up, so that "nothing was found" is no statement about the content, nor about those
	// that are searched after it.
	Unsure atomic.Bool
}

type accountKey struct{}

// Within returns a context for the call that the account is about.
func (a *Account) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, accountKey{}, a)
}

// AccountOf returns the account of a call. It is nil if the source keeps none; the methods accept nil.
func AccountOf(ctx context.Context) *Account {
	a, _ := ctx.Value(accountKey{}).(*Account)
	return a
}

// Note notes that the report depends on the content.
func (a *Account) Note() {
	if a != nil {
		a.Noted.Store(true)
	}
}

// Add counts more.
func (a *Account) Add(t Tally) {
	if a != nil {
		a.Blobs.Add(t.Blobs)
		a.Bytes.Add(t.Bytes)
	}
}

// Merge adds the account of a part of the content.
func (a *Account) Merge(part *Account) {
	a.Add(part.Tally())
	if part.Noted.Load() {
		a.Note()
	}
	if part.Unsure.Load() {
		a.giveUp()
	}
}

// Tally returns what was counted.
func (a *Account) Tally() Tally { return Tally{Blobs: a.Blobs.Load(), Bytes: a.Bytes.Load()} }

func (a *Account) giveUp() {
	if a != nil {
		a.Unsure.Store(true)
	}
}

func (a *Account) addBlob() {
	if a != nil {
		a.Blobs.Add(1)
	}
}

func (a *Account) addBytes(n int64) {
	if a != nil {
		a.Bytes.Add(n)
	}
}
