// Package review keeps the comments of a pull request in step with what a scan of it finds: one review comment for each
// credential, edited and never repeated, and resolved when the credential is gone.
//
// A comment is at the line of the credential if the diff has it, else on the file. What is in no file of the pull request,
// such as the message of a commit, is listed in the text of one review, which also counts what is over the limits. A hidden
// marker at the very beginning of a comment says whose it is. It counts only in comments of the token's own user and of
// GitHub Actions, and only there, so that nobody else's words can pass for it.
//
// There are at most two requests that write: one review with all new comments, and the text of the first review where its numbers
// change. Where there are comments on files, the first request begins the review, and the second one, to GraphQL, adds them,
// submits the review, and changes the text of the first. A token that may not do that creates the comments on files one by one.
// The package says nothing itself: Options.Words puts facts into words.
package review

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
)

// Client is what is asked of GitHub.
type Client interface {
	User(context.Context) (string, error)
	Pull(ctx context.Context, number int) (github.Pull, error)
	Files(ctx context.Context, number int) ([]github.File, error)
	Comments(ctx context.Context, number int) ([]github.Comment, error)
	Reviews(ctx context.Context, number int) ([]github.Review, error)
	Threads(ctx context.Context, number int) ([]github.Thread, error)
	CreateReview(ctx context.Context, number int, commit, body string, comments []github.NewComment) error
	EditReview(ctx context.Context, number int, id int64, body string) error
	BeginReview(ctx context.Context, number int, commit, body string, comments []github.NewComment) (github.Review, error)
	SubmitReview(ctx context.Context, s github.Submission) (refused []string, err error)
	DiscardReview(ctx context.Context, number int, id int64) error
	CreateFileComment(ctx context.Context, number int, commit string, c github.NewComment) error
	EditComment(ctx context.Context, id int64, body string) error
	DeleteComment(ctx context.Context, id int64) error
	Resolve(ctx context.Context, threads []string, resolved bool) error
}

var _ Client = (*github.Client)(nil)

// Options say what to review. All but Complete are required.
type Options struct {
	Client Client
	Number int
	Head   string // ID of the last commit that was scanned
	// Complete says that everything was read, so that what was not found is gone.
	Complete bool
	Words    reason.Printer
}

// Result says what became of the findings.
type Result struct {
	Shown map[string]bool // fingerprints of those that have a comment
}

const (
	// MaxComments is how many comments a pull request gets. More would bury the discussion, and GitHub lets a client create 80
	// in a minute.
	MaxComments = 50
	maxAttempts = 3
)

// Reconcile brings the comments of a pull request in step with findings, whose values must be masked. With an error, Shown
// still says what has a comment.
func Reconcile(ctx context.Context, o Options, findings []finding.Finding) (Result, error) {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, finding.CompareUrgency)
	r := &run{Options: o, findings: findings, unfit: map[string]bool{}}
	var err error
	for range maxAttempts {
		r.shown = map[string]bool{}
		if err = r.once(ctx); err == nil || ctx.Err() != nil || !r.mend(err) {
			break
		}
	}
	return Result{Shown: r.shown}, err
}

// run is one reconciliation.
type run struct {
	Options
	findings []finding.Finding
	flat     bool            // GitHub refused comments on lines
	single   bool            // GitHub refused to begin or to submit a review: comments on files are created one by one
	unfit    map[string]bool // files that GitHub refused comments on
	shown    map[string]bool
}

// errLines is the error for a review with comments on lines that GitHub does not take.
type errLines struct{ error }

func (e errLines) Unwrap() error { return e.error }

// errAbsent is the error for a comment to delete that GitHub does not find: it is gone already, or the token must not.
type errAbsent struct{ error }

func (e errAbsent) Unwrap() error { return e.error }

// errTogether is the error for comments that GitHub does not take in one review with a part that is submitted later.
type errTogether struct{ error }

func (e errTogether) Unwrap() error { return e.error }

// errUnfit is the error for files that GitHub takes no comment on: the text of the review has to list their findings.
var errUnfit = errors.New("a file takes no comment")

// mend reports whether another attempt may succeed. After a failure of the server that may have taken effect, the next
// attempt sees what is there.
func (r *run) mend(err error) bool {
	var lines errLines
	if errors.As(err, &lines) && !r.flat {
		r.flat = true
		return true
	}
	var together errTogether
	if errors.As(err, &together) && !r.single {
		r.single = true
		return true
	}
	var absent errAbsent
	return github.Unsure(err) || errors.As(err, &absent) || errors.Is(err, errUnfit)
}

// once looks what is there, and does what is missing.
func (r *run) once(ctx context.Context) error {
	there, err := r.look(ctx)
	if err != nil {
		return err
	}
	p := r.plan(there)
	for _, e := range p.entries {
		r.shown[e.finding.Fingerprint] = e.kept != nil
	}
	if err := r.remove(ctx, p); err != nil {
		return err
	}
	if err := r.add(ctx, p); err != nil {
		return err
	}
	if err := r.edit(ctx, p); err != nil {
		return err
	}
	return r.finish(ctx, p)
}

// remove deletes what is there twice, or at the wrong line. It comes first, so that a credential never has two comments.
func (r *run) remove(ctx context.Context, p *plan) error {
	for _, id := range p.surplus {
		err := r.Client.DeleteComment(ctx, id)
		if github.Status(err) == http.StatusNotFound {
			return errAbsent{err}
		}
		if err != nil {
			return err
		}
		for _, e := range p.entries {
			if e.kept != nil && e.kept.ID == id {
				r.shown[e.finding.Fingerprint] = false
			}
		}
	}
	return nil
}

