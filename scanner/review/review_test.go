package review_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/githubtest"
	"github.com/akguard/akguard/scanner/review"
	"github.com/akguard/akguard/verifier"
)

const token = "ghs_a16C7e42F292c6912E7710c838347Ae178B4a"

// pull is a pull request with findings in it.
type pull struct {
	*githubtest.Server
	t        *testing.T
	keys     *rulestest.Keys
	findings []finding.Finding
}

func newPull(t *testing.T) *pull {
	p := &pull{Server: githubtest.New(token), t: t, keys: rulestest.NewKeys(1)}
	t.Cleanup(func() {
		p.Close()
		for _, v := range p.Violations() {
			t.Error(v)
		}
	})
	return p
}

// at returns a finding at these places.
func (p *pull) at(places ...finding.Place) finding.Finding {
	id := rules.NewSecret(p.keys.ID24())
	f := finding.Finding{
		Credential: rules.Credential{Type: rules.AccessKeyID, ID: id}, Severity: rules.High, State: finding.StateNew,
		Verdict: verifier.Verdict{Status: verifier.Unchecked},
	}
	f.Fingerprint = f.Credential.Fingerprint()
	for _, place := range places {
		f.Occurrences = append(f.Occurrences, finding.Occurrence{Place: place, Line: 2})
	}
	return f
}

func inFile(path, blob string) finding.Place {
	return finding.Place{Source: finding.SourceHistory, Path: path, Blob: blob, Commit: strings.Repeat("c", 40), Author: "Li Wei"}
}

func inMessage() finding.Place {
	return finding.Place{Source: finding.SourceMessage, Commit: strings.Repeat("d", 40), Author: "Li Wei"}
}

// diff has lines 1 to 3.
const diff = "@@ -1,2 +1,3 @@\n a\n+b\n c\n"

// onLine adds a finding on a line of the diff, outside one of a file of the pull request, gone one in neither.
func (p *pull) onLine(n int) {
	for range n {
		path := fmt.Sprintf("dir/f%d.env", len(p.findings))
		p.Files = append(p.Files, githubtest.File{Path: path, Blob: "b1", Patch: diff})
		p.findings = append(p.findings, p.at(inFile(path, "b1")))
	}
}

func (p *pull) outside(n int) {
	for range n {
		path := fmt.Sprintf("dir/f%d.env", len(p.findings))
		p.Files = append(p.Files, githubtest.File{Path: path, Blob: "b2", Patch: diff})
		p.findings = append(p.findings, p.at(inFile(path, "b1")))
	}
}

func (p *pull) messages(n int) {
	for range n {
		p.findings = append(p.findings, p.at(inMessage()))
	}
}

// push moves the head of the pull request.
func (p *pull) push(n int) { p.Head = fmt.Sprintf("%040x", n+1) }

