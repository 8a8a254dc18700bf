package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/verifier"
)

// A match is reported where a person finds it: lines of all kinds of files, columns in code points.
func TestPositions(t *testing.T) {
	k := planted.Keys(20)()
	for name, c := range map[string]struct {
		format string // of the ID and the secret
		header int
		want   [3]int // line, column, line of the secret
	}{
		"first":                  {"%s\n%s", 0, [3]int{1, 1, 2}},
		"one line":               {"\n\nid=%s secret=%s", 0, [3]int{3, 4, 3}},
		"Windows":                {"a\r\nid=%s\r\nsecret=%s\r\n", 0, [3]int{2, 4, 3}},
		"old Macs":               {"a\rid=%s\rsecret=%s\r", 0, [3]int{2, 4, 3}},
		"Chinese":                {"密钥\n密钥：%s\n密码：%s\n", 0, [3]int{2, 4, 3}},
		"four bytes":             {"😀😀 %s\n%s", 0, [3]int{1, 4, 2}},
		"not text":               {"\xff\xfe\x00%s\n%s", 0, [3]int{1, 4, 2}},
		"tab":                    {"\t%s\n\t%s", 0, [3]int{1, 2, 2}},
		"the secret comes first": {"secret=%[2]s\n\nid=%[1]s\n", 0, [3]int{3, 4, 1}},
		"message":                {"tree\nauthor\n\n%s\n%s", 3, [3]int{1, 1, 2}},
		"header":                 {"tree\nauthor %s\n\nx\n%s", 3, [3]int{1, 8, 2}},
	} {
		source := single{scanner.Blob{Content: fmt.Appendf(nil, c.format, k.ID, k.Secret), HeaderLines: c.header}}
		f := planted.Scan(t, []scanner.Source{source}, nil).Of(k)
		if f == nil {
			t.Errorf("%s: not found", name)
			continue
		}
		o := f.Occurrences[0]
		if got := [3]int{o.Line, o.Column, o.SecretLine}; got != c.want || o.Parts != finding.PartBoth {
			t.Errorf("%s: %s at %v, want %v", name, o.Parts, got, c.want)
		}
	}
}

// single is a Source of one content.
type single struct{ blob scanner.Blob }

// Scan implements scanner.Source.
func (s single) Scan(ctx context.Context, sink scanner.Sink) error { return sink.Blob(ctx, s.blob) }

// A scan that reads everything says so, with what it read.
func TestSummary(t *testing.T) {
	k, bytes := planted.Keys(21)(), 0
	var phases []string
	var r planted.Report
	s := scanner.New(scanner.Options{
		Header: finding.Header{Version: "v", Target: "here"}, Rules: builtin.Set(),
		Verifier: &oracle{secrets: map[string]string{k.ID: k.Secret}},
		Sources:  []scanner.Source{memory{files: []file{{"a", k.Text()}, {"b", "nothing"}}}, streamed{strings.NewReader("a stream")}},
		Progress: func(n int) { bytes += n },
		Phase: func(p scanner.Phase, done, total int) {
			phases = append(phases, fmt.Sprintf("%s %d/%d", p, done, total))
		},
	})
	sum, err := s.Run(t.Context(), &r)
	size := len(k.Text()) + len("nothing") + len("a stream")
	want := finding.Summary{Blobs: 3, Bytes: int64(size), Findings: 1, Live: 1, Complete: true, Duration: sum.Duration}
	if err != nil || sum != want || r.Sum != want || bytes != size {
		t.Errorf("the summary is %+v (%v), want %+v; progress %d", sum, err, want, bytes)
	}
	if want := []string{"locate 0/0", "locate 0/0", "verify 0/1", "verify 1/1"}; !slices.Equal(phases, want) {
		t.Errorf("the phases are %v, want %v", phases, want)
	}
	if h := r.Opened; h.Version != "v" || h.Target != "here" || !h.Verify || len(h.Rules) != len(builtin.Set().Rules()) {
		t.Errorf("the header is %+v", h)
	}
}

