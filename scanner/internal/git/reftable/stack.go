package reftable

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

const (
	maxStack = 256 << 20 // bytes of all tables; a million refs and their logs take a quarter of it
	maxList  = 1 << 20   // bytes of tables.list. Git merges tables, so that it has few lines
	// maxAttempts is how often a stack is opened that git rewrites at the same time.
	maxAttempts = 10
)

// stack is the tables of a folder, the newest first.
type stack struct {
	list   string // the path of tables.list
	tables []*table
	report Report
}

// open reads a stack. If a table is missing, git may have merged it with others since tables.list was read: like git,
// open then starts again.
func open(dir string, f object.Format, report Report) *stack {
	s := &stack{list: filepath.Join(dir, "tables.list"), report: report}
	text, err := fileio.ReadSmall(s.list, maxList)
	for range maxAttempts {
		if err != nil {
			report(s.list, fileio.WithoutPath(err))
			return s
		}
		tables, problems, missing := openTables(dir, string(text), f)
		var again []byte
		if missing {
			again, err = fileio.ReadSmall(s.list, maxList)
		}
		if !missing || err == nil && string(again) == string(text) {
			s.tables = tables
			for _, p := range problems {
				report(p.path, p.err)
			}
			return s
		}
		text = again
	}
	report(s.list, reason.NewError("git.reftable-changing"))
	return s
}

type problem struct {
	path string
	err  error
}

// openTables reads the tables of a list, which has the newest last. missing reports whether one does not exist.
func openTables(dir, list string, f object.Format) (tables []*table, problems []problem, missing bool) {
	names := strings.Split(strings.TrimRight(list, "\r\n"), "\n")
	seen, room := map[string]bool{}, int64(maxStack)
	for i := len(names) - 1; i >= 0; i-- {
		name := strings.TrimRight(names[i], "\r")
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		path := filepath.Join(dir, name)
		t, err := openTable(path, name, f, room)
		if t != nil {
			room -= int64(len(t.data))
			tables = append(tables, t)
		}
		if err != nil {
			missing = missing || errors.Is(err, fs.ErrNotExist)
			problems = append(problems, problem{path, err})
		}
	}
	return tables, problems, missing
}

func openTable(path, name string, f object.Format, room int64) (*table, error) {
	if strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) {
		return nil, reason.NewError("git.reftable-name")
	}
	data, err := fileio.ReadSmall(path, room)
	if err != nil {
		return nil, fileio.WithoutPath(err)
	}
	t, err := parse(data, f)
	if t != nil {
		t.path = path
	}
	return t, err
}
