//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSparseFile has files of 10 GB that are nearly all holes: in a folder and by name, the keys at the beginning, in the
// middle and at the end are found where they are, soon and in little memory.
func TestSparseFile(t *testing.T) {
	t.Parallel()
	for _, target := range []string{".", "disk.img"} {
		pairs := []string{keyPair(), keyPair(), keyPair()}
		p := newProcess(t, "scan", "--no-verify", "--format", "jsonl", target)
		const middle, end = 5 << 30, 10 << 30
		p.sparse(t, "disk.img", end, map[int64]string{0: pairs[0], middle: pairs[1], end - int64(len(pairs[2])): pairs[2]})
		var out bytes.Buffer
		p.Stdout = &out
		p.start(t)
		p.ends(t, 10*time.Second, 1)
		rows, err := readRows(out.String())
		if err != nil {
			t.Fatal(err)
		}
		label := int64(len("accessKeyId: "))
		columns := []int64{label + 1, middle - int64(len(pairs[0])) + label + 1, end - int64(len(pairs[2])) - middle - int64(len(pairs[1])) + label + 1}
		for i, column := range columns {
			want := []string{"path=disk.img", "parts=both", fmt.Sprintf("line=%d", 2*i+1), fmt.Sprintf("column=%d", column)}
			n := 0
			for _, r := range rows {
				if r.matches(want) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s: %d rows of %v in\n%v", target, n, want, rows)
			}
		}
		if got := p.memory(); got > 200<<20 {
			t.Errorf("%s: it took %d MiB", target, got>>20)
		}
		if !strings.Contains(out.String(), fmt.Sprintf(`"bytes":%d`, int64(end))) {
			t.Errorf("%s: not all bytes are counted", target)
		}
	}
}

// sparse makes a file with texts at offsets and holes between.
func (p *process) sparse(t *testing.T, name string, size int64, texts map[int64]string) {
	t.Helper()
	f, err := os.Create(filepath.Join(p.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	for at, text := range texts {
		if _, err := f.WriteAt([]byte(text), at); err != nil {
			t.Fatal(err)
		}
	}
}

// memory is the most that the ended process had in use, in bytes.
func (p *process) memory() int64 {
	usage, _ := p.ProcessState.SysUsage().(*syscall.Rusage)
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
