package files

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a folder holds must be what package os says, also where the system tells it in many answers.
func TestList(t *testing.T) {
	dir := t.TempDir()
	for i := range 1500 {
		name := fmt.Sprintf("%d-%s", i, strings.Repeat("ü", i%60))
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", ".b", "..c"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d, err := openDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	got, err := d.list(make([]byte, 4096))
	if err != nil {
		t.Fatal(err)
	}
	var want []entry
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		want = append(want, entry{name: e.Name(), folder: e.IsDir(), regular: e.Type().IsRegular()})
	}
	slices.SortFunc(got, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	if !slices.Equal(got, want) {
		t.Errorf("%d entries, want %d; %+v", len(got), len(want), got[:min(3, len(got))])
	}
}
