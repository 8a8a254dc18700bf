package sweeptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/sweep"
)

// AcceptStore is the test that every store must pass. open returns an empty store.
func AcceptStore(t *testing.T, open func(*testing.T) sweep.Store) {
	for name, test := range map[string]func(*testing.T, sweep.Store){
		"values":            storeValues,
		"compare and set":   storeChanged,
		"keys":              storeKeys,
		"sizes":             storeSizes,
		"each":              storeEach,
		"watch":             storeWatch,
		"buckets are apart": storeApart,
		"many writers":      storeMany,
		"contexts":          storeContexts,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func storeValues(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "values")
	present(t, b, "k", "", 0)
	first := put(t, b, "k", "one", 0)
	present(t, b, "k", "one", first)
	second := put(t, b, "k", "two", first)
	present(t, b, "k", "two", second)
	if first == 0 || second <= first {
		t.Errorf("revisions %d and %d", first, second)
	}
	if err := b.Delete(t.Context(), "k", second); err != nil {
		t.Fatal(err)
	}
	present(t, b, "k", "", 0)
	third := put(t, b, "k", "three", 0)
	present(t, b, "k", "three", third)
	empty := put(t, b, "empty", "", 0)
	present(t, b, "empty", "", empty)
}

func storeChanged(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "changed")
	changed := func(err error) {
		t.Helper()
		if !errors.Is(err, sweep.ErrChanged) {
			t.Errorf("%v, want %v", err, sweep.ErrChanged)
		}
	}
	try := func(revision uint64) {
		t.Helper()
		_, err := b.Put(t.Context(), "k", []byte("other"), revision)
		changed(err)
		changed(b.Delete(t.Context(), "k", revision))
	}
	_, err := b.Put(t.Context(), "k", nil, 5)
	changed(err)
	if err := b.Delete(t.Context(), "k", 0); err != nil {
		t.Errorf("deleting nothing: %v", err)
	}
	first := put(t, b, "k", "one", 0)
	put(t, b, "other", "x", 0)
	try(0)
	second := put(t, b, "k", "two", first)
	try(0)
	try(first)
	try(second + 1)
	present(t, b, "k", "two", second)
	if err := b.Delete(t.Context(), "k", second); err != nil {
		t.Fatal(err)
	}
	_, err = b.Put(t.Context(), "k", nil, second)
	changed(err)
}

func storeKeys(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "keys")
	want := make(map[string]string)
	for i, key := range []string{
		"a", "A", "0", "-", "_", "=", ".", "..", "a.b", ".a", "a.", "a/b", "a/b/c", "a./.b", "a=2Eb", "=/=", "a..b", "a/..", "=2E", "=2F", "a=b",
		strings.Repeat("x", 512), strings.Repeat(".", 512), strings.Repeat("./", 255) + ".",
	} {
		put(t, b, key, fmt.Sprint(i), 0)
		want[key] = fmt.Sprint(i)
	}
	if got := all(t, b, ""); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, key := range []string{"", "/", "/a", "a/", "a//b", "a b", "*", ">", "a/*", "é", "a\n", "a\x00", strings.Repeat("x", 513)} {
		_, _, errGet := b.Get(t.Context(), key)
		_, errPut := b.Put(t.Context(), key, nil, 0)
		for _, err := range []error{errGet, errPut, b.Delete(t.Context(), key, 0)} {
			if !errors.Is(err, sweep.ErrKey) {
				t.Errorf("%q: %v", key, err)
			}
		}
	}
}

func storeSizes(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "sizes")
	random := rand.NewChaCha8([32]byte{1})
	var revision uint64
	for _, size := range []int{sweep.MaxValue, 10, 1<<20 + 1} {
		content := make([]byte, size)
		_, _ = random.Read(content)
		revision = put(t, b, "k", string(content), revision)
		got, at, err := b.Get(t.Context(), "k")
		if err != nil || at != revision || !bytes.Equal(got, content) {
			t.Errorf("a value of %d bytes comes back with %d, revision %d, %v", size, len(got), at, err)
		}
		if got := all(t, b, ""); got["k"] != string(content) || len(got) != 1 {
			t.Errorf("a value of %d bytes is visited as one of %d, of %d keys", size, len(got["k"]), len(got))
		}
	}
	if _, err := b.Put(t.Context(), "k", make([]byte, sweep.MaxValue+1), revision); !errors.Is(err, sweep.ErrTooLarge) {
		t.Errorf("%v, want %v", err, sweep.ErrTooLarge)
	}
	if err := b.Delete(t.Context(), "k", revision); err != nil {
		t.Fatal(err)
	}
	if got := all(t, b, ""); len(got) != 0 {
		t.Error("a value is visited after its end")
	}
}

