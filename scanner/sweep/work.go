package sweep

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
)

// errGone says that a repository was deleted.
var errGone = errors.New("the repository was deleted")

// unavailableError says why a repository cannot be scanned, whoever tries.
type unavailableError struct{ why reason.Reason }

// Error implements error.
func (e *unavailableError) Error() string { return e.why.String() }

// tokenError says that the forge does not accept the token any more: no other repository can be scanned either.
type tokenError struct{ error }

// Unwrap returns the answer of the forge.
func (e *tokenError) Unwrap() error { return e.error }

// wikiSuffix ends the names of wikis, as their addresses do.
const wikiSuffix = ".wiki"

// scan scans the repository of a job. If git refuses, the forge is asked by the number of the repository: it may have been
// renamed, deleted, or blocked.
func (w *Worker) scan(ctx context.Context, job Job, mark Watermark) (Watermark, []finding.Finding, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, w.opts.Time, reason.NewError("sweep.too-long", w.opts.Time))
	defer cancel()
	next, findings, err := w.attempt(ctx, job, mark)
	var refused *reason.Error
	if err == nil || !errors.As(err, &refused) || !mentions(refused.Reason, "git.fetch") {
		return next, findings, causeOf(ctx, err)
	}
	if job.Repository.Gist != "" { // its number is ours, and the forge does not know it
		if mentions(refused.Reason, "git.fetch-not-found") {
			err = errGone
		}
		return next, nil, err
	}
	if why := mark.Reason; mark.State == Unread && strings.HasPrefix(why.Code, "github.") {
		return next, nil, &unavailableError{why} // still
	}
	now, lookup := w.opts.Forge.Repository(ctx, job.Repository.ID)
	switch {
	case github.Missing(lookup):
		return next, nil, errGone
	case github.Status(lookup) == http.StatusUnauthorized:
		return next, nil, &tokenError{lookup}
	case lookup != nil:
		return next, nil, errors.Join(err, lookup)
	case !now.Unavailable.IsZero():
		return next, nil, &unavailableError{now.Unavailable}
	case now.Clone == job.Repository.Clone:
		return next, nil, err
	}
	job.Repository = now
	next, findings, err = w.attempt(ctx, job, mark)
	return next, findings, causeOf(ctx, err)
}

// causeOf names the limit that ended a scan.
func causeOf(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) || err == nil {
		return err
	}
	var limit *reason.Error
	if errors.As(context.Cause(ctx), &limit) {
		return limit
	}
	return err
}

// mentions reports whether a reason, or one among its arguments, has a code.
func mentions(r reason.Reason, code string) bool {
	if r.Code == code {
		return true
	}
	for _, arg := range r.Args() {
		if inner, ok := arg.(reason.Reason); ok && mentions(inner, code) {
			return true
		}
	}
	return false
}

// attempt scans a repository where it is supposed to be.
func (w *Worker) attempt(ctx context.Context, job Job, mark Watermark) (Watermark, []finding.Finding, error) {
	if why := job.Repository.Unavailable; !why.IsZero() {
		return Watermark{}, nil, &unavailableError{why}
	}
	request, err := w.request(ctx, job, mark)
	if err != nil {
		return Watermark{}, nil, err
	}
	began, asked := time.Now(), w.opts.Now().UTC()
	s := &session{forge: w.opts.Forge, repository: job.Repository}
	if mark.Key == w.opts.Key {
		s.since = mark.Heads.At
	}
	extras, err := w.listen(ctx, job, mark)
	defer extras.close()
	if err != nil {
		return Watermark{}, nil, err
	}
	request.Files = extras.files
	var got finding.Recorded
	out, err := w.read(ctx, request, s, &got)
	if err != nil {
		return Watermark{}, nil, err
	}
	findings, err := w.judge(ctx, job.Repository, got.Findings, out.Owners)
	if err != nil {
		return Watermark{}, nil, err
	}
	skips := got.Skips
	if !w.opts.Secrets {
		if findings, skips, err = masked(findings, skips); err != nil {
			return Watermark{}, nil, err
		}
	}
	next := w.advance(mark, job, out, extras, skips, time.Since(began))
	next.Heads = w.heads(mark, job, out, asked, incomplete(skips))
	return next, findings, nil
}

// read scans what a request says. If there are signs of lost heads, it asks for them, and scans those too.
func (w *Worker) read(ctx context.Context, r Request, s Session, got *finding.Recorded) (Outcome, error) {
	first, err := w.opts.Scanner.Scan(ctx, r, s, got)
	if err != nil || !first.Rewritten || incomplete(got.Skips) {
		return first, err
	}
	r.Files, r.Parts = nil, slices.Clone(r.Parts)
	for i := range r.Parts {
		if r.Parts[i].Read = first.Read[i]; first.Read[i].Missing {
			r.Parts[i].Read = Read{}
		}
	}
	r.Parts[0].Lost, r.Parts[0].Heads = AskAlways, nil
	if first.Owners != nil {
		r.Parts[0].Owners = *first.Owners
	}
	var more finding.Recorded
	out, err := w.opts.Scanner.Scan(ctx, r, s, &more)
	if err != nil {
		return first, err
	}
	got.Findings, got.Skips = append(got.Findings, more.Findings...), append(got.Skips, more.Skips...)
	out.Changed, out.Gone = true, append(first.Gone, out.Gone...)
	out.Blobs, out.Bytes, out.Commits = out.Blobs+first.Blobs, out.Bytes+first.Bytes, out.Commits+first.Commits
	if first.Owners != nil {
		out.Owners = first.Owners
	}
	return out, nil
}

// askEvery is after how long the forge is asked for lost heads although nothing hints at some.
const askEvery = 7 * 24 * time.Hour

