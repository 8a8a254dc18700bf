package words

import (
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/wire"
)

// Parts names the parts of a credential.
func Parts(p finding.Parts) reason.Reason {
	switch p {
	case finding.PartID:
		return reason.New("report.parts.id")
	case finding.PartSecret:
		return reason.New("report.parts.secret")
	}
	return reason.New("report.parts.both")
}

// Place names the place of an occurrence.
func Place(o finding.Occurrence) reason.Reason {
	if repository := o.Origin.Repository; repository != "" {
		o.Origin = finding.Origin{}
		return reason.New("report.place.in-repository", repository, Place(o))
	}
	if o.Decoded != "" {
		encodings := o.Decoded
		o.Decoded = ""
		return reason.New("report.place.encoded", Place(o), encodings)
	}
	switch {
	case o.Path != "" && o.Member != "":
		return reason.New("report.place.file", o.Path+"!/"+o.Member, o.Line)
	case o.Path != "":
		return reason.New("report.place.file", o.Path, o.Line)
	case o.Source == finding.SourceStdin:
		return reason.New("report.place.stdin", o.Line)
	case o.Source == finding.SourceArgument:
		return reason.New("report.place.argument")
	case o.Source == finding.SourceMessage:
		return reason.New("report.place.message", messageOf(o), o.Line)
	}
	return reason.New("report.place.blob", strings.TrimSuffix(Short(o.Blob)+"!/"+o.Member, "!/"), o.Line)
}

// Lost says how a commit lost its last ref, and that it can be had all the same.
func Lost(l finding.Lost) reason.Reason {
	code := "report.lost.pushed-away"
	if l.Deleted {
		code = "report.lost.deleted"
	}
	if l.Actor == "" {
		code += "-by-nobody"
	}
	return reason.New(code, l.At.Format(time.DateOnly), strings.TrimPrefix(l.Ref, "refs/heads/"), l.Actor)
}

// messageOf names the commit or the tag that a message belongs to.
func messageOf(o finding.Occurrence) reason.Reason {
	if !wire.InTag(o) {
		return reason.New("report.commit", Short(o.Commit))
	}
	for _, ref := range o.Refs {
		if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
			return reason.New("report.tag", tag)
		}
	}
	return reason.New("report.tag-object", Short(o.Blob))
}

// Short abbreviates an object ID as far as it stays unique in all but the largest repositories.
func Short(oid string) string { return oid[:min(len(oid), 10)] }

// Removed says which commit removed something; zero if none did.
func Removed(r finding.Removal) reason.Reason {
	switch {
	case r.IsZero():
		return reason.Reason{}
	case r.Date.IsZero() || r.Date.UTC().Year() > 9999:
		return reason.New("report.removed-undated", Short(r.Commit))
	}
	return reason.New("report.removed", Short(r.Commit), r.Date.UTC().Format(time.DateOnly))
}
