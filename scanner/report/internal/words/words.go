// Package words says what a finding is and what to do about it, in the words that all reports for people share. It
// picks the facts; the printer of the report's options puts them into the reader's language. Texts are in lower case
// without a full stop, and hold nothing that a terminal or a CI system would obey.
package words

import (
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/verifier"
)

// Writer says things in one language. Its zero value is unusable.
type Writer struct {
	Printer reason.Printer
	Whole   bool // write credentials whole
	// Quote makes a text from elsewhere fit for the format; printable.Short if it is nil. It is applied once to each text.
	Quote func(string) string
}

// Quoted returns a text from elsewhere as the format can hold it.
func (w Writer) Quoted(s string) string {
	if w.Quote != nil {
		return w.Quote(s)
	}
	return printable.Short(s)
}

// join puts texts that are fit already into the text with a code.
func (w Writer) join(code string, parts ...any) string {
	return w.Printer.Print(reason.New(code, parts...))
}

// Say returns the text with a code. What the arguments quote is made fit for the format.
func (w Writer) Say(code string, args ...any) string { return w.Print(reason.New(code, args...)) }

// Print returns the text of a reason. What its arguments quote is made fit for the format.
func (w Writer) Print(r reason.Reason) string { return w.Printer.Print(r.Map(w.Quoted)) }

// Subject names a credential: "AccessKey pair LTAI5t****c7Kq / Qx****9b".
func (w Writer) Subject(c rules.Credential) string {
	return w.Print(Type(c.Type)) + " " + w.Values(c)
}

// Type names a type of credential.
func Type(t rules.Type) reason.Reason {
	switch t {
	case rules.AccessKey:
		return reason.New("report.type.accesskey")
	case rules.AccessKeyID:
		return reason.New("report.type.accesskey-id")
	case rules.AccessKeySecret:
		return reason.New("report.type.accesskey-secret")
	case rules.STS:
		return reason.New("report.type.sts")
	}
	return reason.Text(string(t))
}

// Values lists the parts of a credential that were seen.
func (w Writer) Values(c rules.Credential) string {
	var seen []string
	for _, s := range []rules.Secret{c.ID, c.Secret, c.Token} {
		if !s.IsZero() {
			seen = append(seen, Value(s, w.Whole))
		}
	}
	return strings.Join(seen, " / ")
}

// Value returns a value as a report shows it: masked, or whole if the user asked for that. A value that was masked in
// the report that it was read from stays as it is.
func Value(s rules.Secret, whole bool) string {
	if whole || finding.IsMasked(s) {
		return s.Reveal()
	}
	return s.String()
}

// Severity names a severity.
func Severity(s rules.Severity) reason.Reason {
	switch s {
	case rules.Critical:
		return reason.New("report.severity.critical")
	case rules.High:
		return reason.New("report.severity.high")
	case rules.Medium:
		return reason.New("report.severity.medium")
	}
	return reason.New("report.severity.low")
}

// Status names a status.
func Status(s verifier.Status) reason.Reason {
	switch s {
	case verifier.Live:
		return reason.New("report.status.live")
	case verifier.Exists:
		return reason.New("report.status.exists")
	case verifier.SecretMismatch:
		return reason.New("report.status.secret-mismatch")
	case verifier.Inactive:
		return reason.New("report.status.inactive")
	case verifier.NotFound:
		return reason.New("report.status.not-found")
	case verifier.Expired:
		return reason.New("report.status.expired")
	case verifier.Restricted:
		return reason.New("report.status.restricted")
	case verifier.Unknown:
		return reason.New("report.status.unknown")
	case verifier.Unchecked:
		return reason.New("report.status.unchecked")
	}
	return reason.Text(s.String())
}

// Owner says whose credential it is.
func Owner(i verifier.Identity) reason.Reason {
	switch i.Type {
	case verifier.TypeRoot:
		return reason.New("report.owner.root", i.AccountID, i.ARN)
	case verifier.TypeUser:
		return reason.New("report.owner.user", i.AccountID, i.ARN)
	case verifier.TypeRole:
		return reason.New("report.owner.role", i.AccountID, i.ARN)
	}
	return reason.New("report.owner.other", i.AccountID, i.ARN, i.Type)
}

// Ours is the result of an inventory; zero if there was none.
func Ours(o *verifier.Owner) reason.Reason {
	switch {
	case o == nil:
		return reason.Reason{}
	case o.Ours == verifier.OursNo:
		return reason.New("report.ours.no", o.Note)
	case o.Ours != verifier.OursYes:
		return reason.New("report.ours.unknown", o.Note)
	case o.User == "":
		return reason.New("report.ours.root", o.AccountID)
	}
	return reason.New("report.ours.user", o.User, o.AccountID)
}

