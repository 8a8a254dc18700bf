package commits

import (
	"bytes"
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
)

// added scans what commits add, oldest first, each content once for each path.
type added struct {
	repo *repo.Repository
	sink scanner.Sink
	seen map[treediff.File]bool
}

func (a *added) commit(ctx context.Context, n *node) error {
	a.sink.Commit()
	place := finding.Place{
		Commit: n.id.String(), Author: n.info.Author.Name, Email: n.info.Author.Email, Date: n.info.Author.When,
		Reachable: true,
	}
	if err := a.message(ctx, n.content, place); err != nil {
		return err
	}
	place.Source = finding.SourceHistory
	return treediff.Added(ctx, treediff.Options{
		Objects: a.repo.Objects, Tree: n.info.Tree, Bases: a.parentTrees(n),
		Visit:      func(f treediff.File) error { return a.file(ctx, f, place) },
		Unreadable: a.unreadable,
	})
}

// tag scans an annotated tag.
func (a *added) tag(ctx context.Context, id object.ID) error {
	o, err := a.repo.Objects.Read(id)
	if err != nil {
		a.unreadable(odb.Unreadable{What: id.String(), Err: err})
		return nil
	}
	place := finding.Place{Blob: id.String(), Reachable: true}
	if tag, err := object.ParseTag(a.repo.Format(), o.Content); err == nil {
		place.Author, place.Email, place.Date = tag.Tagger.Name, tag.Tagger.Email, tag.Tagger.When
	}
	if commit, err := a.repo.Resolve(id.String()); err == nil {
		place.Commit = commit.String()
	}
	return a.message(ctx, o.Content, place)
}

// message scans a commit or a tag, headers included.
func (a *added) message(ctx context.Context, content []byte, place finding.Place) error {
	place.Source = finding.SourceMessage
	header, _ := object.SplitMessage(content)
	return a.sink.Blob(ctx, scanner.Blob{Place: place, Content: content, HeaderLines: bytes.Count(header, []byte{'\n'})})
}

// parentTrees returns the trees of a commit's parents. A parent that cannot be read counts as empty: then too much is
// scanned, and never too little.
func (a *added) parentTrees(n *node) []object.ID {
	var out []object.ID
	for _, p := range n.info.Parents {
		if c, err := a.repo.Commit(p); err == nil {
			out = append(out, c.Tree)
		}
	}
	return out
}

func (a *added) file(ctx context.Context, f treediff.File, place finding.Place) error {
	if a.seen[f] {
		return nil
	}
	a.seen[f] = true
	o, err := a.repo.Objects.Read(f.ID)
	if err != nil {
		a.unreadable(odb.Unreadable{What: f.Path, Err: err})
		return nil
	}
	place.Path, place.Blob = f.Path, f.ID.String()
	return a.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content})
}

func (a *added) unreadable(u odb.Unreadable) {
	a.sink.Skip(finding.Skip{Path: u.What, Reason: reason.Of(u.Err)})
}
