package commits

import (
	"bytes"
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// added scans what commits add, oldest first, each content once for each path.
type added struct {
	repo *gitobj.Repo
	sink scanner.Sink
	seen map[gitobj.File]bool
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
	visit := func(f gitobj.File) error { return a.file(ctx, f, place) }
	return a.repo.Added(ctx, n.info.Tree, a.parentTrees(n), visit, a.lost)
}

func (a *added) message(ctx context.Context, n *node, place finding.Place) error {
	place.Source = finding.SourceMessage
	header, _ := gitobj.Split(n.message)
	return a.sink.Blob(ctx, scanner.Blob{Place: place, Content: n.message, HeaderLines: bytes.Count(header, []byte{'\n'})})
}

// parentTrees returns the trees of a commit's parents. A parent that is not there holds nothing, so that too much
// counts as added and never too little.
func (a *added) parentTrees(n *node) []gitobj.OID {
	var out []gitobj.OID
	for _, p := range n.info.Parents {
		if c, err := a.repo.Commit(p); err == nil {
			out = append(out, c.Tree)
		}
	}
	return out
}

func (a *added) file(ctx context.Context, f gitobj.File, place finding.Place) error {
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

func (a *added) lost(l gitobj.Loss) {
	a.sink.Skip(finding.Skip{Path: l.What, Reason: reason.Of(l.Why)})
}
