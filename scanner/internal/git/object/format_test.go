package object_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// The empty tree and an empty blob have the IDs that git gives them, and every ID is printed as it is read.
func TestFormats(t *testing.T) {
	for _, c := range []struct {
		format      object.Format
		name        string
		tree, empty string
	}{
		{object.SHA1, "sha1", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{
			object.SHA256, "sha256", "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
			"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
		},
	} {
		if f, ok := object.ParseFormat(c.name); !ok || f != c.format || f.String() != c.name {
			t.Errorf("%s is %s, %v", c.name, f, ok)
		}
		if got := c.format.EmptyTree().String(); got != c.tree {
			t.Errorf("the empty tree of %s is %s", c.name, got)
		}
		if got := c.format.Hash(object.Blob, nil).String(); got != c.empty {
			t.Errorf("the empty blob of %s is %s", c.name, got)
		}
		id, ok := c.format.ParseID(c.tree)
		if !ok || id != c.format.EmptyTree() || c.format.ID(id[:c.format.Size()]) != id {
			t.Errorf("%s is read as %s, %v", c.tree, id, ok)
		}
		for _, s := range []string{"", c.tree[1:], c.tree + "0", c.tree[:len(c.tree)-1] + "x", strings.Repeat("0", 104-len(c.tree))} {
			if id, ok := c.format.ParseID(s); ok {
				t.Errorf("%s: %q is read as %s", c.name, s, id)
			}
		}
	}
	if f, ok := object.ParseFormat("sha512"); ok {
		t.Errorf("sha512 is %s", f)
	}
}

// A List has the IDs that it was given.
func TestList(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		a, b := f.Hash(object.Blob, []byte("a")), f.Hash(object.Blob, []byte("b"))
		list := object.NewList(f)
		for range 3 {
			list.Append(a)
		}
		list.Set(1, b)
		again := object.ListOf(f, append(list.Bytes(), 1))
		if again.Len() != 3 || again.At(0) != a || again.At(1) != b || again.At(2) != a || len(list.Bytes()) != 3*f.Size() {
			t.Errorf("%s: %v", f, again)
		}
	}
}
