package repo_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// blobs is a Visitor that lists blobs.
type blobs struct {
	mu         sync.Mutex
	read       map[object.ID]bool
	unreadable []odb.Unreadable
}

// Object implements odb.Visitor.
func (b *blobs) Object(_ context.Context, o odb.Object) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read[o.ID] = true
	return nil
}

// Unreadable implements odb.Visitor.
func (b *blobs) Unreadable(u odb.Unreadable) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unreadable = append(b.unreadable, u)
}

// With compatObjectFormat objects have a second name, which is not needed to read them by their first.
func TestCompatObjectFormat(t *testing.T) {
	for _, formats := range [][2]object.Format{{object.SHA1, object.SHA256}, {object.SHA256, object.SHA1}} {
		planted.SetFormat(t, formats[0])
		r := planted.New(t)
		r.Write("a", "a")
		r.Commit("one")
		want := r.ID(r.Git("rev-parse", "HEAD:a"))
		r.Git("config", "core.repositoryFormatVersion", "1")
		config := filepath.Join(r.Dir, ".git", "config")
		data, err := os.ReadFile(config)
		if err != nil {
			t.Fatal(err)
		}
		write(t, config, append(data, "[extensions]\n\tcompatObjectFormat = "+formats[1].String()+"\n"...))
		write(t, filepath.Join(r.Dir, ".git", "objects", "loose-object-idx"), []byte("# loose-object-idx\n"))
		opened := open(t, r.Dir)
		o, err := opened.Objects.Read(want)
		if err != nil || string(o.Content) != "a" || opened.Format() != formats[0] || opened.Objects.Format() != formats[0] {
			t.Errorf("%v: %q, %v", formats, o.Content, err)
		}
		visited := blobs{read: map[object.ID]bool{}}
		if err := opened.Objects.Walk(t.Context(), odb.Walk{Types: object.TypesOf(object.Blob), Visitor: &visited}); err != nil {
			t.Fatal(err)
		}
		if len(visited.unreadable) > 0 || !visited.read[want] {
			t.Errorf("%v: read %v, unreadable %v", formats, visited.read, visited.unreadable)
		}
	}
}

// If the configuration names another format than the objects have, they are not overlooked.
func TestWrongObjectFormat(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		planted.SetFormat(t, f)
		r := planted.New(t)
		r.Blob("content")
		r.Blob("other content")
		other := map[object.Format]string{object.SHA1: "sha256", object.SHA256: "sha1"}[f]
		write(t, filepath.Join(r.Dir, ".git", "config"), []byte("[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = "+other+"\n"))
		visited := blobs{read: map[object.ID]bool{}}
		err := open(t, r.Dir).Objects.Walk(t.Context(), odb.Walk{Types: object.TypesOf(object.Blob), Visitor: &visited})
		if err != nil || len(visited.read) > 0 || len(visited.unreadable) != 2 {
			t.Errorf("%s as %s: read %v, unreadable %v, %v", f, other, visited.read, visited.unreadable, err)
		}
	}
}
