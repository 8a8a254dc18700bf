package review

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
)

// actions is the user that tokens of GitHub Actions have.
const actions = "github-actions[bot]"

// there is what a pull request has.
type there struct {
	comments map[string][]github.Comment // our own that begin a thread, by fingerprint
	answered map[int64]bool              // those that somebody has answered
	summary  *github.Review
	files    map[string]file
}

// file is a file of the pull request, with the lines that its diff has.
type file struct {
	blob  string
	lines map[int]bool
}

// look reads what the pull request has.
func (r *run) look(ctx context.Context) (*there, error) {
	pull, err := r.Client.Pull(ctx, r.Number)
	if err != nil {
		return nil, err
	}
	if pull.Head != r.Head { // the run for that commit comments
		return nil, reason.NewError("review.moved", pull.Head, r.Head)
	}
	user, err := r.Client.User(ctx)
	if status := github.Status(err); err != nil && status != http.StatusForbidden && status != http.StatusNotFound {
		return nil, err
	}
	own := func(author string) bool { return author == actions || user != "" && author == user }
	t := &there{comments: map[string][]github.Comment{}, answered: map[int64]bool{}, files: map[string]file{}}
	if err := r.lookAtComments(ctx, t, own); err != nil {
		return nil, err
	}
	if len(r.findings) == 0 {
		return t, nil
	}
	files, err := r.Client.Files(ctx, r.Number)
	for _, f := range files {
		t.files[f.Path] = file{f.Blob, linesOf(f.Patch)}
	}
	return t, err
}

func (r *run) lookAtComments(ctx context.Context, t *there, own func(string) bool) error {
	comments, err := r.Client.Comments(ctx, r.Number)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if c.ReplyTo != 0 {
			t.answered[c.ReplyTo] = true
			continue
		}
		if print, ok := fingerprint(c.Body); ok && own(c.Author) {
			t.comments[print] = append(t.comments[print], c)
		}
	}
	reviews, err := r.Client.Reviews(ctx, r.Number)
	for _, v := range reviews {
		switch {
		case !own(v.Author):
		case v.Pending && (isSummary(v.Body) || isAdded(v.Body)): // of a run that did not end
			err = errors.Join(err, r.discard(ctx, v.ID))
		case t.summary == nil && !v.Pending && isSummary(v.Body):
			t.summary = &v
		}
	}
	return err
}

var hunk = regexp.MustCompile(`^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// linesOf returns the lines of the new side of a diff, on which comments can be.
func linesOf(patch string) map[int]bool {
	lines, at := map[int]bool{}, 0
	for text := range strings.Lines(patch) {
		if m := hunk.FindStringSubmatch(text); m != nil {
			at, _ = strconv.Atoi(m[1])
			continue
		}
		if at > 0 && (text[0] == ' ' || text[0] == '+') {
			lines[at] = true
			at++
		}
	}
	return lines
}

// at is where a comment is. Line is 0 for one on the file.
type at struct {
	path string
	line int
}

// plan is what to do.
type plan struct {
	entries []*entry
	summary *github.Review
	gone    []github.Comment // whose credentials are gone
	surplus []int64          // comments that are there twice, or at the wrong line
}

// onLines returns the new comments on lines.
func (p *plan) onLines() []github.NewComment {
	var out []github.NewComment
	for _, e := range p.entries {
		if e.isNew && e.at.line > 0 {
			out = append(out, github.NewComment{Path: e.at.path, Line: e.at.line, Body: e.text})
		}
	}
	return out
}

// onFiles returns the new comments on files.
func (p *plan) onFiles() []github.NewComment {
	var out []github.NewComment
	for _, e := range p.entries {
		if e.isNew && e.at.line == 0 {
			out = append(out, github.NewComment{Path: e.at.path, Body: e.text})
		}
	}
	return out
}

// entry is a finding and its comment.
type entry struct {
	finding finding.Finding
	kept    *github.Comment // that exists already, or nil
	isNew   bool            // a comment is created: in place of kept, if that is at the wrong line
	at      at
	text    string
}

// plan compares findings with what is there.
func (r *run) plan(t *there) *plan {
	p := &plan{summary: t.summary}
	room := MaxComments
	found := map[string]bool{}
	for _, f := range r.findings {
		e := &entry{finding: f}
		found[f.Fingerprint] = true
		p.entries = append(p.entries, e)
		if list := t.comments[f.Fingerprint]; len(list) > 0 {
			r.keep(p, e, list, t)
			room--
		}
	}
	for _, e := range p.entries {
		if e.kept != nil || room <= 0 {
			continue
		}
		var ok bool
		if e.at, ok = r.placeOf(e.finding, t); ok {
			e.isNew = true
			e.text = r.comment(e, e.at.line > 0)
			room--
		}
	}
	if !r.Complete {
		return p
	}
	for print, list := range t.comments {
		for _, c := range list {
			if !found[print] && !isGone(c.Body) {
				p.gone = append(p.gone, c)
			}
		}
	}
	slices.SortFunc(p.gone, func(a, b github.Comment) int { return cmp.Compare(a.ID, b.ID) })
	return p
}

// keep chooses the comment of a finding among those that are there. One whose line has changed is replaced, unless
// somebody has answered it: then its text names the place.
func (r *run) keep(p *plan, e *entry, list []github.Comment, t *there) {
	places := r.placesOf(e.finding, t)
	rank := func(c github.Comment) int {
		switch {
		case right(c, places):
			return 2
		case t.answered[c.ID]:
			return 1
		}
		return 0
	}
	best := 0
	for i, c := range list {
		if rank(c) > rank(list[best]) {
			best = i
		}
	}
	e.kept = &list[best]
	for i, c := range list {
		if i != best && !t.answered[c.ID] {
			p.surplus = append(p.surplus, c.ID)
		}
	}
	exact := right(*e.kept, places)
	if place, ok := r.placeOf(e.finding, t); ok && place.line > 0 && !exact && !t.answered[e.kept.ID] {
		e.at, e.isNew, exact = place, true, true
		p.surplus = append(p.surplus, e.kept.ID)
	}
	e.text = r.comment(e, exact)
}

// right reports whether a comment is at one of the lines of a finding.
func right(c github.Comment, places []at) bool {
	for _, a := range places {
		if c.Line > 0 && a == (at{c.Path, c.Line}) {
			return true
		}
	}
	return false
}

// placesOf returns the lines of the diff where a finding is: those of a file whose content is that of an occurrence.
func (r *run) placesOf(f finding.Finding, t *there) []at {
	var out []at
	for _, o := range f.Occurrences {
		file, ok := t.files[o.Path]
		if ok && o.Member == "" && o.Blob != "" && o.Blob == file.blob && file.lines[o.Line] {
			out = append(out, at{o.Path, o.Line})
		}
	}
	return out
}

// placeOf returns where the comment of a finding belongs: on a line, or on a file that the pull request changes.
func (r *run) placeOf(f finding.Finding, t *there) (at, bool) {
	if lines := r.placesOf(f, t); len(lines) > 0 && !r.flat {
		return lines[0], true
	}
	for _, o := range f.Occurrences {
		if _, ok := t.files[o.Path]; ok && o.Path != "" && !r.unfit[o.Path] {
			return at{path: o.Path}, true
		}
	}
	return at{}, false
}