// What was not read is reported, each thing once and in order, and the scan is not complete.
func TestSkips(t *testing.T) {
	a, b, c := finding.Skip{Path: "a", Reason: reason.Text("1")}, finding.Skip{Path: "a", Reason: reason.Text("2")}, finding.Skip{Path: "b", Reason: reason.Text("1")}
	r := planted.Scan(t, []scanner.Source{memory{skips: []finding.Skip{c, b}}, memory{skips: []finding.Skip{a, b}}}, nil)
	if !reflect.DeepEqual(r.Skips, []finding.Skip{a, b, c}) || r.Sum.Complete || r.Sum.Skips != 3 {
		t.Errorf("skips are %v, the summary is %+v", r.Skips, r.Sum)
	}
}

// Past the limit of places a scan keeps fewer places, never fewer credentials, and says of which files.
func TestMaxPlaces(t *testing.T) {
	next := planted.Keys(22)
	var files []file
	for i := range 5 {
		files = append(files, file{fmt.Sprint(i), next().Text() + next().Text()})
	}
	everywhere := func(p finding.Place) []finding.Place {
		return []finding.Place{p, {Source: p.Source, Path: p.Path + " again"}, {Source: p.Source, Path: p.Path + " and again"}}
	}
	for name, c := range map[string]struct {
		source scanner.Source
		max    int
		places int
		skips  []string
	}{
		"room":            {memory{files: files}, 10, 10, nil},
		"many keys":       {memory{files: files}, 7, 10, nil},
		"hardly any room": {memory{files: files}, 1, 10, nil},
		"places":          {located{memory: memory{files: files}, places: everywhere}, 30, 30, nil},
		"too many places": {located{memory: memory{files: files}, places: everywhere}, 29, 20, []string{"0", "1", "2", "3", "4"}},
	} {
		var r planted.Report
		s := scanner.New(scanner.Options{Sources: []scanner.Source{c.source}, Rules: builtin.Set(), MaxPlaces: c.max})
		if _, err := s.Run(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, f := range r.Findings {
			places += len(f.Occurrences)
		}
		var skips []string
		for _, skip := range r.Skips {
			skips = append(skips, skip.Path)
		}
		if len(r.Findings) != 10 || places != c.places || r.Sum.Complete != (c.skips == nil) || !slices.Equal(skips, c.skips) {
			t.Errorf("%s: %d findings at %d places, skips %v", name, len(r.Findings), places, r.Skips)
		}
	}
}

// Keys in a thousand versions of a file must not displace other keys, in whatever order the contents come, and the report
// is the same each time.
func TestNoisyFile(t *testing.T) {
	next := planted.Keys(23)
	const noisy, others, versions, limit = 20, 20, 400, 1000
	var text string
	for range noisy {
		text += next().Text()
	}
	var files []file
	for i := range versions {
		files = append(files, file{fmt.Sprintf("config %03d", i), text})
	}
	for i := range others {
		files = append(files, file{fmt.Sprintf("other %d", i), next().Text()})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var first []finding.Finding
	for range 5 {
		rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		var r planted.Report
		s := scanner.New(scanner.Options{Sources: []scanner.Source{memory{files: files}}, Rules: builtin.Set(), MaxPlaces: limit})
		if _, err := s.Run(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
		places := 0
		for _, f := range r.Findings {
			places += len(f.Occurrences)
		}
		if len(r.Findings) != noisy+others || places > limit || places < limit*3/4 {
			t.Errorf("%d findings at %d places, want %d at nearly %d", len(r.Findings), places, noisy+others, limit)
		}
		if len(r.Skips) != 1 || r.Skips[0].Path != "config 000" {
			t.Errorf("skips are %v", r.Skips)
		}
		if first == nil {
			first = r.Findings
		}
		if !reflect.DeepEqual(first, r.Findings) {
			t.Error("the findings depend on the order of the contents")
		}
	}
}

// A Verifier is asked about five secrets of an ID at most, and not again once it knows more than that one is not its own.
func TestSecretsAreTriedInOrder(t *testing.T) {
	keys := rulestest.NewKeys(23)
	id, secrets := keys.ID24(), []string{}
	var files []file
	for i := range 9 {
		secrets = append(secrets, keys.Secret())
		for j := range 9 - i { // the first is paired most often
			files = append(files, file{fmt.Sprintf("%d %d", i, j), pairText(id, secrets[i])})
		}
	}
	for name, c := range map[string]struct {
		secret string
		status map[string]verifier.Status
		asked  int
		want   verifier.Status
		chosen string
	}{
		"the first":          {secrets[0], nil, 1, verifier.Live, secrets[0]},
		"the fifth":          {secrets[4], nil, 5, verifier.Live, secrets[4]},
		"the sixth":          {secrets[5], nil, 5, verifier.Exists, secrets[0]},
		"no answer":          {secrets[2], map[string]verifier.Status{secrets[0]: verifier.Unknown}, 3, verifier.Live, secrets[2]},
		"no answer later on": {"", map[string]verifier.Status{secrets[1]: verifier.Unknown}, 5, verifier.Unknown, secrets[1]},
		"a disabled key":     {"", map[string]verifier.Status{secrets[1]: verifier.Inactive}, 2, verifier.Inactive, secrets[1]},
	} {
		v := &oracle{secrets: map[string]string{id: c.secret}, status: c.status}
		f := scan(t, v, files...).Findings[0]
		if v.asked[id] != c.asked || f.Verdict.Status != c.want || f.Credential.Secret.Reveal() != c.chosen {
			t.Errorf("%s: asked %d times, %s", name, v.asked[id], f.Verdict.Status)
		}
		if len(f.Candidates) != 5 {
			t.Errorf("%s: %d candidates", name, len(f.Candidates))
		}
	}
}

// A credential that does not work is no longer urgent, and one that does is, whatever its rule says.
func TestSeverity(t *testing.T) {
	keys := rulestest.NewKeys(24)
	id, secret := keys.ID24(), keys.Secret()
	for status, want := range map[verifier.Status]rules.Severity{
		verifier.Live: rules.Critical, verifier.Restricted: rules.Critical, verifier.Unknown: rules.Critical, verifier.Unchecked: rules.Critical,
		verifier.Inactive: rules.Low, verifier.NotFound: rules.Low, verifier.Expired: rules.Low, verifier.SecretMismatch: rules.Medium,
		verifier.Exists: rules.Medium,
	} {
		v := verdict(status)
		if got := scan(t, v, file{"a", pairText(id, secret)}).Findings[0].Severity; got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
	}
}

// verdict is a Verifier that answers one status.
type verdict verifier.Status

func (v verdict) Verify(context.Context, rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Status(v)}
}

// When its context ends, a scan ends with the context's error, whatever it was doing. Its report is whole, says that it is
// incomplete, and has what was found until then.
func TestInterrupted(t *testing.T) {
	k := planted.Keys(25)()
	whole := memory{files: []file{{"a", k.Text()}}}
	for name, c := range map[string]struct {
		sources  func(cancel func()) []scanner.Source
		findings int
	}{
		"before": {func(cancel func()) []scanner.Source { cancel(); return []scanner.Source{whole} }, 0},
		"in a read": {func(cancel func()) []scanner.Source {
			return []scanner.Source{whole, streamed{stopping{strings.NewReader(k.Text()), cancel}}}
		}, 1},
		"locating":   {func(cancel func()) []scanner.Source { return []scanner.Source{locating(k, cancel, nil)} }, 1},
		"and failed": {func(cancel func()) []scanner.Source { return []scanner.Source{locating(k, cancel, errBroken)} }, 1},
		"not located": {func(cancel func()) []scanner.Source {
			places := func(finding.Place) []finding.Place { t.Error("an interrupted scan was located"); return nil }
			return []scanner.Source{located{memory: memory{files: whole.files, then: cancel, err: context.Canceled}, places: places}}
		}, 1},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		r := interrupted(t, ctx, name, scanner.Options{Sources: c.sources(cancel), Rules: builtin.Set(), Verifier: &oracle{}})
		if len(r.Findings) != c.findings {
			t.Errorf("%s: %d findings, want %d", name, len(r.Findings), c.findings)
		}
		for _, f := range r.Findings {
			if f.Verdict.Status != verifier.Unchecked {
				t.Errorf("%s: the finding is %s, and nobody was asked", name, f.Verdict.Status)
			}
		}
	}
}

// A scan that is interrupted while it verifies reports the verdicts that it has.
func TestInterruptedVerifying(t *testing.T) {
	next := planted.Keys(26)
	var files []file
	for i := range 40 {
		files = append(files, file{fmt.Sprintf("%02d", i), next().Text()})
	}
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Int32
	ask := func(rules.Credential) {
		if asked.Add(1) == 10 {
			cancel()
		}
	}
	r := interrupted(t, ctx, "verifying", scanner.Options{
		Sources: []scanner.Source{memory{files: files}}, Rules: builtin.Set(), Verifier: &oracle{ask: ask},
	})
	status := map[verifier.Status]int{}
	for _, f := range r.Findings {
		status[f.Verdict.Status]++
	}
	if len(r.Findings) != 40 || status[verifier.NotFound] < 10 || status[verifier.Unchecked] < 40-10-8 {
		t.Errorf("%d findings: %v", len(r.Findings), status)
	}
}

// interrupted runs a scan whose context ends.
func interrupted(t *testing.T, ctx context.Context, name string, opts scanner.Options) planted.Report {
	t.Helper()
	var r planted.Report
	sum, err := scanner.New(opts).Run(ctx, &r)
	if !errors.Is(err, context.Canceled) || !r.Ended || sum != r.Sum || !sum.Interrupted || sum.Complete {
		t.Errorf("%s: the error is %v, summary %v: %+v", name, err, r.Ended, r.Sum)
	}
	return r
}

// stopping is a reader that ends the context with its first bytes.
type stopping struct {
	io.Reader
	cancel func()
}

func (s stopping) Read(b []byte) (int, error) {
	s.cancel()
	return s.Reader.Read(b[:min(len(b), 10)])
}

func locating(k planted.Key, cancel func(), err error) scanner.Source {
	places := func(p finding.Place) []finding.Place {
		cancel()
		return []finding.Place{p}
	}
	return located{memory: memory{files: []file{{"a", k.Text()}}}, places: places, err: err}
}

// An error of a handler or of a source ends the scan.
func TestErrors(t *testing.T) {
	k := planted.Keys(26)()
	whole := memory{files: []file{{"a", k.Text()}}, skips: []finding.Skip{{Path: "b", Reason: reason.Text("c")}}}
	for _, at := range []string{"header", "finding", "skip", "summary"} {
		h := &broken{at: at}
		s := scanner.New(scanner.Options{Sources: []scanner.Source{whole}, Rules: builtin.Set()})
		if _, err := s.Run(t.Context(), h); !errors.Is(err, errBroken) || h.Ended != (at == "summary") {
			t.Errorf("at the %s: the error is %v, summary %v", at, err, h.Ended)
		}
	}
	none := func(finding.Place) []finding.Place { return nil }
	for name, source := range map[string]scanner.Source{
		"source":         memory{err: errBroken},
		"stream":         streamed{io.MultiReader(strings.NewReader("text"), iotest.ErrReader(errBroken))},
		"cut stream":     streamed{io.MultiReader(strings.NewReader("text"), iotest.ErrReader(io.ErrUnexpectedEOF))},
		"locator":        located{memory: whole, places: func(p finding.Place) []finding.Place { return []finding.Place{p} }, err: errBroken},
		"lack of places": located{memory: whole, places: none},
	} {
		var r planted.Report
		s := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set()})
		if _, err := s.Run(t.Context(), &r); err == nil || r.Ended {
			t.Errorf("%s: the error is %v, summary %v", name, err, r.Ended)
		}
	}
}

