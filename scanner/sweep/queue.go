package sweep

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Queue hands out jobs, each to one worker at a time until it is done. It is a transport and no record: a job can be handed
// out twice, and a queue can lose what it holds. What was done is in the Store.
type Queue interface {
	// Enqueue adds a job. While there is a job for the same repository, it does nothing.
	Enqueue(ctx context.Context, j Job) error
	// Next returns the next job. It waits for one until ctx ends.
	Next(ctx context.Context) (Delivery, error)
	// Waiting returns how many jobs are not done, those that workers have included.
	Waiting(ctx context.Context) (int, error)
}

// Delivery is a job that a worker has. Unless the worker calls Beat often enough, another one gets the job too.
type Delivery interface {
	Job() Job
	// Beat says that the worker is at it.
	Beat() error
	// Done removes the job from the queue. An error means that it may be handed out again.
	Done(ctx context.Context) error
	// Later hands the job out again after a while.
	Later(ctx context.Context, after time.Duration) error
}

// Store keeps values by key, in buckets. It is what a sweep remembers, and what workers on many machines share.
type Store interface {
	// Bucket returns a bucket by its name: lower-case letters and hyphens. It makes one that does not exist.
	Bucket(ctx context.Context, name string) (Bucket, error)
}

// Bucket keeps values by key. A key is made of letters, digits, and -_=. and may have parts divided by slashes. Methods are
// safe for concurrent use.
type Bucket interface {
	// ID tells a bucket from an earlier one of that name. A bucket that was lost and made anew, without the values, has
	// another ID.
	ID(ctx context.Context) (string, error)
	// Get returns a value and its revision; nil and 0 if there is none.
	Get(ctx context.Context, key string) (value []byte, revision uint64, err error)
	// Put stores a value and returns its revision, if the present one is what the caller has seen, 0 for none; else
	// it returns ErrChanged. A value may be up to MaxValue bytes.
	Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Delete removes a value, under the same condition.
	Delete(ctx context.Context, key string, revision uint64) error
	// Each visits the values whose keys have the prefix, "" for all, in any order. An error of visit ends it.
	Each(ctx context.Context, prefix string, visit func(key string, value []byte) error) error
	// Watch calls visit for each value that there is, and for each one that is stored later, until ctx ends, and returns
	// the error of ctx then. Values that are deleted are not visited. It may visit a value twice, and leave out one that
	// was soon replaced.
	Watch(ctx context.Context, prefix string, visit func(key string, value []byte)) error
}

// MaxValue is the size of the largest value of a Bucket, in bytes.
const MaxValue = 4 << 20

// ValidKey reports whether a bucket can have a key.
func ValidKey(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || strings.ContainsFunc(part, notInKey) {
			return false
		}
	}
	return len(key) <= maxKey
}

// maxKey is the length of the longest key. Servers of a queue limit the length of a line, and keys grow when they are escaped.
const maxKey = 512

func notInKey(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-_=.", r)
}

// ErrKey says that a key has other characters than a Bucket allows, an empty part, or is too long.
var ErrKey = errors.New("the key is not one that a bucket can have")

// ErrTooLarge says that a value is larger than MaxValue.
var ErrTooLarge = errors.New("the value is too large")

// ErrChanged says that another worker has stored a value since it was read.
var ErrChanged = errors.New("the value has changed since it was read")
