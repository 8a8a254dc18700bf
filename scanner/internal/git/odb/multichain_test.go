package odb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// Where pack indexes are missing, the layers of a chain of multi-pack-indexes replace them. A layer that is missing or
// damaged, and a chain that names none or the same one for ever, is reported with the packs that nothing else indexes.
func TestMultiPackIndexChain(t *testing.T) { planted.EachFormat(t, testMultiPackIndexChain) }

func testMultiPackIndexChain(t *testing.T) {
	base := planted.New(t)
	for range 3 {
		versions(base, 5)
		base.Git("repack", "-dq")
	}
	for name, test := range map[string]struct {
		damage func(chain, layer string)
		whole  bool
	}{
		"whole":         {func(string, string) {}, true},
		"named twice":   {func(chain, _ string) { rewrite(t, chain, func(s string) string { return strings.Repeat(s, 5) }) }, true},
		"layer missing": {func(_, layer string) { _ = os.Remove(layer) }, false},
		"layer damaged": {func(_, layer string) { rewrite(t, layer, func(s string) string { return s[:40] + "x" + s[41:] }) }, false},
		"other layer":   {func(_, layer string) { rewrite(t, layer, func(string) string { return "" }) }, false},
		"chain damaged": {func(chain, _ string) { rewrite(t, chain, func(s string) string { return "x" + s }) }, false},
		"chain too long": {func(chain, _ string) {
			rewrite(t, chain, func(s string) string { return strings.Repeat(s, 1000) })
		}, false},
	} {
		r := base.At(base.Copy().Dir)
		want := truth(t, r)
		dir := r.MultiPackChain()
		layers, _ := filepath.Glob(filepath.Join(dir, "*.midx"))
		test.damage(filepath.Join(dir, "multi-pack-index-chain"), layers[0])
		damageIndexes(t, r)
		got := walk(t, r.Dir, odb.Limits{})
		if (len(got.unreadable) == 0) != test.whole {
			t.Errorf("%s: unreadable: %v", name, got.unreadable)
		}
		if test.whole {
			same(t, got, want)
		}
	}
}

func rewrite(t *testing.T, file string, change func(string) string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		_ = os.Chmod(file, 0o644)
		err = os.WriteFile(file, []byte(change(string(data))), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
