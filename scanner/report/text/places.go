package text

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// places are the occurrences of one credential: in history, first exposure first, and outside it.
type places struct {
	h             *handler
	past, present []finding.Occurrence
	mixed         bool // not every occurrence has the same parts
}

func (h *handler) split(occurrences []finding.Occurrence) places {
	p := places{h: h}
	for _, o := range occurrences {
		p.mixed = p.mixed || o.Parts != occurrences[0].Parts
		if wire.InHistory(o) {
			p.past = append(p.past, o)
		} else {
			p.present = append(p.present, o)
		}
	}
	return p
}

// exposure says when, by whom and where a credential came in.
func (p places) exposure() string {
	o := p.past[0]
	var facts []string
	if date := wire.Time(o.Date); date != "" {
		facts = append(facts, date[:len("2006-01-02")])
	}
	if who := author(o); who != "" {
		facts = append(facts, who)
	}
	if o.Commit != "" && o.Source == finding.SourceHistory {
		facts = append(facts, p.h.say.Say("report.commit", words.Short(o.Commit)))
	}
	facts = append(facts, p.place(o))
	facts = append(facts, p.origin(o)...)
	if url := wire.CommitURL(p.h.header, o); url != "" {
		facts = append(facts, url)
	}
	return strings.Join(facts, p.h.say.Say("report.comma"))
}

// origin says what is known of the repository of o in a sweep: how its commit was lost, and who owns the file.
func (p places) origin(o finding.Occurrence) (facts []string) {
	if !o.Origin.Lost.IsZero() {
		facts = append(facts, p.h.say.Print(words.Lost(o.Origin.Lost)))
	}
	if o.Origin.Owner != "" {
		facts = append(facts, p.h.say.Say("report.answers", printable.Short(o.Origin.Owner)))
	}
	return facts
}

// each writes a row for each place in history after the first exposure.
func (p places) each(row func(label, text string)) {
	comma := p.h.say.Say("report.comma")
	for _, o := range p.past[1:] {
		facts := []string{p.place(o)}
		if o.Commit != "" && o.Source == finding.SourceHistory {
			facts = append(facts, p.h.say.Say("report.commit", words.Short(o.Commit)))
		}
		if removed := words.Removed(o.Removed); !removed.IsZero() {
			facts = append(facts, p.h.say.Print(removed))
		}
		row("report.row.also", strings.Join(facts, comma))
	}
}

func author(o finding.Occurrence) string {
	who := printable.Short(o.Author)
	if o.Email != "" {
		who += " <" + printable.Short(o.Email) + ">"
	}
	return strings.TrimSpace(who)
}

// place says where o is, when the URL there expires and, if not every occurrence has the same parts, which parts are
// there.
func (p places) place(o finding.Occurrence) string {
	where := p.h.say.Print(words.Place(o))
	if expires := wire.Time(o.URLExpires); expires != "" {
		code := reason.New("report.url-expired", expires[:len("2006-01-02")])
		if o.URLExpires.After(p.h.now) {
			code = reason.New("report.url-valid", expires)
		}
		where += " (" + p.h.say.Print(code) + ")"
	}
	if !p.mixed {
		return where
	}
	return where + " (" + p.h.say.Print(words.Parts(o.Parts)) + ")"
}

// outside says where the credential is outside history.
func (p places) outside() string {
	var list []string
	for _, o := range p.present {
		where := p.place(o)
		switch o.Source {
		case finding.SourceWorktree:
			where = p.h.say.Say("report.in-worktree") + where
		case finding.SourceIndex:
			where = p.h.say.Say("report.in-index") + where
		}
		list = append(list, where)
	}
	return p.h.list(list, len(list))
}

// rest counts the occurrences in history after the first.
func (p places) rest() string {
	t := p.count()
	var facts []string
	if n := len(t.repositories); n > 0 {
		names := slices.Sorted(maps.Keys(t.repositories))
		facts = append(facts, p.h.say.Say("report.more-repositories", reason.New("report.repositories", n), p.h.list(names, n)))
	}
	if t.versions > 0 {
		facts = append(facts, p.h.say.Say("report.more-versions",
			reason.New("report.versions", t.versions), reason.New("report.files", len(t.files))))
	}
	if t.loose > 0 {
		facts = append(facts, p.h.say.Say("report.more-blobs", t.loose))
	}
	if t.messages > 0 {
		facts = append(facts, p.h.say.Say("report.more-messages", t.messages))
	}
	comma := p.h.say.Say("report.comma")
	text, missing := strings.Join(facts, comma), p.missing()
	if text == "" || missing == "" {
		return text + missing
	}
	return text + comma + p.h.opts.Words.Print(reason.New("report.including", missing))
}

// counted is what there is in history besides the first exposure. A version is one content of one file.
type counted struct {
	versions, loose, messages int
	files                     map[string]bool
	repositories              map[string]bool // other than that of the first exposure
}

func (p places) count() counted {
	type version struct{ path, blob string }
	t := counted{files: make(map[string]bool), repositories: make(map[string]bool)}
	seen := map[version]bool{{p.past[0].Path, p.past[0].Blob}: true}
	for _, o := range p.past[1:] {
		v := version{o.Path, o.Blob}
		switch {
		case o.Origin.Repository != p.past[0].Origin.Repository:
			t.repositories[printable.Short(o.Origin.Repository)] = true
			continue
		case o.Source == finding.SourceMessage:
			t.messages++
		case seen[v]:
		case o.Path == "":
			t.loose++
		default:
			t.versions++
			t.files[o.Path] = true
		}
		seen[v] = true
	}
	return t
}

// missing says where in history the part first appears that the first exposure lacks.
func (p places) missing() string {
	first := p.past[0].Parts
	for _, o := range p.past {
		if first != finding.PartBoth && o.Parts != first {
			return p.place(o)
		}
	}
	return ""
}

// reach says from which refs the credential is reachable.
func (p places) reach() string {
	var refs, reflog []string
	total, reachable := 0, false
	for _, o := range p.past {
		refs, reflog = append(refs, o.Refs...), append(reflog, o.Reflog...)
		total, reachable = max(total, len(o.Refs)+o.MoreRefs), reachable || o.Reachable
	}
	refs, reflog = p.h.names(refs), p.h.names(reflog)
	print := func(r reason.Reason) string { return p.h.opts.Words.Print(r) } // the names are printable already
	switch {
	case len(refs) > 0:
		return print(reason.New("report.reachable", p.h.list(refs, max(len(refs), total))))
	case reachable:
		return ""
	case len(reflog) > 0:
		return print(reason.New("report.reflog-only", p.h.list(reflog, len(reflog))))
	}
	return print(reason.New("report.unreachable"))
}

// names returns the names of refs as people write them, each once, sorted after the branches that people know best.
func (h *handler) names(refs []string) []string {
	minor := func(name string) int {
		if name == "refs/heads/main" || name == "refs/heads/master" {
			return 0
		}
		return 1
	}
	slices.SortFunc(refs, func(a, b string) int {
		return cmp.Or(cmp.Compare(minor(a), minor(b)), cmp.Compare(a, b))
	})
	refs = slices.Compact(refs)
	for i, name := range refs {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "refs/heads/"), "refs/remotes/")
		if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
			refs[i] = h.say.Say("report.tag", tag)
			continue
		}
		refs[i] = printable.Short(name)
	}
	return refs
}
