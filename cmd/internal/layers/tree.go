package layers

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// file is what the laws need to know of one Go file.
type file struct {
	path    string // slash-separated, relative to the root
	pkg     string // the folder of path
	line    int    // of the package clause
	test    bool
	imports []imported
}

type imported struct {
	path string
	line int
}

// readTree reads every Go file under root, in lexical order. Finding no file is an error, because then nothing was checked.
func readTree(root string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && ignored(entry):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		f, err := readFile(root, name)
		files = append(files, f)
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no Go files under %q", root)
	}
	return files, err
}

// ignored reports whether the go command passes over the file or folder.
func ignored(entry fs.DirEntry) bool {
	name := entry.Name()
	return name[0] == '.' || name[0] == '_' || entry.IsDir() && name == "testdata"
}

func readFile(root, name string) (file, error) {
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, name, nil, parser.ImportsOnly)
	if err != nil {
		return file{}, fmt.Errorf("reading the imports of %q: %w", name, err)
	}
	slashed := filepath.ToSlash(rel)
	f := file{
		path: slashed,
		pkg:  path.Dir(slashed),
		line: positions.Position(parsed.Package).Line,
		test: strings.HasSuffix(slashed, "_test.go"),
	}
	for _, spec := range parsed.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, fmt.Errorf("reading the imports of %q: %w", name, err)
		}
		f.imports = append(f.imports, imported{target, positions.Position(spec.Pos()).Line})
	}
	return f, nil
}
