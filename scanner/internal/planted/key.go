package planted

import (
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules/rulestest"
)

// Key is an AccessKey pair and its line in Text.
type Key struct {
	ID, Secret string
	Line       int
}

// Keys returns a function that makes different keys, on various lines.
func Keys(seed uint64) func() Key {
	keys, n := rulestest.NewKeys(seed), 0
	return func() Key {
		n++
		return Key{ID: keys.ID24(), Secret: keys.Secret(), Line: 1 + n%7}
	}
}

// KeyColumn is the column of the ID in a Key's Text, in code points.
const KeyColumn = 9

// Text is a file with the key in it. The secret is on the line after the ID.
func (k Key) Text() string {
	return strings.Repeat("# 一行注释\n", k.Line-1) + fmt.Sprintf("\t密钥: id=%s\n\taccessKeySecret=%s\n", k.ID, k.Secret)
}
