package odb_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

var allTypes = object.TypesOf(object.Commit, object.Tree, object.Blob, object.Tag)

// recorder is a Visitor that keeps everything.
type recorder struct {
	mu         sync.Mutex
	objects    map[string]string // name: type and content
	twice      []string
	unreadable map[string]string
}

func (r *recorder) Object(_ context.Context, o odb.Object) error {
	content := o.Content
	if o.Stream != nil {
		var err error
		if content, err = io.ReadAll(o.Stream); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.objects[o.ID.String()]; ok {
		r.twice = append(r.twice, o.ID.String())
	}
	r.objects[o.ID.String()] = o.Type.String() + " " + string(content)
	return nil
}

func (r *recorder) Unreadable(u odb.Unreadable) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unreadable[u.What] = u.Err.Error()
}

func open(t testing.TB, dir string, limits odb.Limits) *repo.Repository {
	t.Helper()
	r, err := repo.Open(dir, repo.Options{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func walk(t testing.TB, dir string, limits odb.Limits) *recorder {
	t.Helper()
	r := &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
	repo := open(t, dir, limits)
	if err := repo.Objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: r}); err != nil {
		t.Fatal(err)
	}
	if len(r.twice) > 0 {
		t.Errorf("visited twice: %v", r.twice)
	}
	return r
}

// truth returns what git says the repository contains, in the recorder's form.
func truth(t testing.TB, r *planted.Repo) map[string]string {
	t.Helper()
	out := map[string]string{}
	in := []byte(r.Git("cat-file", "--batch-all-objects", "--batch", "--unordered") + "\n")
	for len(in) > 0 {
		line, rest, _ := bytes.Cut(in, []byte{'\n'})
		fields := strings.Fields(string(line))
		if len(fields) != 3 {
			t.Fatalf("git cat-file: %q", line)
		}
		size := 0
		for _, c := range fields[2] {
			size = 10*size + int(c-'0')
		}
		out[fields[0]] = fields[1] + " " + string(rest[:size])
		in = rest[size+1:]
	}
	return out
}

// same fails unless the walk saw what git has, except the IDs that are expected to be unreadable.
func same(t *testing.T, got *recorder, want map[string]string, unreadable ...string) {
	t.Helper()
	want = maps.Clone(want)
	for _, id := range unreadable {
		delete(want, id)
		if got.unreadable[id] == "" {
			t.Errorf("%s was not reported as unreadable", id)
		}
	}
	for id, why := range got.unreadable {
		if !slices.Contains(unreadable, id) {
			t.Errorf("unreadable %s: %s", id, why)
		}
	}
	for id, content := range want {
		if got.objects[id] != content {
			t.Errorf("object %s: %.60q, want %.60q", id, got.objects[id], content)
		}
	}
	if len(got.objects) > len(want) {
		t.Errorf("%d objects, git has %d", len(got.objects), len(want))
	}
}
