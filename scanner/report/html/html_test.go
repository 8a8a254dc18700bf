package html_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/report/html"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) string {
	t.Helper()
	return string(reporttest.Render(t, html.Format(), r))
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.html", []byte(render(t, reporttest.Full())))
	reporttest.Golden(t, "clean.html", []byte(render(t, reporttest.Clean())))
	reporttest.Golden(t, "change.html", []byte(render(t, reporttest.Change())))
	reporttest.Golden(t, "sweep.html", []byte(render(t, reporttest.Sweep())))
}

// between returns what is between two texts.
func between(text, start, end string) string {
	_, text, _ = strings.Cut(text, start)
	text, _, _ = strings.Cut(text, end)
	return text
}

// Words of a repository are text: the page has the elements, attributes and links of its layout, whatever they say.
func TestHostileWords(t *testing.T) {
	elements := " html head meta title style body header h1 div dl dt dd main section h2 p ul li table thead tr th tbody td br details summary a code span footer script "
	attributes := " lang charset http-equiv content name class href rel scope data-controls data-all data-search data-filter data-value "
	link := regexp.MustCompile(`^https://github\.com/(demo/shop/commit/[0-9a-f]{40}|acme/shop/blob/[0-9a-f]{40}/deploy/app\.env#L3)$`)
	for name, r := range reporttest.Samples() {
		text := render(t, r)
		script := between(text, "<script>", "</script>")
		d := xml.NewDecoder(strings.NewReader(strings.Replace(strings.TrimPrefix(text, "<!DOCTYPE html>\n"), script, "", 1)))
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is not well-formed: %v", name, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if !strings.Contains(elements, " "+start.Name.Local+" ") {
				t.Errorf("%s has the element %s", name, start.Name.Local)
			}
			for _, a := range start.Attr {
				if !strings.Contains(attributes, " "+a.Name.Local+" ") {
					t.Errorf("%s has the attribute %s", name, a.Name.Local)
				}
				if a.Name.Local == "href" && !link.MatchString(a.Value) {
					t.Errorf("%s links to %s", name, a.Value)
				}
			}
		}
		if n := strings.Count(text, "<script"); n != 1 {
			t.Errorf("%s has %d scripts", name, n)
		}
	}
}

// The page loads nothing, and the browser runs only the script and the style sheet that are in it.
func TestSelfContained(t *testing.T) {
	text := render(t, reporttest.Full())
	for _, loads := range []string{" src=", "@import", "url(", "<link", "<iframe", "http-equiv=\"refresh"} {
		if strings.Contains(text, loads) {
			t.Errorf("the page has %s", loads)
		}
	}
	policy := between(text, `Content-Security-Policy" content="`, `">`)
	policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy)
	for _, part := range []string{between(text, "<script>", "</script>"), between(text, "<style>", "</style>")} {
		sum := sha256.Sum256([]byte(part))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("the policy %s forbids a part of the page", policy)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") {
		t.Errorf("the policy is %s", policy)
	}
}

// The report of a sweep counts by owner and by repository, that with most live credentials first. Another report has nothing of it.
func TestOverview(t *testing.T) {
	text := render(t, reporttest.Sweep())
	owners := between(text, "<h2>report.html.by-owner</h2>", "</table>")
	repositories := between(text, "<h2>report.html.by-repository</h2>", "</table>")
	for _, names := range [][]string{{owners, "@acme/payments", "lilei@example.com"}, {repositories, "acme/shop", "hanmei/shop", "acme/shop.wiki"}} {
		at := 0
		for _, name := range names[1:] {
			i := strings.Index(names[0], "<code>"+name+"</code>")
			if i < at {
				t.Errorf("%s is not in its place in %s", name, names[0])
			}
			at = i
		}
	}
	if text := render(t, reporttest.Full()); strings.Contains(text, "report.html.by-owner") {
		t.Error("the report of one repository has an overview")
	}
}

// Names of repositories, owners and refs are text, too.
func TestHostileOrigin(t *testing.T) {
	for _, word := range reporttest.Words() {
		r := reporttest.Sweep()
		for _, f := range r.Findings {
			for i := range f.Occurrences {
				o := &f.Occurrences[i].Origin
				o.Repository, o.Owner, o.Lost.Ref, o.Lost.Actor, o.Web = word, word, word, word, "javascript:alert(1)"
			}
		}
		text := render(t, r)
		if strings.Count(text, "<script") != 1 || strings.Contains(text, "<img") || strings.Contains(text, `href="javascript:`) || strings.Contains(text, " onmouseover=\"") {
			t.Errorf("%q does harm", word)
		}
	}
}

// Without JavaScript everything is there.
func TestEverythingIsOnThePage(t *testing.T) {
	r := reporttest.Full()
	text := render(t, r)
	for _, f := range r.Findings {
		if !strings.Contains(text, f.Fingerprint) {
			t.Errorf("finding %s is not on the page", f.Fingerprint)
		}
	}
	if n := strings.Count(text, "<li>"); n < len(r.Skips) {
		t.Errorf("%d of %d skips are on the page", n, len(r.Skips))
	}
	if bytes.Contains([]byte(text), []byte(" hidden>")) {
		t.Error("something is hidden")
	}
}

func TestIncompleteIsNeverClean(t *testing.T) {
	r := reporttest.Clean()
	r.Summary.Complete = false
	if text := render(t, r); strings.Contains(text, "report.nothing-found") || !strings.Contains(text, "report.not-clean") {
		t.Error("an incomplete scan reads as clean")
	}
}