// A locator is asked once, about all content with matches, even if there is none, and decides where it is.
func TestLocate(t *testing.T) {
	k, asked := planted.Keys(27)(), -1
	nowhere := func(finding.Place) []finding.Place { return []finding.Place{} }
	twice := func(p finding.Place) []finding.Place { return []finding.Place{{Path: "x"}, {Path: "y"}} }
	for name, c := range map[string]struct {
		files    []file
		places   func(finding.Place) []finding.Place
		asked    int
		findings int
	}{
		"no hits":             {[]file{{"a", "nothing"}}, nowhere, 0, 0},
		"nowhere":             {[]file{{"a", k.Text()}}, nowhere, 1, 0},
		"two hits in a place": {[]file{{"a", k.Text() + k.Text()}, {"b", k.Text()}}, twice, 2, 1},
	} {
		r := planted.Scan(t, []scanner.Source{located{memory{files: c.files}, c.places, &asked, nil}}, nil)
		if asked != c.asked || len(r.Findings) != c.findings {
			t.Errorf("%s: asked about %d, %d findings", name, asked, len(r.Findings))
		}
	}
}

// A scanner may run twice at a time.
func TestConcurrent(t *testing.T) {
	next := planted.Keys(28)
	var sources []scanner.Source
	for range 4 {
		sources = append(sources, memory{files: []file{{"a", next().Text()}, {"b", next().Text()}}})
	}
	s := scanner.New(scanner.Options{Sources: sources, Rules: builtin.Set(), Verifier: verdict(verifier.Live)})
	done := make(chan int)
	for range 4 {
		go func() {
			sum, _ := s.Run(t.Context(), new(planted.Report))
			done <- sum.Live
		}()
	}
	for range 4 {
		select {
		case live := <-done:
			if live != 8 {
				t.Errorf("%d findings are live, want 8", live)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a scan does not end")
		}
	}
}

// waiting is a Handler that reports each finding on a channel.
type waiting struct {
	planted.Report
	written chan finding.Finding
}

func (w *waiting) Finding(f finding.Finding) error {
	w.written <- f
	return nil
}

// A finding is written as soon as it and those before it are settled, while others are still being verified.
func TestFindingsAreWrittenEarly(t *testing.T) {
	next := planted.Keys(29)
	first, last := next(), next()
	release := make(chan bool)
	v := &gated{id: last.ID, gate: release}
	h := &waiting{written: make(chan finding.Finding)}
	s := scanner.New(scanner.Options{
		Sources: []scanner.Source{memory{files: []file{{"a", first.Text()}, {"b", last.Text()}}}}, Rules: builtin.Set(), Verifier: v,
	})
	done := make(chan error)
	go func() {
		_, err := s.Run(t.Context(), h)
		done <- err
	}()
	if f := <-h.written; f.Credential.ID.Reveal() != first.ID {
		t.Errorf("the first finding is at %s", f.Occurrences[0].Path)
	}
	close(release)
	if f := <-h.written; f.Credential.ID.Reveal() != last.ID {
		t.Errorf("the second finding is at %s", f.Occurrences[0].Path)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// gated is a Verifier that answers for one ID only when its gate opens.
type gated struct {
	id   string
	gate chan bool
}

// Verify implements verifier.Verifier.
func (g *gated) Verify(_ context.Context, c rules.Credential) verifier.Verdict {
	if c.ID.Reveal() == g.id {
		<-g.gate
	}
	return verifier.Verdict{Status: verifier.Live}
}

// suppressor suppresses what is on a line with a word, and remembers what it was asked.
type suppressor struct {
	mu    sync.Mutex
	asked []scanner.Candidate
}

// Suppress implements scanner.Suppressor.
func (s *suppressor) Suppress(c scanner.Candidate) (finding.Suppression, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, c)
	for _, o := range c.Occurrences {
		if !slices.ContainsFunc(o.SourceLines, func(line rules.Secret) bool { return strings.Contains(line.Reveal(), "allowed") }) {
			return finding.Suppression{}, false
		}
	}
	return finding.Suppression{By: "a comment", Reason: "allowed"}, true
}

// What is suppressed is counted, and reported only where that is asked for. A key that works is reported all the same,
// with the suppression, unless that is asked for too. The suppressor knows the fingerprint and the source lines.
func TestSuppress(t *testing.T) {
	next := planted.Keys(30)
	kept, dead, live := next(), next(), next()
	files := []file{
		{"a", "\nid: " + kept.ID + " # mine\nsecret: " + kept.Secret + "\n"},
		{"b", "id: " + dead.ID + " secret: " + dead.Secret + " # allowed"},
		{"c", "id: " + live.ID + "\nsecret: " + live.Secret + " # allowed"},
	}
	v := &oracle{secrets: map[string]string{live.ID: live.Secret}}
	run := func(opts scanner.Options) (*planted.Report, *suppressor) {
		t.Helper()
		sup, r := &suppressor{}, new(planted.Report)
		opts.Sources, opts.Rules, opts.Verifier, opts.Suppressor = []scanner.Source{memory{files: files}}, builtin.Set(), v, sup
		if _, err := scanner.New(opts).Run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		return r, sup
	}
	r, sup := run(scanner.Options{})
	if r.Of(kept) == nil || r.Of(dead) != nil || r.Of(live) == nil || r.Sum.Findings != 2 || r.Sum.Suppressed != 1 {
		t.Errorf("%d findings are reported; the summary is %+v", len(r.Findings), r.Sum)
	}
	if f := r.Of(live); f != nil && (f.Overruled.Reason != "allowed" || !f.Suppressed.IsZero()) {
		t.Errorf("the live key is %+v", f)
	}
	if r, _ := run(scanner.Options{ShowSuppressed: true}); r.Of(dead) == nil || r.Of(dead).Suppressed.By != "a comment" || r.Sum.Suppressed != 1 {
		t.Error("what is suppressed is not shown")
	}
	if r, _ := run(scanner.Options{AllowLive: true}); r.Of(live) != nil || r.Sum.Suppressed != 2 {
		t.Error("a live key is not suppressed")
	}
	i := slices.IndexFunc(sup.asked, func(c scanner.Candidate) bool { return c.Fingerprint == r.Of(kept).Fingerprint })
	if i < 0 || sup.asked[i].Rule != "alibaba-accesskey-pair" || sup.asked[i].Occurrences[0].SourceLines[0].Reveal() != "id: "+kept.ID+" # mine" {
		t.Errorf("the suppressor was asked about %+v", sup.asked)
	}
	if text := fmt.Sprintf("%+v", sup.asked); strings.Contains(text, kept.ID) || strings.Contains(text, kept.Secret) {
		t.Error("a candidate prints its credential")
	}
}

// Goroutines end with the scan, however it ends: a process may run thousands.
func TestGoroutinesEnd(t *testing.T) {
	k := planted.Keys(31)()
	before := runtime.NumGoroutine()
	for i := range 3000 {
		ctx, cancel := context.WithCancel(t.Context())
		source := memory{files: []file{{"a", "nothing"}}}
		if i%40 < 3 { // fingerprints are slow
			source.files[0].content = k.Text()
		}
		var h finding.Handler = new(planted.Report)
		switch i % 3 {
		case 0:
			source.then = cancel
		case 1:
			h = &broken{at: "finding"}
		}
		s := scanner.New(scanner.Options{Sources: []scanner.Source{source}, Rules: builtin.Set(), Verifier: verdict(verifier.Live)})
		_, _ = s.Run(ctx, h)
		cancel()
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
