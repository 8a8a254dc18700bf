package sweep

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/source/archive"
)

// Request asks for the scan of one repository.
type Request struct {
	Parts  []Part
	Files  []File // content that is not in git, on the disk
	Limits Limits
}

// File is content of the forge that is not in git: a comment, a release asset, a log. It was downloaded.
type File struct {
	Path            string // on the disk
	Name            string // as a report names it: issues/12
	Repository, Web string
	Author          string
	Date            time.Time
}

// Session is what the scan of a repository asks for while it runs.
type Session interface {
	// Token returns the token to use in place of one that the server has refused, or the first one for "".
	Token(ctx context.Context, refused string) (string, error)
	// Lost returns the commits that have lost their refs. It is asked only if a scan has something to read.
	Lost(ctx context.Context) ([]LostHead, error)
}

// Options are those of the program that scans. Rules is required.
type Options struct {
	Rules    *rules.Set
	Limits   Limits
	Temp     string // folder for objects; "" is the system's
	Progress func(bytes int)
}

func (o Options) limits() odb.Limits {
	if o.Limits.Memory > 0 {
		return odb.LimitsFor(o.Limits.Memory)
	}
	return odb.Limits{}
}

// Outcome is what a scan has done.
type Outcome struct {
	Read    []Read     // of each part
	Changed bool       // some part had something new
	Gone    []LostHead // that the server does not serve any more
	Asked   bool       // the forge was asked for lost heads
	Heads   []LostHead // that it named
	// Rewritten says that there are signs of lost heads, for which the forge was not asked.
	Rewritten bool
	Owners    *CodeOwners // nil if they were not read
	Blobs     int64
	Bytes     int64
	Commits   int64
}

// Scan scans one repository: its parts and files as one, so that a credential that is in several is one finding. The
// findings are not verified. It writes the findings and skips to h.
func Scan(ctx context.Context, r Request, o Options, s Session, h finding.Handler) (out Outcome, err error) {
	o.Limits = r.Limits
	var parts []*part
	var sources []scanner.Source
	for _, p := range r.Parts {
		source := newPart(p, o, s)
		defer func() { err = errors.Join(err, source.Close()) }()
		parts, sources = append(parts, source), append(sources, o.unpacked(source))
	}
	if len(r.Files) > 0 {
		sources = append(sources, o.unpacked(downloads(r.Files)))
	}
	sc := scanner.New(scanner.Options{Sources: sources, Rules: o.Rules, MaxPlaces: o.Limits.Places, Progress: o.Progress})
	summary, err := sc.Run(ctx, addresses{h, parts})
	if err != nil {
		return out, err
	}
	out = Outcome{Blobs: summary.Blobs, Bytes: summary.Bytes, Commits: summary.Commits}
	for _, p := range parts {
		out.Read = append(out.Read, p.read())
		out.Changed = out.Changed || p.changed
		out.Gone = append(out.Gone, p.gone()...)
	}
	out.describe(parts[0])
	return out, nil
}

// describe says what was learned of the code besides findings.
func (o *Outcome) describe(code *part) {
	o.Asked, o.Heads, o.Rewritten = code.asked, code.heads, code.rewrite.found()
	if !code.Gist {
		o.Owners = readOwners(code.Source, code.Part.Owners)
	}
}

// unpacked opens the archives of a source.
func (o Options) unpacked(s scanner.Source) scanner.Source {
	if o.Limits.ArchiveDepth == 0 {
		return s
	}
	return archive.In(s, archive.Options{MaxDepth: o.Limits.ArchiveDepth})
}
