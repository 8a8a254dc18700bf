package linehash_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/report/internal/linehash"
)

// The expected hashes are those of GitHub's upload action, from its own tests.
func TestLines(t *testing.T) {
	end := []string{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"}
	for name, test := range map[string]struct {
		content string
		want    []string
	}{
		"empty":       {"", []string{"c129715d7a2bc9a3:1"}},
		"short":       {" a\nb\n  \t\tc\n d", []string{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"}},
		"no last end": {" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", []string{"8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1", "c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1"}},
		"line feeds":  {" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", end},
		"returns":     {" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", end},
		"both":        {" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", end},
		"any of them": {" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", end},
		"same again": {strings.Repeat("Lorem ipsum dolor sit amet.\n", 10), []string{
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
			"a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
		}},
	} {
		wanted := map[int]bool{len(test.want) + 1: true}
		for i := range test.want {
			wanted[i+1] = true
		}
		got := linehash.Lines([]byte(test.content), wanted)
		if len(got) != len(test.want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(test.want))
		}
		for i, want := range test.want {
			if got[i+1] != want {
				t.Errorf("%s: line %d has the hash %s, want %s", name, i+1, got[i+1], want)
			}
		}
	}
}

func TestOnlyWantedLines(t *testing.T) {
	got := linehash.Lines([]byte("a\na\na\n"), map[int]bool{2: true, 9: true})
	if len(got) != 1 || !strings.HasSuffix(got[2], ":1") {
		t.Errorf("got %v", got)
	}
}
