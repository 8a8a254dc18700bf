package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/recent"
)

// Extras says which content of a repository is read besides git.
type Extras struct {
	Texts   bool `json:",omitempty"` // issues, pull requests and discussions, with comments and reviews
	Assets  bool `json:",omitempty"` // of releases
	Actions bool `json:",omitempty"` // logs and artifacts of workflow runs
}

// Content is what a worker asks a forge for extras. *github.Account is one.
type Content interface {
	Texts(ctx context.Context, r github.Repository, kinds github.Kinds, since time.Time, visit func(github.Text) error) error
	Assets(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error)
	Logs(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error)
	Artifacts(ctx context.Context, r github.Repository, since time.Time) ([]github.Attachment, error)
	Open(ctx context.Context, at github.Attachment, limit int64) (io.ReadCloser, error)
}

// The defaults of the limits on extras.
const (
	defaultFile  = 256 << 20
	defaultTotal = 4 << 30
	defaultFiles = 10_000
)

func (l Limits) extras() Limits {
	if l.File == 0 {
		l.File = defaultFile
	}
	if l.Total == 0 {
		l.Total = defaultTotal
	}
	if l.Files == 0 {
		l.Files = defaultFiles
	}
	return l
}

// extras downloads what a repository has besides git into a folder of its own, which close removes.
type extras struct {
	content    Content
	repository github.Repository
	limits     Limits
	temp       string
	dir        string // "" before the first file
	left       int64  // of Limits.Total
	files      []File
	skips      []Skip
	heard      map[string]recent.Read // by kind
}

// listen reads all kinds that a job asks for, each from where the last complete scan has ended.
func (w *Worker) listen(ctx context.Context, job Job, mark Watermark) (*extras, error) {
	limits := w.opts.Limits.extras()
	e := &extras{content: w.opts.Content, repository: job.Repository, limits: limits, temp: w.opts.Temp, left: limits.Total, heard: map[string]recent.Read{}}
	if e.content == nil || job.Repository.Gist != "" {
		return e, nil
	}
	for _, kind := range e.kinds(job.Extras) {
		var last recent.Read
		if mark.Key == w.opts.Key {
			last = mark.Extras[kind.name]
		}
		r := recent.New(last)
		err := kind.read(ctx, r)
		switch {
		case err == nil:
			e.heard[kind.name] = r.Read()
		case !refuses(err):
			return e, err
		default: // it is asked for from the same time on when the token has the right
			e.heard[kind.name] = last
			e.skips = append(e.skips, Skip{kind.name, reason.Of(err)})
		}
		if r.Over > 0 {
			e.skips = append(e.skips, Skip{kind.name, reason.New("sweep.extras-many", r.Over, limits.Files, limits.Total>>20)})
		}
	}
	return e, nil
}

// extraKind is a kind of extras, by the name that its skips and its watermark have.
type extraKind struct {
	name string
	read func(ctx context.Context, r *recent.Reading) error
}

func (e *extras) kinds(wanted Extras) (out []extraKind) {
	if wanted.Texts {
		for name, kinds := range map[string]github.Kinds{"issues": github.Issues | github.Comments, "reviews": github.Reviews, "discussions": github.Discussions} {
			out = append(out, extraKind{name, func(ctx context.Context, r *recent.Reading) error { return e.texts(ctx, kinds, r) }})
		}
	}
	attached := func(name string, list func(context.Context, github.Repository, time.Time) ([]github.Attachment, error)) {
		out = append(out, extraKind{name, func(ctx context.Context, r *recent.Reading) error { return e.attachments(ctx, name, list, r) }})
	}
	if wanted.Assets {
		attached("releases", e.content.Assets)
	}
	if wanted.Actions {
		attached("actions/logs", e.content.Logs)
		attached("actions/artifacts", e.content.Artifacts)
	}
	slices.SortFunc(out, func(a, b extraKind) int { return strings.Compare(a.name, b.name) })
	return out
}

