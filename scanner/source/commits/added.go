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
	if err := a.message(ctx, n, place); err != nil {
		return err
	}
	place.Source = finding.SourceHistory
	visit := func(f treediff.File) error { return a.file(ctx, f, place) }
	return treediff.Added(ctx, treediff.Options{
		Objects: a.repo.Objects, Tree: n.info.Tree, Bases: a.parentTrees(n), Visit: visit, Unreadable: a.lost,
	})
}

func (a *added) message(ctx context.Context, n *node, place finding.Place) error {
	place.Source = finding.SourceMessage
	header, _ := object.SplitMessage(n.message)
	return a.sink.Blob(ctx, scanner.Blob{Place: place, Content: n.message, HeaderLines: bytes.Count(header, []byte{'\n'})})
}

// parentTrees returns the trees of a commit's parents. A parent that is not there holds nothing, so that too much
// counts as added and never too little.
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
		a.sink.Skip(finding.Skip{Path: f.Path, Reason: reason.Of(err)})
		return nil
	}
	place.Path, place.Blob = f.Path, f.ID.String()
	return a.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content})
}

func (a *added) lost(l odb.Unreadable) {
	a.sink.Skip(finding.Skip{Path: l.What, Reason: reason.Of(l.Err)})
}
