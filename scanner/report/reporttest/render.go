package reporttest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/verifier"
)

// Now is when the reports of Render are written.
func Now() time.Time { return time.Date(2026, 3, 2, 8, 0, 5, 0, time.FixedZone("", 8*3600)) }

// Render writes r in a format, its values masked and its texts as codes.
func Render(t *testing.T, f report.Format, r Report) []byte {
	t.Helper()
	return RenderWith(t, f, r, report.Options{})
}

// RenderWith is Render with options.
func RenderWith(t *testing.T, f report.Format, r Report, o report.Options) []byte {
	t.Helper()
	if o.Words == nil {
		o.Words = reason.Plain{}
	}
	o.Now = Now()
	var b bytes.Buffer
	if err := r.Play(f.Open(&b, o)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Samples are the reports that every format must be able to write.
func Samples() map[string]Report {
	interrupted := Change()
	interrupted.Summary.Interrupted, interrupted.Summary.Complete = true, false
	return map[string]Report{
		"full": Full(), "clean": Clean(), "change": Change(), "sweep": Sweep(), "wide": Wide(300), "interrupted": interrupted, "hostile": Hostile(),
	}
}

// Words are texts that try to do harm in some format.
func Words() []string {
	return []string{
		"@team", "@org/admins please", "#123", "GH-1", "!5 $6 %7 ~label", "https://evil.example/x", "www.evil.example", "mail@evil.example",
		"<!-- x", "--> x", "--!> x", "]]> x", "</details></table>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", `" onmouseover="x`, "' x='",
		"</script><!--", "&amp;lt;", "&#64;team", "`", "``` x", "a`b``c", `\`, `x\|@team`, `\\|x`, "|", "a|b|c", "**bold** _it_ ~~no~~", "[x](http://evil.example)", "![x](http://evil.example/p.png)",
		"=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", " =1+1", "\t=1+1", "＝1", `=HYPERLINK("http://evil.example","x")`, "%0A", "a\r\nb", "a\nb", "\"quoted\"", "a,b;c\td",
		"##[stop-commands]x", "::error::x", "\x1b[2K\x1b]0;x\a", "\u202egnp.exe", "\xff\xfe", "\x00", "0123456789abcdef0123456789abcdef01234567", ":tada:", "$(id)", "{{ x }}", "{0} {1}", "${{ secrets.X }}", "# heading", "> quote", "- item", "1. item", "---", "***", "    code", "javascript:alert(1)",
	}
}

// Hostile is a report in which every name is one of Words.
func Hostile() Report {
	r := Full()
	all := Words()
	n := 0
	next := func() string { n++; return all[n%len(all)] }
	base := r.Findings[0]
	r.Findings = nil
	for i := range all {
		f := base
		f.Fingerprint = oid("hostile", i)
		f.Verdict = verifier.Verdict{Status: verifier.Unknown, Reason: reason.Text(next()), Advice: reason.New("hint", next())}
		f.Verdict.Reach = &verifier.Reach{Can: []reason.Reason{reason.Text(next())}, Limits: reason.Text(next())}
		f.Verdict.Owner = &verifier.Owner{Ours: verifier.OursYes, User: next(), AccountID: next()}
		f.Occurrences = slices.Clone(base.Occurrences)
		for j := range f.Occurrences {
			o := &f.Occurrences[j]
			o.Path, o.Member, o.Author, o.Email, o.Refs, o.Decoded = all[i], next(), next(), next(), []string{next(), next()}, next()
			o.Origin = finding.Origin{Repository: next(), Owner: next(), Lost: finding.Lost{Ref: next(), Actor: next(), At: Now()}}
		}
		if i%3 == 0 {
			f.Suppressed = finding.Suppression{By: next(), Reason: next(), Owner: next()}
		}
		r.Findings = append(r.Findings, f)
		r.Skips = append(r.Skips, finding.Skip{Path: all[i], Reason: reason.New("hint", next())})
		r.Header.Notes = append(r.Header.Notes, reason.New("hint", next()))
	}
	r.Header.Target, r.Header.Version = next(), "1.2.3"
	r.Summary.Findings = len(r.Findings)
	return r
}
