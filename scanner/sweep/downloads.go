package sweep

import (
	"context"
	"os"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// downloads is the source of what was downloaded from a forge.
type downloads []File

// Scan implements scanner.Source.
func (d downloads) Scan(ctx context.Context, sink scanner.Sink) error {
	for _, f := range d {
		if err := f.scan(ctx, sink); err != nil {
			return err
		}
	}
	return nil
}

func (f File) scan(ctx context.Context, sink scanner.Sink) error {
	file, err := os.Open(f.Path)
	if err != nil {
		sink.Skip(finding.Skip{Path: f.Name, Reason: reason.Of(err)})
		return ctx.Err()
	}
	defer file.Close()
	return sink.Blob(ctx, scanner.Blob{Stream: file, Place: finding.Place{
		Source: finding.SourceForge, Path: f.Name, Author: f.Author, Date: f.Date,
		Origin: finding.Origin{Repository: f.Repository, Web: f.Web},
	}})
}
