package files

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

func isLink(e fs.DirEntry) bool { return e.Type()&fs.ModeSymlink != 0 }

// link scans the text of a symbolic link, where that is its content, or reports a link that would have to be followed.
func (w *walk) link(ctx context.Context, d *directory, name string, place finding.Place) error {
	if !w.opts.LinkText {
		w.checkLink(place.Path)
		return ctx.Err()
	}
	text, err := d.readlink(name)
	switch {
	case gone(err):
		return ctx.Err() // it vanished since the folder was listed
	case err != nil:
		w.sink.Skip(finding.Skip{Path: place.Path, Reason: unreadable(err)})
		return ctx.Err()
	}
	return w.sink.Blob(ctx, scanner.Blob{Place: place, Content: []byte(text)})
}

// checkLink reports a symbolic link to a file or folder that the walk does not read by itself. Links are not followed,
// because they may lead anywhere, also in a circle.
func (w *walk) checkLink(rel string) {
	path := filepath.Join(w.opts.Root, filepath.FromSlash(rel))
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		if _, statErr := os.Stat(path); os.IsPermission(statErr) {
			w.sink.Skip(finding.Skip{Path: rel, Reason: unreadable(statErr)})
		}
		return // its target does not exist
	}
	if abs, err := filepath.Abs(target); err == nil {
		target = abs
	}
	info, err := os.Stat(target)
	if err != nil || !info.IsDir() && !info.Mode().IsRegular() || w.reads(target) {
		return
	}
	w.sink.Skip(finding.Skip{Path: rel, Reason: reason.New("files.link-outside", filepath.ToSlash(target))})
}

// reads reports whether a path without symbolic links is below the root, and not in a git folder.
func (w *walk) reads(target string) bool {
	rel, err := filepath.Rel(w.realRoot, target)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	return !slices.Contains(strings.Split(filepath.ToSlash(rel), "/"), ".git")
}
