package sweep

import (
	"context"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
)

// Sum is the result of a sweep. Listed is the sum of Scanned, Unchanged, Gone, Unread and
// Missing; repositories that were named and cannot be reached count as unread.
type Sum struct {
	Sweep   Sweep
	Listing github.Listing

	Listed, Scanned, Unchanged, Gone, Unread, Missing int

	// Repositories are those that were listed, in the order of the listing; those that were not handled have no State.
	Repositories []Result
	Findings     []finding.Finding // one for each credential, the most urgent first
	Lost         int               // lost heads that no server serves any more
}

// Result is what became of a repository.
type Result struct {
	Repository github.Repository
	Watermark
}

// Complete reports whether everything that was listed was read, and everything was listed.
func (s *Sum) Complete() bool {
	return s.Missing == 0 && s.Unread == 0 && len(s.Listing.Partial) == 0 && len(s.skips()) == 0
}

// Skips returns what was not read: whole repositories, and content in them.
func (s *Sum) Skips() []finding.Skip {
	out := s.skips()
	for _, partial := range s.Listing.Partial {
		out = append(out, finding.Skip{Path: ".", Reason: partial})
	}
	slices.SortFunc(out, finding.CompareSkips)
	return out
}

func (s *Sum) skips() (out []finding.Skip) {
	for _, u := range s.Listing.Unreachable {
		out = append(out, finding.Skip{Path: u.Repository.FullName(), Reason: u.Why})
	}
	for _, d := range s.Repositories {
		name := d.Repository.FullName()
		switch d.State {
		case "":
			out = append(out, finding.Skip{Path: name, Reason: reason.New("sweep.not-reached")})
		case Unread:
			out = append(out, finding.Skip{Path: name, Reason: d.Reason})
		}
		for _, skip := range d.Skips {
			out = append(out, finding.Skip{Path: name + ": " + skip.Path, Reason: skip.Reason})
		}
		if d.MoreSkips > 0 {
			out = append(out, finding.Skip{Path: name, Reason: reason.New("sweep.more-skips", d.MoreSkips)})
		}
	}
	return out
}

// Summary returns the totals for a report.
func (s *Sum) Summary() finding.Summary {
	out := finding.Summary{Findings: len(s.Findings), Skips: len(s.Skips()), Complete: s.Complete()}
	for _, d := range s.Repositories {
		out.Blobs, out.Bytes, out.Commits = out.Blobs+d.Blobs, out.Bytes+d.Bytes, out.Commits+d.Commits
	}
	for _, f := range s.Findings {
		if f.Live() {
			out.Live++
		}
	}
	return out
}

// sum reads what became of the repositories from the store, and not from what was seen on the way: it is the proof.
func (r *run) sum(ctx context.Context) (*Sum, error) {
	s := &Sum{Sweep: r.sweep, Listing: r.listing, Listed: len(r.listing.Repositories) + len(r.listing.Unreachable), Unread: len(r.listing.Unreachable)}
	wanted := map[string]bool{}
	for _, repository := range r.listing.Repositories {
		d := Result{Repository: repository}
		if _, err := r.buckets.loadMark(ctx, repository.ID, &d.Watermark); err != nil {
			return nil, err
		}
		if d.Sweep != r.sweep.ID {
			d.State = ""
		}
		s.count(d)
		wanted[key(repository.ID)] = true
	}
	var err error
	s.Findings, err = findingStore{r.buckets.findings, r.opts.Rules, false}.merged(ctx, func(repository string) bool { return wanted[repository] })
	return s, err
}

func (s *Sum) count(d Result) {
	s.Repositories = append(s.Repositories, d)
	s.Lost += d.Watermark.Gone
	switch d.State {
	case Scanned:
		s.Scanned++
	case Unchanged:
		s.Unchanged++
	case Gone:
		s.Gone++
	case Unread:
		s.Unread++
	default:
		s.Missing++
	}
}