func (p *pull) client() *github.Client {
	c, err := github.New(github.Options{
		API: p.URL, Token: token, Repository: githubtest.Repository, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// run reviews, and returns how many requests wrote.
func (p *pull) run() (review.Result, int, error) {
	p.Forget()
	result, err := review.Reconcile(p.t.Context(), review.Options{
		Client: p.client(), Number: githubtest.Number, Head: p.Head, Complete: true, Words: reason.Plain{},
	}, p.findings)
	return result, p.Writes(), err
}

var marked = regexp.MustCompile(`^<!-- akguard ([0-9a-f]+) -->`)

// commented returns how many comments each fingerprint has.
func (p *pull) commented() map[string]int {
	out := map[string]int{}
	for _, c := range p.Comments {
		if m := marked.FindStringSubmatch(c.Body); m != nil && c.Author == p.User {
			out[m[1]]++
		}
	}
	return out
}

// check fails unless each finding has a comment or is not shown, none has two, and as many are shown as there are comments.
func (p *pull) check(result review.Result) {
	p.t.Helper()
	there := p.commented()
	for _, f := range p.findings {
		switch n := there[f.Fingerprint]; {
		case n > 1:
			p.t.Errorf("%s has %d comments", f.Fingerprint, n)
		case n == 0 && result.Shown[f.Fingerprint]:
			p.t.Errorf("%s is said to be shown, and is not", f.Fingerprint)
		}
	}
}

func shown(r review.Result) int {
	n := 0
	for _, ok := range r.Shown {
		if ok {
			n++
		}
	}
	return n
}

// Five runs over five pushes, with 120 comments of others before them: one comment for each credential, the first in one
// request, none where nothing changed, and those resolved that are gone.
func TestFivePushes(t *testing.T) {
	p := newPull(t)
	for i := range 120 {
		p.Comment(githubtest.Comment{Author: fmt.Sprint("user", i%7), Body: "nice", Path: "dir/f0.env", Line: 2})
	}
	p.onLine(20)
	result, writes, err := p.run()
	if err != nil || writes != 1 || shown(result) != 20 || len(p.Comments) != 140 {
		t.Fatalf("first push: %d writes, %d shown, %d comments, %v", writes, shown(result), len(p.Comments), err)
	}
	p.check(result)

	p.push(1)
	if _, writes, err = p.run(); err != nil || writes != 0 {
		t.Errorf("nothing changed: %d writes, %v", writes, err)
	}

	p.push(2) // 25 more lines, 5 outside the diff, 10 in messages: 60 findings
	p.onLine(25)
	p.outside(5)
	p.messages(10)
	result, writes, err = p.run()
	if err != nil || writes != 2 || shown(result) != review.MaxComments || len(p.commented()) != review.MaxComments {
		t.Errorf("more findings: %d writes, %d shown, %v", writes, shown(result), err)
	}
	p.check(result)
	if body := p.Reviews[0].Body; !strings.Contains(body, "review.summary(60)") || !strings.Contains(body, "review.commented(50)") || strings.Count(body, "review.item(") != 10 || strings.Contains(body, "review.more(") {
		t.Errorf("the summary is %s", body)
	}

	p.push(3) // a key was disabled, a line was indented, and two commits were removed
	p.findings[3].Verdict.Status = verifier.Inactive
	p.Comments[120+5].Line = 0
	gone := p.findings[:2]
	p.findings = p.findings[2:]
	result, _, err = p.run()
	if err != nil {
		t.Fatal(err)
	}
	p.check(result)
	for _, c := range p.Comments {
		if strings.Contains(c.Body, gone[0].Fingerprint) && (!c.Resolved || !strings.Contains(c.Body, "review.gone")) {
			t.Errorf("the comment of what is gone is %+v", c)
		}
	}
	if n := p.commented()[gone[0].Fingerprint]; n != 0 {
		t.Errorf("what is gone has %d comments", n)
	}

	p.push(4) // one is back; the others stay
	p.findings = append(p.findings, gone[0])
	if result, _, err = p.run(); err != nil || !result.Shown[gone[0].Fingerprint] {
		t.Errorf("what is back is not shown, %v", err)
	}
	p.check(result)
	for _, c := range p.Comments {
		if strings.Contains(c.Body, gone[0].Fingerprint) && c.Resolved {
			t.Error("what is back is still resolved")
		}
	}
	p.push(5)
	if _, writes, err = p.run(); err != nil || writes != 0 {
		t.Errorf("at the end: %d writes, %v", writes, err)
	}
	for _, c := range p.Comments[:120] {
		if c.Body != "nice" || c.Resolved {
			t.Fatalf("a comment of another became %+v", c)
		}
	}
}

// A line outside the diff has its comment on the file; what is in no file is in the text of the review.
func TestPlaces(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	p.outside(2)
	p.messages(1)
	p.findings = append(p.findings, p.at(inFile("gone.env", "b1")))
	result, writes, err := p.run()
	if err != nil || writes != 2 || shown(result) != 3 {
		t.Fatalf("%d writes, %d shown, %v", writes, shown(result), err)
	}
	files := 0
	for _, c := range p.Comments {
		if c.OnFile {
			files++
			if !strings.Contains(c.Body, "review.in-file") {
				t.Errorf("the comment on the file does not say where: %s", c.Body)
			}
		} else if c.Path != "dir/f0.env" || c.Line != 2 {
			t.Errorf("a comment is at %s:%d", c.Path, c.Line)
		}
	}
	var body string
	for _, v := range p.Reviews {
		body += v.Body
	}
	if files != 2 || !strings.Contains(body, "review.in-message") || !strings.Contains(body, "<code>gone&#46;env</code>") && !strings.Contains(body, "<code>gone.env</code>") {
		t.Errorf("%d comments on files; the review says %s", files, body)
	}
	if _, writes, err = p.run(); err != nil || writes != 0 {
		t.Errorf("again: %d writes, %v", writes, err)
	}
}

// Each request in turn fails, once and for good. One comment a credential, and what is shown is there; after a failure that
// passes, the next run makes up for everything.
func TestFaults(t *testing.T) {
	scenario := func(t *testing.T) *pull {
		p := newPull(t)
		p.onLine(4)
		p.outside(2)
		p.messages(1)
		if _, _, err := p.run(); err != nil {
			t.Fatal(err)
		}
		p.push(1) // one is gone, one changed, one moved, and there are new ones
		p.findings = p.findings[1:]
		p.findings[0].Verdict.Status = verifier.Inactive
		p.Comments[len(p.Comments)-1].Line = 0
		p.onLine(2)
		p.outside(1)
		return p
	}
	whole := scenario(t)
	if _, _, err := whole.run(); err != nil {
		t.Fatal(err)
	}
	requests := len(whole.Requests)
	if requests < 10 {
		t.Fatalf("only %d requests", requests)
	}
	for _, status := range []int{401, 403, 404, 422, 429, 500} {
		for at := range requests {
			for _, forGood := range []bool{false, true} {
				for _, after := range []bool{false, status == 500} {
					name := fmt.Sprintf("%d at request %d, for good %v, after %v", status, at, forGood, after)
					p, n := scenario(t), 0
					p.Fault = func(githubtest.Request) *githubtest.Fault {
						n++
						if n-1 == at || n > at && forGood {
							return &githubtest.Fault{Status: status, After: after}
						}
						return nil
					}
					result, _, err := p.run()
					if err != nil && strings.Contains(err.Error(), token) {
						t.Errorf("%s: the error has the token", name)
					}
					if (status == 500 || status == 429) && !forGood && err != nil {
						t.Errorf("%s: %v", name, err)
					}
					p.check(result)
					p.Fault = nil
					result, _, err = p.run()
					p.check(result)
					if n := shown(result); err != nil || n != 8 {
						t.Errorf("%s: the next run shows %d, %v", name, n, err)
					}
					if t.Failed() {
						t.Log(name)
						return
					}
				}
			}
		}
	}
}

// The marker of others is no comment of ours, and ours is only at the very beginning.
func TestForgedMarkers(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	mark := "<!-- akguard " + p.findings[0].Fingerprint + " -->"
	forged := []*githubtest.Comment{
		p.Comment(githubtest.Comment{Author: "mallory", Body: mark, Path: "dir/f0.env", Line: 2}),
		p.Comment(githubtest.Comment{Author: "mallory[bot]", Body: mark, Path: "dir/f0.env", Line: 2}),
		p.Comment(githubtest.Comment{Author: githubtest.Bot, Body: "they say:\n" + mark, Path: "dir/f0.env", Line: 2}),
	}
	p.Reviews = append(p.Reviews, &githubtest.Review{ID: 1, Author: "mallory", Body: "<!-- akguard review -->\nall is well"})
	result, writes, err := p.run()
	if err != nil || writes != 1 || shown(result) != 1 || len(p.Comments) != 4 {
		t.Errorf("%d writes, %d shown, %d comments, %v", writes, shown(result), len(p.Comments), err)
	}
	for _, c := range forged {
		if strings.Contains(c.Body, "review.") {
			t.Errorf("a comment of %s was edited", c.Author)
		}
	}
}

// Somebody's own token has somebody's comments, and those of GitHub Actions are known.
func TestOwnUser(t *testing.T) {
	p := newPull(t)
	p.User = "security-team"
	p.onLine(1)
	for range 2 {
		if _, _, err := p.run(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.Comments); n != 1 {
		t.Errorf("%d comments", n)
	}
}

// A comment that somebody has answered stays, and names the place where its line has changed.
func TestAnswered(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	if _, _, err := p.run(); err != nil {
		t.Fatal(err)
	}
	ours := p.Comments[0]
	ours.Line = 0
	p.Comment(githubtest.Comment{Author: "wei", Body: "is it?", Path: ours.Path, ReplyTo: ours.ID})
	result, writes, err := p.run()
	if err != nil || writes != 1 || len(p.Comments) != 2 || !strings.Contains(ours.Body, "review.in-file") {
		t.Errorf("%d writes, %d comments, %s, %v", writes, len(p.Comments), ours.Body, err)
	}
	p.check(result)
}

// What is not there to be resolved: a run that did not read everything.
func TestIncomplete(t *testing.T) {
	p := newPull(t)
	p.onLine(2)
	if _, _, err := p.run(); err != nil {
		t.Fatal(err)
	}
	_, err := review.Reconcile(t.Context(), review.Options{
		Client: p.client(), Number: githubtest.Number, Head: p.Head, Words: reason.Plain{},
	}, p.findings[:1])
	if n := len(p.commented()); err != nil || n != 2 {
		t.Errorf("%d comments, %v", n, err)
	}
}

// A job for an older commit leaves the pull request to the job for the newer one.
func TestMoved(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	result, err := review.Reconcile(t.Context(), review.Options{
		Client: p.client(), Number: githubtest.Number, Head: strings.Repeat("0", 40), Complete: true, Words: reason.Plain{},
	}, p.findings)
	if reason.Of(err).Code != "review.moved" || p.Writes() != 0 || shown(result) != 0 {
		t.Errorf("%v, %d writes", err, p.Writes())
	}
}

// Words of others can be no mention, HTML, end of a marker, link or command, however long they are.
func TestWordsOfOthers(t *testing.T) {
	p := newPull(t)
	corpus := []string{
		"@acme/security", "<!-- x -->", "--> <img src=x onerror=1>", "</code></details>", "[a](https://evil.example)", "https://evil.example/x",
		"www.evil.example", "`x` **b**", "/approve\n/merge", "##[stop-commands]x", "::error::x", "| a | b |", "#1 GH-1 acme/shop#1", "a\u202eb", "&#64;acme",
		strings.Repeat("@acme ", 20_000), "\xff\xfe",
	}
	for i, word := range corpus {
		place := inFile(word, "b1")
		place.Author = word
		p.findings = append(p.findings, p.at(place))
		place.Path = fmt.Sprint("f", i)
		place.Member = word
		p.Files = append(p.Files, githubtest.File{Path: place.Path, Blob: "b", Patch: diff})
		p.findings = append(p.findings, p.at(place))
	}
	result, _, err := p.run()
	if err != nil {
		t.Fatal(err)
	}
	p.check(result)
	texts := []string{}
	for _, c := range p.Comments {
		texts = append(texts, c.Body)
	}
	for _, v := range p.Reviews {
		texts = append(texts, v.Body)
	}
	code := regexp.MustCompile(`<code>([^<]*)</code>`)
	entity := regexp.MustCompile(`&#[0-9]+;`)
	for _, text := range texts {
		rest := code.ReplaceAllStringFunc(text, func(s string) string {
			inner := entity.ReplaceAllString(code.FindStringSubmatch(s)[1], "")
			if strings.ContainsAny(inner, "@<>`[]()*_|#&:!\n") || strings.Contains(inner, "www.") {
				t.Errorf("%q is in code", s)
			}
			return ""
		})
		rest = marked.ReplaceAllString(strings.TrimPrefix(rest, "<!-- akguard review -->"), "")
		if strings.ContainsAny(rest, "@<>`[]|#&") || strings.Contains(rest, "evil") || strings.Contains(rest, "acme") {
			t.Errorf("outside of code is %q", rest)
		}
		if n := utf8.RuneCountInString(text); n > 65_536 {
			t.Errorf("%d characters", n)
		}
	}
}

// 20,000 findings: the limits hold, the worst come first, and the numbers add up.
func TestMany(t *testing.T) {
	p := newPull(t)
	for range 20_000 {
		p.findings = append(p.findings, p.at(inMessage()))
	}
	p.onLine(60)
	p.findings[len(p.findings)-1].Verdict.Status = verifier.Live
	result, writes, err := p.run()
	if err != nil || writes != 1 || shown(result) != review.MaxComments || !strings.Contains(p.Comments[0].Body, "report.status.live") {
		t.Errorf("%d writes, %d shown, %v", writes, shown(result), err)
	}
	if body := p.Reviews[0].Body; !strings.Contains(body, "review.summary(20060)") || !strings.Contains(body, "review.more(19960)") || len(body) > 65_536 {
		t.Errorf("the summary is %.200s", body)
	}
}

// A token that must not resolve threads still says that a credential is gone.
func TestMayNotResolve(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	if _, _, err := p.run(); err != nil {
		t.Fatal(err)
	}
	p.findings = nil
	p.Fault = func(r githubtest.Request) *githubtest.Fault {
		if strings.Contains(string(r.Body), "resolveReviewThread") {
			return &githubtest.Fault{Status: http.StatusOK, Body: `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`}
		}
		return nil
	}
	if _, _, err := p.run(); err != nil || !strings.Contains(p.Comments[0].Body, "review.gone") || !strings.Contains(p.Reviews[0].Body, "review.clean") {
		t.Errorf("%v, %s", err, p.Comments[0].Body)
	}
}

// A file that takes no comment has its finding in the text of the review, and the others keep theirs.
func TestUnfitFile(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	p.outside(2)
	p.Unfit = p.findings[2].Occurrences[0].Path
	result, _, err := p.run()
	if err != nil || shown(result) != 2 || len(p.Comments) != 2 {
		t.Fatalf("%d shown, %d comments, %v", shown(result), len(p.Comments), err)
	}
	p.check(result)
	if body := p.Reviews[0].Body; strings.Count(body, "review.item(") != 1 {
		t.Errorf("the review says %s", body)
	}
}

// A review that the user of the token has begun stays as it is, and the comments on files are created one by one.
func TestDraftOfUser(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	p.outside(2)
	p.User = "mona"
	draft := &githubtest.Review{ID: 5, Author: "mona", Body: "I have doubts", Pending: true}
	p.Reviews = append(p.Reviews, draft)
	result, _, _ := p.run()
	p.check(result)
	if !draft.Pending || p.Reviews[0] != draft || len(p.Comments) < 2 {
		t.Errorf("the draft is %+v, and there are %d comments", p.Reviews[0], len(p.Comments))
	}
}

// A review that an earlier run has begun, and not submitted, is deleted.
func TestLeftBehind(t *testing.T) {
	p := newPull(t)
	p.onLine(1)
	p.outside(1)
	p.Reviews = append(p.Reviews, &githubtest.Review{ID: 5, Author: p.User, Body: "<!-- akguard review -->\nold", Pending: true})
	result, _, err := p.run()
	if err != nil || shown(result) != 2 || len(p.Reviews) != 1 || p.Reviews[0].Pending {
		t.Errorf("%d shown, reviews %+v, %v", shown(result), p.Reviews, err)
	}
	p.check(result)
}
