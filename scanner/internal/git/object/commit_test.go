package object_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Of two tree headers git takes the first, and so does the scan: the second would hide the content of the first.
func TestTwoTrees(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		first, second := strings.Repeat("1", 2*f.Size()), strings.Repeat("2", 2*f.Size())
		c, err := object.ParseCommit(f, []byte("tree "+first+"\ntree "+second+"\n\nmessage"))
		if err != nil || c.Tree.String() != first {
			t.Errorf("%s: the tree is %s, %v", f, c.Tree, err)
		}
	}
}
