package object_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Of two tree headers git takes the first, and so does the scan: the second would hide the content of the first.
func TestTwoTrees(t *testing.T) {
	first, second := strings.Repeat("1", 40), strings.Repeat("2", 40)
	c, err := object.ParseCommit([]byte("tree " + first + "\ntree " + second + "\n\nmessage"))
	if err != nil || c.Tree.String() != first {
		t.Errorf("the tree is %s, %v", c.Tree, err)
	}
}
