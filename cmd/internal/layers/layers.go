// Package layers checks the import law of this repository.
// Only tests use it.
//
// The laws:
//
//   - All Go code lives under cmd, scanner, verifier and rules.
//   - These are floors, in that order. An import points down or stays on its floor.
//   - A package does not import a package below its own folder, unless that one is a leaf helper: a package that
//     imports nothing from its own floor.
//   - Some modules are imported in one folder only, so that they can be replaced there.
//   - rules and the packages below it do no I/O: they import neither net nor os, nor packages below those.
//
// Tests (_test.go) may import packages below their own folder, and those in rules may do I/O; the other laws hold
// for them too. Check reads import clauses only: it sees files of every platform and build tag, but not the imports of
// imported packages. It skips files and folders that the go command ignores.
package layers

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/akguard/akguard"

// floors lists the top-level folders from the highest to the lowest.
var floors = []string{"cmd", "scanner", "verifier", "rules"}

// soleImporters lists the only folders that may import a module.
var soleImporters = []struct {
	module string
	homes  []string
}{
	{"github.com/go-git/go-git", []string{"scanner/internal/git", "scanner/source/history"}},
	{"github.com/aliyun/alibaba-cloud-sdk-go", []string{"verifier/internal/cloud"}},
	{"github.com/google/go-github", []string{"scanner/github"}},
	{"github.com/nats-io", []string{"scanner/sweep/queue"}},
	{"github.com/spf13/cobra", []string{"cmd"}},
}

// Violation is one breach of the law.
type Violation struct {
	File    string // slash-separated, relative to the root of the repository
	Line    int    // of the import, or of the package clause
	Message string // which law, and what to do
}

// String returns the violation as a line that editors can follow.
func (v Violation) String() string { return fmt.Sprintf("%s:%d: %s", v.File, v.Line, v.Message) }

// Check reads every Go file under root, which is the root of the repository, and reports each breach of the law.
func Check(root string) ([]Violation, error) {
	files, err := readTree(root)
	if err != nil {
		return nil, err
	}
	laws := []law{upward, child(dependents(files)), secondImporter, impure}
	var found []Violation
	for _, f := range files {
		found = append(found, check(f, laws)...)
	}
	return found, nil
}

func check(f file, laws []law) []Violation {
	if floor(f.pkg) < 0 {
		message := fmt.Sprintf("Go code lives under %s only: move this file there", strings.Join(floors, ", "))
		return []Violation{{f.path, f.line, message}}
	}
	var found []Violation
	for _, imp := range f.imports {
		for _, judge := range laws {
			if message := judge(f, imp.path); message != "" {
				found = append(found, Violation{f.path, imp.line, message})
			}
		}
	}
	return found
}

// law returns how an import in f breaks it and what to do, or "".
type law func(f file, imp string) string

func upward(f file, imp string) string {
	target, ok := local(imp)
	if !ok || floor(target) >= floor(f.pkg) {
		return ""
	}
	return fmt.Sprintf("%s imports %s from a higher floor, but imports only point down (%s): move what it needs to %s "+
		"or lower", f.pkg, target, strings.Join(floors, " → "), floors[floor(f.pkg)])
}

func child(dependent map[string]bool) law {
	return func(f file, imp string) string {
		target, ok := local(imp)
		if !ok || f.test || !strings.HasPrefix(target, f.pkg+"/") || !dependent[target] {
			return ""
		}
		return fmt.Sprintf("%s imports its child %s, but a parent imports no children except leaf helpers, which import "+
			"nothing from their own floor: let the caller pass it in", f.pkg, target)
	}
}

// dependents returns the packages that import something from their own floor, and so are not leaf helpers.
func dependents(files []file) map[string]bool {
	dependent := make(map[string]bool)
	for _, f := range files {
		for _, imp := range f.imports {
			if target, ok := local(imp.path); ok && !f.test && floor(target) == floor(f.pkg) {
				dependent[f.pkg] = true
			}
		}
	}
	return dependent
}

func secondImporter(f file, imp string) string {
	for _, s := range soleImporters {
		home := slices.ContainsFunc(s.homes, func(home string) bool { return under(f.pkg, home) })
		if under(imp, s.module) && !home {
			return fmt.Sprintf("only code under %s imports %s, so that it can be replaced there: move this code there",
				strings.Join(s.homes, " and "), s.module)
		}
	}
	return ""
}

func impure(f file, imp string) string {
	if f.test || !under(f.pkg, "rules") || !under(imp, "net") && !under(imp, "os") {
		return ""
	}
	return fmt.Sprintf("%s imports %s, but rules does no I/O: take what it reads as an argument", f.pkg, imp)
}

// local returns the folder of a package of this module.
func local(imp string) (string, bool) { return strings.CutPrefix(imp, module+"/") }

// floor returns the index in floors of the floor that a folder is on, or -1.
func floor(folder string) int {
	top, _, _ := strings.Cut(folder, "/")
	return slices.Index(floors, top)
}

// under reports whether p is folder or below it.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }
