package layers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/layers"
)

const module = "github.com/akguard/akguard/"

func TestThisRepository(t *testing.T) {
	found, err := layers.Check(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		tree map[string][]string // imports by file
		want []string
	}{
		{
			name: "imports that point down or stay on their floor",
			tree: map[string][]string{
				"cmd/akguard/main.go":               {module + "cmd/internal/cli"},
				"cmd/internal/cli/scan.go":          {module + "scanner", module + "rules", "github.com/spf13/cobra"},
				"scanner/source/a/a.go":             {module + "scanner", module + "scanner/internal/git"},
				"scanner/internal/git/repo/repo.go": {"os", "net/http"},
			},
		},
		{
			name: "upward import",
			tree: map[string][]string{"scanner/scan.go": {"context", module + "cmd/internal/cli"}},
			want: []string{"scanner/scan.go:5: scanner imports cmd/internal/cli from a higher floor, but imports only " +
				"point down (cmd → scanner → verifier → rules): move what it needs to scanner or lower"},
		},
		{
			name: "upward import in a test",
			tree: map[string][]string{"rules/a_test.go": {module + "verifier"}},
			want: []string{"rules/a_test.go:4: rules imports verifier from a higher floor, but imports only " +
				"point down (cmd → scanner → verifier → rules): move what it needs to rules or lower"},
		},
		{
			name: "parent imports its child",
			tree: map[string][]string{
				"scanner/scan.go":           {module + "scanner/source/all"},
				"scanner/source/all/all.go": {module + "scanner/decode"},
			},
			want: []string{"scanner/scan.go:4: scanner imports its child scanner/source/all, but a parent imports no " +
				"children except leaf helpers, which import nothing from their own floor: let the caller pass it in"},
		},
		{
			name: "parent imports a leaf helper",
			tree: map[string][]string{
				"scanner/scan.go":               {module + "scanner/decode"},
				"scanner/decode/decode.go":      {"bytes", module + "rules"},
				"scanner/decode/decode_test.go": {module + "scanner/decode"},
			},
		},
		{
			name: "a test imports a child of its package",
			tree: map[string][]string{
				"rules/set_test.go":      {module + "rules/rulestest"},
				"rules/rulestest/run.go": {"testing", module + "rules"},
			},
		},
		{
			name: "second importer of go-git",
			tree: map[string][]string{
				"scanner/internal/git/repo/repo.go": {"github.com/go-git/go-git/v5/plumbing"},
				"scanner/source/history/walk.go":    {"github.com/go-git/go-git/v5"},
				"scanner/source/commits/walk.go":    {"github.com/go-git/go-git/v5"},
				"scanner/source/commits/w_test.go":  {"github.com/go-git/go-git-fixtures/v5"},
			},
			want: []string{"scanner/source/commits/walk.go:4: only code under scanner/internal/git and scanner/source/history imports " +
				"github.com/go-git/go-git, so that it can be replaced there: move this code there"},
		},
		{
			name: "other sole importers",
			tree: map[string][]string{
				"scanner/github/client.go":      {"github.com/google/go-github/v74/github"},
				"scanner/sweep/queue/worker.go": {"github.com/nats-io/nats.go"},
				"verifier/sts/sts.go":           {"github.com/aliyun/alibaba-cloud-sdk-go/sdk"},
				"verifier/sts/sts_test.go":      {"github.com/nats-io/nats.go"},
			},
			want: []string{
				"verifier/sts/sts.go:4: only code under verifier/internal/cloud imports " +
					"github.com/aliyun/alibaba-cloud-sdk-go, so that it can be replaced there: move this code there",
				"verifier/sts/sts_test.go:4: only code under scanner/sweep/queue imports " +
					"github.com/nats-io, so that it can be replaced there: move this code there",
			},
		},
		{
			name: "I/O in rules",
			tree: map[string][]string{
				"rules/a.go":      {"bytes", "os"},
				"rules/a_test.go": {"os"},
				"rules/pair/b.go": {"net/netip"},
			},
			want: []string{
				"rules/a.go:5: rules imports os, but rules does no I/O: take what it reads as an argument",
				"rules/pair/b.go:4: rules/pair imports net/netip, but rules does no I/O: take what it reads as an argument",
			},
		},
		{
			name: "Go code outside the floors",
			tree: map[string][]string{
				"main.go":                nil,
				"internal/x/x.go":        {module + "cmd/internal/cli"},
				"scanner/testdata/x.go":  {module + "cmd/internal/cli"},
				"_attic/x.go":            nil,
				"rules/.#being-saved.go": {"os"},
			},
			want: []string{
				"internal/x/x.go:1: Go code lives under cmd, scanner, verifier, rules only: move this file there",
				"main.go:1: Go code lives under cmd, scanner, verifier, rules only: move this file there",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := check(t, test.tree); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestCheckFailsWhenItCannotRead(t *testing.T) {
	tests := []struct{ name, file, content string }{
		{"no Go files", "README.md", "# readme"},
		{"a file that does not parse", "rules/a.go", "package rules; import os"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, test.file), test.content)
			if found, err := layers.Check(root); err == nil {
				t.Errorf("got %v and no error", found)
			}
		})
	}
}

// check plants a tree of files and returns the violations in it. A file's first import is on line 4.
func check(t *testing.T, tree map[string][]string) []string {
	t.Helper()
	root := t.TempDir()
	for name, imports := range tree {
		content := "package p\n\nimport (\n"
		for _, imp := range imports {
			content += fmt.Sprintf("\t%q\n", imp)
		}
		write(t, filepath.Join(root, filepath.FromSlash(name)), content+")\n")
	}
	found, err := layers.Check(root)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range found {
		lines = append(lines, v.String())
	}
	return lines
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