// State says whether a change made a credential appear; zero if no change was scanned.
func State(s finding.State) reason.Reason {
	switch s {
	case finding.StateNew:
		return reason.New("report.state.new")
	case finding.StateMoved:
		return reason.New("report.state.moved")
	case finding.StateExisting:
		return reason.New("report.state.existing")
	}
	return reason.Text(string(s))
}

// Suppressed says why a finding does not count, who decided that, and until when; zero if it counts.
func Suppressed(s finding.Suppression) reason.Reason {
	if s.IsZero() {
		return reason.Reason{}
	}
	r := reason.New("report.suppressed", s.By, s.Reason)
	if s.Owner != "" {
		r = reason.New("report.suppressed-owner", r, s.Owner)
	}
	if !s.Until.IsZero() {
		r = reason.New("report.suppressed-until", r, s.Until.UTC().Format(time.DateOnly))
	}
	return r
}

// Can says what a live key can do; "" if that was not asked.
func (w Writer) Can(r *verifier.Reach) string {
	if r == nil {
		return ""
	}
	var can []string
	for _, c := range r.Can {
		can = append(can, w.Print(c))
	}
	if len(can) == 0 {
		return w.Print(r.Limits)
	}
	return w.join("report.can", strings.Join(can, w.Say("report.semicolon")), w.Print(r.Limits))
}

// Sentence describes an occurrence: what it is, whether it works, what it can do, who owns it, and what to do.
func (w Writer) Sentence(f finding.Finding, parts finding.Parts) string {
	text := w.Subject(f.Credential)
	switch {
	case parts == finding.PartID && f.Credential.Type != rules.AccessKeyID:
		text = w.join("report.sarif.id-of", text)
	case parts == finding.PartSecret && f.Credential.Type != rules.AccessKeySecret:
		text = w.join("report.sarif.secret-of", text)
	}
	v, status := f.Verdict, w.Print(Status(f.Verdict.Status))
	switch why := Why(v); {
	case v.Identity != nil:
		text += w.join("report.sarif.verdict", status, w.Print(Owner(*v.Identity)))
	case !why.IsZero():
		text += w.join("report.sarif.verdict", status, w.Print(why))
	default:
		text += w.join("report.sarif.status", status)
	}
	if can := w.Can(v.Reach); can != "" {
		text += w.join("report.sarif.can", can)
	}
	if ours := Ours(v.Owner); !ours.IsZero() {
		text += w.join("report.sarif.ours", w.Print(ours))
	}
	return text + w.join("report.sarif.next", w.Print(Next(f)))
}

// Why gives the reason of a verdict, and the service's code for it; zero if there is neither.
func Why(v verifier.Verdict) reason.Reason {
	switch {
	case v.Reason.IsZero():
		return reason.Text(v.Code)
	case v.Code == "":
		return v.Reason
	}
	return reason.New("report.why", v.Reason, v.Code)
}

// Stoppable reports whether a credential works and is a key, which akguard respond can disable.
func Stoppable(f finding.Finding) bool {
	return f.Live() && !f.Credential.ID.IsZero() && (f.Credential.Type == rules.AccessKey || f.Credential.Type == rules.AccessKeyID)
}

// Dead reports whether, by the verdict, the credential no longer works for anybody.
func Dead(s verifier.Status) bool { return s == verifier.NotFound || s == verifier.Expired }

// Next says what to do about f now: what the verdict advises, and else what its status calls for.
func Next(f finding.Finding) reason.Reason {
	if !f.Verdict.Advice.IsZero() {
		return f.Verdict.Advice
	}
	switch f.Verdict.Status {
	case verifier.NotFound:
		return reason.New("report.next.not-found")
	case verifier.Expired:
		return reason.New("report.next.expired")
	case verifier.Inactive:
		return reason.New("report.next.inactive")
	case verifier.Live, verifier.Restricted:
		return stop(f.Credential.Type)
	case verifier.SecretMismatch:
		return reason.New("report.next.secret-mismatch")
	}
	return doubt(f.Credential.Type)
}

// stop is the advice for a credential that works.
func stop(t rules.Type) reason.Reason {
	switch t {
	case rules.AccessKey, rules.AccessKeyID, rules.AccessKeySecret:
		return reason.New("report.next.disable")
	case rules.STS:
		return reason.New("report.next.deny-role")
	}
	return reason.New("report.next.revoke")
}

// doubt is the advice for a credential that may or may not work.
func doubt(t rules.Type) reason.Reason {
	switch t {
	case rules.AccessKey:
		return reason.New("report.next.verify-pair")
	case rules.AccessKeyID:
		return reason.New("report.next.find-secret")
	case rules.AccessKeySecret:
		return reason.New("report.next.find-id")
	case rules.STS:
		return reason.New("report.next.verify-sts")
	}
	return reason.New("report.next.revoke-in-doubt")
}