func storeEach(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "each")
	if got := all(t, b, ""); len(got) != 0 {
		t.Errorf("an empty bucket has %v", got)
	}
	for _, key := range []string{"a/b/1", "a/b/2", "a/bc/3", "a/4", "ab/5", "c", "gone"} {
		put(t, b, key, "old "+key, 0)
	}
	_, revision, _ := b.Get(t.Context(), "a/4")
	put(t, b, "a/4", "new a/4", revision)
	_, revision, _ = b.Get(t.Context(), "gone")
	if err := b.Delete(t.Context(), "gone", revision); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string]string{
		"": "a/4 a/b/1 a/b/2 a/bc/3 ab/5 c", "a": "a/4 a/b/1 a/b/2 a/bc/3 ab/5", "a/": "a/4 a/b/1 a/b/2 a/bc/3",
		"a/b": "a/b/1 a/b/2 a/bc/3", "a/b/": "a/b/1 a/b/2", "a/b/1": "a/b/1", "x": "", "a/b/1/": "", "go": "", "a/x/": "",
	} {
		got := all(t, b, prefix)
		if keys := strings.Join(sorted(got), " "); keys != want {
			t.Errorf("%q: %s, want %s", prefix, keys, want)
		}
		if value, ok := got["a/4"]; ok && value != "new a/4" {
			t.Error(value)
		}
	}
	stop, calls := errors.New("stop"), 0
	err := b.Each(t.Context(), "", func(key string, _ []byte) error {
		calls++
		// The bucket can be used while it is visited.
		if _, _, err := b.Get(t.Context(), key); err != nil {
			t.Error(err)
		}
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func storeWatch(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "watch")
	first := put(t, b, "a/1", "old", 0)
	put(t, b, "b/1", "other", 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan string, 100)
	ended := make(chan error)
	go func() {
		ended <- b.Watch(ctx, "a/", func(key string, value []byte) { seen <- key + " " + string(value) })
	}()
	expect := func(want string) {
		t.Helper()
		for {
			select {
			case got := <-seen:
				if got == want {
					return
				}
				if !strings.HasPrefix(got, "a/") || strings.HasSuffix(got, " ") {
					t.Fatalf("%q is visited", got)
				}
			case err := <-ended:
				t.Fatal(err)
			case <-time.After(patience):
				t.Fatalf("%s is not seen", want)
			}
		}
	}
	expect("a/1 old")
	second := put(t, b, "a/1", "new", first)
	expect("a/1 new")
	if err := b.Delete(t.Context(), "a/1", second); err != nil {
		t.Fatal(err)
	}
	put(t, b, "b/2", "other", 0)
	put(t, b, "a/2", "more", 0)
	expect("a/2 more")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

func storeApart(t *testing.T, s sweep.Store) {
	one, other := openBucket(t, s, "one"), openBucket(t, s, "one-more")
	revision := put(t, one, "k", "1", 0)
	put(t, other, "k", "2", 0)
	again := openBucket(t, s, "one")
	present(t, again, "k", "1", revision)
	if bucketID(t, one) != bucketID(t, again) || bucketID(t, one) == "" {
		t.Errorf("the ID was %q and is %q", bucketID(t, one), bucketID(t, again))
	}
}

// storeMany lets writers count with compare-and-set.
func storeMany(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "many")
	const writers, times = 4, 25
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range times {
				if err := count(t.Context(), b); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if got := all(t, b, "")["count"]; len(got) != writers*times {
		t.Errorf("%d, want %d", len(got), writers*times)
	}
}

func count(ctx context.Context, b sweep.Bucket) error {
	for {
		value, revision, err := b.Get(ctx, "count")
		if err != nil {
			return err
		}
		if _, err := b.Put(ctx, "count", append(value, '|'), revision); !errors.Is(err, sweep.ErrChanged) {
			return err
		}
	}
}

func storeContexts(t *testing.T, s sweep.Store) {
	b := openBucket(t, s, "contexts")
	put(t, b, "k", "v", 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errID := b.ID(ctx)
	_, _, errGet := b.Get(ctx, "k")
	_, errPut := b.Put(ctx, "k", nil, 0)
	_, errBucket := s.Bucket(ctx, "other")
	for i, err := range []error{
		errID, errGet, errPut, errBucket, b.Delete(ctx, "k", 0),
		b.Each(ctx, "", func(string, []byte) error { return nil }),
		b.Watch(ctx, "", func(string, []byte) {}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v, want that the context is canceled", i, err)
		}
	}
}

func openBucket(t *testing.T, s sweep.Store, name string) sweep.Bucket {
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
		t.Fatalf("putting %d bytes at %q: %v", len(value), key, err)
	}
	return now
}

func present(t *testing.T, b sweep.Bucket, key, value string, revision uint64) {
	t.Helper()
	got, at, err := b.Get(t.Context(), key)
	if err != nil || string(got) != value || at != revision || (got == nil) != (at == 0) {
		t.Errorf("%q: %q at %d, %v, want %q at %d", key, got, at, err, value, revision)
	}
}

func all(t *testing.T, b sweep.Bucket, prefix string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := b.Each(t.Context(), prefix, func(key string, value []byte) error {
		found[key] = string(value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