// asking says whether to ask the forge for lost heads. It is asked once, and then where something hints at some: see rewrite, and
// what was pushed without a trace in the refs. What leaves no hint is found when the forge is asked next.
func (w *Worker) asking(job Job, mark Watermark) Asking {
	r := job.Repository
	switch {
	case r.Gist != "":
		return AskNever
	case job.AllHeads || mark.Key != w.opts.Key || mark.Heads.At.IsZero():
		return AskAlways
	case w.opts.Now().Sub(mark.Heads.At) > askEvery && (r.Pushed.IsZero() || !r.Pushed.Equal(mark.Heads.Pushed)):
		return AskAlways
	case !r.Pushed.Equal(mark.Pushed):
		return AskUnchanged
	}
	return AskNever
}

// heads is what is known of lost heads after a scan.
func (w *Worker) heads(mark Watermark, job Job, out Outcome, asked time.Time, incomplete bool) HeadsRead {
	var h HeadsRead
	if mark.Key == w.opts.Key {
		h = mark.Heads
	}
	if out.Asked {
		h.At, h.Pushed = asked, job.Repository.Pushed
	}
	if !incomplete {
		h.Unread = nil
		return h
	}
	h.Unread = append(slices.Clone(h.Unread), out.Heads...)
	if len(h.Unread) > maxUnreadHeads || out.Rewritten {
		return HeadsRead{}
	}
	return h
}

// incomplete reports whether the server did not send all. Next time it may.
func incomplete(skips []finding.Skip) bool {
	return slices.ContainsFunc(skips, func(s finding.Skip) bool { return strings.HasPrefix(s.Reason.Code, "git.") })
}

// request says what to scan: what was added to the code and to the wiki since the last scan.
func (w *Worker) request(ctx context.Context, job Job, mark Watermark) (Request, error) {
	r := job.Repository
	code := Part{Name: r.FullName(), URL: r.Clone, Web: r.Web, Read: mark.read(0, w.opts.Key), Lost: w.asking(job, mark), Owners: mark.Owners, Gist: r.Gist != ""}
	if mark.Key == w.opts.Key {
		code.Heads = mark.Heads.Unread
	}
	if job.Base != 0 {
		var base Watermark
		if _, err := w.buckets.loadMark(ctx, job.Base, &base); err != nil {
			return Request{}, err
		}
		code.Base = base.read(0, w.opts.Key)
	}
	request := Request{Parts: []Part{code}, Limits: w.opts.Limits}
	if r.WikiClone != "" {
		request.Parts = append(request.Parts, Part{
			Name: r.FullName() + wikiSuffix, URL: r.WikiClone, Web: r.WikiWeb, Wiki: true, Read: mark.read(1, w.opts.Key),
		})
	}
	return request, nil
}

// judge verifies findings, and says who answers for them.
func (w *Worker) judge(ctx context.Context, r github.Repository, list []finding.Finding, known *CodeOwners) ([]finding.Finding, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if w.opts.Verifier != nil {
		list = scanner.Reverify(ctx, list, w.opts.Rules, w.opts.Verifier, maxCandidates)
	}
	var text []byte
	switch {
	case known != nil:
		text = known.Text
	case r.Gist == "" && slices.ContainsFunc(list, hasCode):
		var err error
		if text, err = w.opts.Forge.CodeOwners(ctx, r); err != nil {
			return nil, err
		}
	}
	who := parseOwners(text)
	for i, f := range list {
		list[i] = own(f, who)
	}
	return list, nil
}

// maxCandidates is how many secrets are tried for one ID.
const maxCandidates = 5

// advance is the watermark after a scan.
func (w *Worker) advance(mark Watermark, job Job, out Outcome, extras *extras, skips []finding.Skip, took time.Duration) Watermark {
	same := mark.Key == w.opts.Key
	next := w.next(mark, job, Scanned)
	if same && !out.Changed && len(extras.files) == 0 {
		next.State = Unchanged
	}
	if !same {
		next.Skips, next.MoreSkips, next.Gone = nil, 0, 0
	}
	next.Key, next.Read, next.Milliseconds = w.opts.Key, out.Read, took.Milliseconds()
	for _, s := range skips {
		next.skip(Skip{Path: s.Path, Reason: s.Reason})
	}
	if incomplete(skips) {
		next.Read = nil
	}
	if next.Pushed = job.Repository.Pushed; out.Owners != nil {
		next.Owners = *out.Owners
	}
	extras.advance(&next, same)
	next.Blobs, next.Bytes, next.Commits, next.Gone = out.Blobs, out.Bytes, out.Commits, next.Gone+len(out.Gone)
	return next
}

// session answers the questions of a scan.
type session struct {
	forge      Forge
	repository github.Repository
	since      time.Time // when the forge was asked for lost heads last; zero if never
}

// Token implements Session. A host that is not the forge's own gets none.
func (s *session) Token(ctx context.Context, refused string) (string, error) {
	if s.repository.Anonymous {
		return "", nil
	}
	return s.forge.Token(ctx, s.repository, refused)
}

// Lost implements Session. The forge is asked from an hour before the last time on: its list lags behind.
func (s *session) Lost(ctx context.Context) ([]LostHead, error) {
	since := s.since
	if !since.IsZero() {
		since = since.Add(-time.Hour)
	}
	heads, err := s.forge.LostHeads(ctx, s.repository, since)
	if err != nil {
		return nil, err
	}
	var out []LostHead
	for _, h := range heads {
		out = append(out, LostHead{Commit: h.Commit, Lost: finding.Lost{Ref: h.Ref, Actor: h.Actor, At: h.At, Deleted: h.Deleted}})
	}
	return out, nil
}
