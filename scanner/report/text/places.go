package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/safe"
	"github.com/akguard/akguard/scanner/report/internal/wire"
)

// places is where one credential stands: in history, first exposure first, and outside it.
type places struct {
	past, present []finding.Occurrence
	mixed         bool      // not every place has the same parts
	now           time.Time // by which URLs have expired or not
}

func split(occurrences []finding.Occurrence, now time.Time) places {
	p := places{now: now}
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
		facts = append(facts, "commit "+short(o.Commit))
	}
	return strings.Join(append(facts, p.spot(o)), ", ")
}

func author(o finding.Occurrence) string {
	who := safe.Text(o.Author)
	if o.Email != "" {
		who += " <" + safe.Text(o.Email) + ">"
	}
	return strings.TrimSpace(who)
}

// spot says where o stands, when the URL there expires and, if not every place has the same parts, which parts stand there.
func (p places) spot(o finding.Occurrence) string {
	names := map[finding.Parts]string{finding.PartID: "ID", finding.PartSecret: "secret", finding.PartBoth: "ID and secret"}
	where := spot(o)
	if expires := wire.Time(o.URLExpires); expires != "" {
		where += " (presigned URL, " + p.expiry(expires, o.URLExpires) + ")"
	}
	if !p.mixed {
		return where
	}
	return fmt.Sprintf("%s (%s)", where, names[o.Parts])
}

func (p places) expiry(text string, at time.Time) string {
	if at.After(p.now) {
		return "valid until " + text
	}
	return "expired " + text[:len("2006-01-02")]
}

func spot(o finding.Occurrence) string {
	if o.Decoded != "" {
		encodings := o.Decoded
		o.Decoded = ""
		return fmt.Sprintf("%s in %s", spot(o), encodings)
	}
	switch {
	case o.Path != "" && o.Member != "":
		return fmt.Sprintf("%s!/%s:%d", safe.Text(o.Path), safe.Text(o.Member), o.Line)
	case o.Path != "":
		return fmt.Sprintf("%s:%d", safe.Text(o.Path), o.Line)
	case o.Source == finding.SourceStdin:
		return fmt.Sprintf("standard input, line %d", o.Line)
	case o.Source == finding.SourceArgument:
		return "as it was given"
	case o.Source == finding.SourceMessage:
		return fmt.Sprintf("message of %s, line %d", messenger(o), o.Line)
	}
	return fmt.Sprintf("%s, line %d", strings.TrimSuffix("blob "+short(o.Blob)+"!/"+safe.Text(o.Member), "!/"), o.Line)
}

// messenger names the commit or the tag that a message belongs to.
func messenger(o finding.Occurrence) string {
	if !wire.InTag(o) {
		return "commit " + short(o.Commit)
	}
	for _, ref := range o.Refs {
		if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
			return "tag " + safe.Text(tag)
		}
	}
	return "tag object " + short(o.Blob)
}

// standing says where the credential stands outside history.
func (p places) standing() string {
	var spots []string
	for _, o := range p.present {
		label := ""
		switch o.Source {
		case finding.SourceWorktree:
			label = "working tree "
		case finding.SourceIndex:
			label = "index "
		}
		spots = append(spots, label+p.spot(o))
	}
	return list(spots, len(spots))
}

// rest counts the places in history after the first.
func (p places) rest() string {
	t := p.tally()
	var parts []string
	if t.versions > 0 {
		parts = append(parts, fmt.Sprintf("%s in %s of history", count(t.versions, "more version"), count(int64(len(t.files)), "file")))
	}
	if t.loose > 0 {
		parts = append(parts, count(t.loose, "blob")+" without a path")
	}
	if t.messages > 0 {
		parts = append(parts, count(t.messages, "commit or tag message"))
	}
	text, missing := strings.Join(parts, ", "), p.missing()
	if text == "" || missing == "" {
		return text + missing
	}
	return text + ", including " + missing
}

// tally is what there is in history besides the first exposure. A version is one content of one file.
type tally struct {
	versions, loose, messages int64
	files                     map[string]bool
}

func (p places) tally() tally {
	type version struct{ path, blob string }
	t := tally{files: make(map[string]bool)}
	seen := map[version]bool{{p.past[0].Path, p.past[0].Blob}: true}
	for _, o := range p.past[1:] {
		v := version{o.Path, o.Blob}
		switch {
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

// missing says where in history the part first stands that the first exposure lacks.
func (p places) missing() string {
	first := p.past[0].Parts
	for _, o := range p.past {
		if first != finding.PartBoth && o.Parts != first {
			return p.spot(o)
		}
	}
	return ""
}

// reach says which refs still lead to the credential, or that none does.
func (p places) reach() string {
	var refs, reflog []string
	total, reachable := 0, false
	for _, o := range p.past {
		refs, reflog = append(refs, o.Refs...), append(reflog, o.Reflog...)
		total, reachable = max(total, len(o.Refs)+o.MoreRefs), reachable || o.Reachable
	}
	refs, reflog = distinct(refs), distinct(reflog)
	switch {
	case len(refs) == 1 && total == 1:
		return refs[0] + " reaches it"
	case len(refs) > 0:
		return list(refs, max(len(refs), total)) + " reach it"
	case reachable:
		return ""
	case len(reflog) > 0:
		return "only in the reflog (" + list(reflog, len(reflog)) + ")"
	}
	return "unreachable: no ref reaches it"
}

// distinct returns the names as people say them, each once, sorted after the branches that people know best.
func distinct(names []string) []string {
	minor := func(name string) int {
		if name == "refs/heads/main" || name == "refs/heads/master" {
			return 0
		}
		return 1
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(minor(a), minor(b)), cmp.Compare(a, b))
	})
	names = slices.Compact(names)
	for i, name := range names {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "refs/heads/"), "refs/remotes/")
		if tag, ok := strings.CutPrefix(name, "refs/tags/"); ok {
			name = "tag " + tag
		}
		names[i] = safe.Text(name)
	}
	return names
}

// short abbreviates an object name as far as it stays unique in all but the largest repositories.
func short(oid string) string { return oid[:min(len(oid), 10)] }