// refuses reports whether the forge says that it does not show something, and will not if it is asked again now.
func refuses(err error) bool {
	switch github.Status(err) {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons:
		return true
	}
	return false
}

// texts reads what people have written.
func (e *extras) texts(ctx context.Context, kinds github.Kinds, r *recent.Reading) error {
	return e.content.Texts(ctx, e.repository, kinds, r.Since(), func(t github.Text) error {
		if !r.Fresh(t.URL, t.At) {
			return nil
		}
		name := strings.TrimPrefix(t.URL, e.repository.Web+"/")
		text := strings.TrimPrefix(t.Title+"\n\n"+t.Body, "\n\n")
		return e.add(r, File{Name: name, Web: t.URL, Author: t.Author, Date: t.At}, func(int64) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		})
	})
}

// attachments downloads what a list has. One that has expired is not there for anybody.
func (e *extras) attachments(ctx context.Context, kind string, list func(context.Context, github.Repository, time.Time) ([]github.Attachment, error), r *recent.Reading) error {
	all, err := list(ctx, e.repository, r.Since())
	if err != nil {
		return err
	}
	for _, at := range all {
		if !r.Fresh(at.API, at.At) {
			continue
		}
		file := File{Name: kind + "/" + at.Name, Web: at.Web, Author: at.Author, Date: at.At}
		err := e.add(r, file, func(limit int64) (io.ReadCloser, error) { return e.content.Open(ctx, at, limit) })
		if err != nil && !github.Missing(err) {
			return err
		}
	}
	return nil
}

// add keeps the content of a file on the disk, if the limits allow it.
func (e *extras) add(r *recent.Reading, f File, open func(limit int64) (io.ReadCloser, error)) error {
	if len(e.files) >= e.limits.Files || e.left <= 0 {
		r.Leave()
		return nil
	}
	limit := min(e.limits.File, e.left)
	body, err := open(limit)
	if err == nil {
		var n int64
		f.Path, n, err = e.keep(body)
		e.left -= n
	}
	switch {
	case errors.Is(err, github.ErrTooLarge) && limit < e.limits.File:
		r.Leave()
		return nil
	case errors.Is(err, github.ErrTooLarge):
		e.skips = append(e.skips, Skip{f.Name, reason.New("sweep.extra-large", e.limits.File>>20)})
		return nil
	case err != nil:
		return err
	}
	f.Repository = e.repository.FullName()
	e.files = append(e.files, f)
	return nil
}

// keep writes a file, whose name is a number: what a forge says of its name is no path.
func (e *extras) keep(body io.ReadCloser) (path string, n int64, err error) {
	defer body.Close()
	if e.dir == "" {
		if e.dir, err = os.MkdirTemp(e.temp, "akguard-extras-"); err != nil {
			return "", 0, fmt.Errorf("making a folder: %w", err)
		}
	}
	path = filepath.Join(e.dir, fmt.Sprint(len(e.files)))
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", 0, err
	}
	n, err = io.Copy(out, body)
	if err = errors.Join(err, out.Close()); err != nil {
		n, err = 0, errors.Join(err, os.Remove(path))
	}
	return path, n, err
}

func (e *extras) close() {
	if e.dir != "" {
		_ = os.RemoveAll(e.dir)
	}
}

// advance notes in a watermark what was read.
func (e *extras) advance(mark *Watermark, same bool) {
	old := mark.Extras
	mark.Extras = map[string]recent.Read{}
	if same {
		for kind, h := range old {
			mark.Extras[kind] = h
		}
	}
	for kind, h := range e.heard {
		mark.Extras[kind] = h
		mark.Skips = slices.DeleteFunc(slices.Clone(mark.Skips), func(s Skip) bool { return s.Path == kind && passing(s.Reason) })
	}
	for _, s := range e.skips {
		mark.skip(s)
	}
}

// passing reports whether a skip holds for one scan alone: the next one asks again.
func passing(r reason.Reason) bool {
	return strings.HasPrefix(r.Code, "github.") || r.Code == "sweep.extras-many"
}