// add creates the new comments.
func (r *run) add(ctx context.Context, p *plan) error {
	if files := p.onFiles(); len(files) > 0 && !r.single {
		return r.together(ctx, p, files)
	}
	if err := r.onFiles(ctx, p); err != nil {
		return err
	}
	return r.onLines(ctx, p)
}

// together creates all new comments in one review: REST takes those on lines, and GraphQL those on files.
func (r *run) together(ctx context.Context, p *plan, files []github.NewComment) error {
	lines := p.onLines()
	body := r.summary(p)
	if p.summary != nil {
		body = r.added(len(lines) + len(files))
	}
	begun, err := r.Client.BeginReview(ctx, r.Number, r.Head, body, lines)
	switch {
	case github.Status(err) == http.StatusUnprocessableEntity && len(lines) > 0:
		return errLines{err}
	case err != nil:
		return asTogether(err)
	}
	s := github.Submission{Review: begun.Node, Files: files}
	if text := r.summary(p); p.summary != nil && !same(p.summary.Body, text) {
		s.Edit = &github.Review{Node: p.summary.Node, Body: text}
	}
	refused, err := r.Client.SubmitReview(ctx, s)
	if err != nil {
		return asTogether(errors.Join(err, r.discard(ctx, begun.ID)))
	}
	for _, e := range p.entries {
		if e.isNew {
			r.shown[e.finding.Fingerprint] = !slices.Contains(refused, e.at.path) || e.at.line > 0
		}
	}
	if s.Edit != nil {
		p.summary.Body = s.Edit.Body
	}
	for _, path := range refused {
		r.unfit[path] = true
	}
	if len(refused) > 0 {
		return errUnfit
	}
	return nil
}

// asTogether marks an error after which the comments on files may still be created one by one.
func asTogether(err error) error {
	switch github.Status(err) {
	case http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity:
		return errTogether{err}
	}
	return err
}

// discard deletes a review that was begun. It is no error if the review is gone, or was submitted after all.
func (r *run) discard(ctx context.Context, id int64) error {
	err := r.Client.DiscardReview(ctx, r.Number, id)
	if status := github.Status(err); status == http.StatusNotFound || status == http.StatusUnprocessableEntity {
		return nil
	}
	return err
}

// onFiles creates the comments on files one by one. A file that GitHub does not take has its finding listed in the review instead.
func (r *run) onFiles(ctx context.Context, p *plan) error {
	for _, e := range p.entries {
		if !e.isNew || e.at.line > 0 {
			continue
		}
		err := r.Client.CreateFileComment(ctx, r.Number, r.Head, github.NewComment{Path: e.at.path, Body: e.text})
		if github.Status(err) == http.StatusUnprocessableEntity {
			r.unfit[e.at.path], e.isNew = true, false
			continue
		}
		if err != nil {
			return err
		}
		r.shown[e.finding.Fingerprint] = true
	}
	return nil
}

// onLines creates one review with all comments on lines. The first review has the summary.
func (r *run) onLines(ctx context.Context, p *plan) error {
	comments := p.onLines()
	body := r.summary(p)
	if p.summary != nil {
		body = r.added(len(comments))
	}
	if len(comments) == 0 && (p.summary != nil || len(p.entries) == 0) {
		return nil
	}
	err := r.Client.CreateReview(ctx, r.Number, r.Head, body, comments)
	if github.Status(err) == http.StatusUnprocessableEntity && len(comments) > 0 {
		return errLines{err}
	}
	if err != nil {
		return err
	}
	for _, e := range p.entries {
		if e.isNew {
			r.shown[e.finding.Fingerprint] = true
		}
	}
	return nil
}

// edit changes the texts that are not right any more.
func (r *run) edit(ctx context.Context, p *plan) error {
	if s := p.summary; s != nil {
		if text := r.summary(p); !same(s.Body, text) {
			if err := r.Client.EditReview(ctx, r.Number, s.ID, text); err != nil {
				return err
			}
		}
	}
	var again []int64
	for _, e := range p.entries {
		if e.kept == nil || e.isNew || same(e.kept.Body, e.text) {
			continue
		}
		if err := r.Client.EditComment(ctx, e.kept.ID, e.text); err != nil {
			if github.Status(err) == http.StatusNotFound { // somebody deleted it
				r.shown[e.finding.Fingerprint] = false
			}
			return err
		}
		if isGone(e.kept.Body) {
			again = append(again, e.kept.ID)
		}
	}
	return r.resolve(ctx, again, false)
}

// finish resolves what is gone.
func (r *run) finish(ctx context.Context, p *plan) error {
	var ids []int64
	for _, c := range p.gone {
		ids = append(ids, c.ID)
	}
	if err := r.resolve(ctx, ids, true); err != nil {
		return err
	}
	for _, c := range p.gone {
		print, _ := fingerprint(c.Body)
		if err := r.Client.EditComment(ctx, c.ID, r.gone(print)); err != nil {
			return err
		}
	}
	return nil
}

// resolve resolves the threads of comments, or takes that back. Tokens may have the right to comment, but not to that: the
// text of a comment says it too.
func (r *run) resolve(ctx context.Context, comments []int64, resolved bool) error {
	if len(comments) == 0 {
		return nil
	}
	threads, err := r.Client.Threads(ctx, r.Number)
	var ids []string
	for _, t := range threads {
		if slices.Contains(comments, t.Comment) && t.Resolved != resolved {
			ids = append(ids, t.ID)
		}
	}
	if err == nil && len(ids) > 0 {
		err = r.Client.Resolve(ctx, ids, resolved)
	}
	if status := github.Status(err); status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusUnprocessableEntity {
		return nil
	}
	return err
}
