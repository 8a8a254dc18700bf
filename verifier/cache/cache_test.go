package cache_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cache"
)

// asked is a Verifier that answers one verdict and counts questions.
type asked struct {
	verdict verifier.Verdict
	wait    chan struct{} // may be nil
	n       atomic.Int32
}

func (a *asked) Verify(ctx context.Context, _ rules.Credential) verifier.Verdict {
	a.n.Add(1)
	select {
	case <-a.wait:
	case <-ctx.Done():
		return verifier.Verdict{Status: verifier.Unknown}
	}
	return a.verdict
}

func answering(s verifier.Status, at time.Time) *asked {
	done := make(chan struct{})
	close(done)
	return &asked{wait: done, verdict: verifier.Verdict{Status: s, Code: "Code", Reason: reason.Text("reason"), Advice: reason.Text("advice"), CheckedAt: at}}
}

func key() rules.Credential { return alibabatest.NewAccount().AddKey("ci").Credential() }

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestLifetimes(t *testing.T) {
	for status, want := range map[verifier.Status]time.Duration{
		verifier.Live: 10 * time.Minute, verifier.Restricted: 10 * time.Minute, verifier.Exists: 10 * time.Minute,
		verifier.NotFound: time.Hour, verifier.Inactive: time.Hour, verifier.Expired: time.Hour, verifier.SecretMismatch: time.Hour,
		verifier.Unknown: 0, verifier.Unchecked: 0,
	} {
		now := noon
		next := answering(status, noon)
		name := filepath.Join(t.TempDir(), "deep", "verdicts")
		o := cache.Options{File: name, Now: func() time.Time { return now }}
		c, cred := cache.New(next, o), key()
		got := c.Verify(t.Context(), cred)
		for after, asks := range map[time.Duration]int32{0: 0, want - 1: 0, want: 1, -2 * time.Minute: 1} {
			if want == 0 {
				asks = 1
			}
			now = noon
			if err := c.Save(); err != nil {
				t.Fatal(err)
			}
			now = noon.Add(after)
			before := next.n.Load()
			again := cache.New(next, o)
			if v := again.Verify(t.Context(), cred); v != got || again.Ignored() != nil {
				t.Errorf("%s: %+v, %v", status, v, again.Ignored())
			}
			if n := next.n.Load() - before; n != asks {
				t.Errorf("%s after %s: asked %d times, want %d", status, after, n, asks)
			}
		}
	}
}

func TestCredentialsAreDistinguished(t *testing.T) {
	a, b := key(), key()
	next := answering(verifier.NotFound, time.Now())
	c := cache.New(next, cache.Options{})
	different := []rules.Credential{
		a, b,
		{Type: a.Type, ID: a.ID, Secret: b.Secret},
		{Type: a.Type, ID: a.ID, Secret: a.Secret, Token: b.Secret},
		{Type: rules.AccessKeyID, ID: a.ID},
		{Type: a.Type, ID: rules.NewSecret(a.ID.Reveal() + a.Secret.Reveal()[:1]), Secret: rules.NewSecret(a.Secret.Reveal()[1:])},
	}
	for range 2 {
		for _, cred := range different {
			c.Verify(t.Context(), cred)
		}
	}
	if n := int(next.n.Load()); n != len(different) {
		t.Errorf("asked %d times about %d credentials", n, len(different))
	}
}

// Whether there is an answer or not, those who ask at the same time share one question.
func TestSingleFlight(t *testing.T) {
	for _, status := range []verifier.Status{verifier.Live, verifier.Unknown} {
		next := answering(status, time.Now())
		next.wait = make(chan struct{})
		c, cred := cache.New(next, cache.Options{}), key()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if v := c.Verify(t.Context(), cred); v != next.verdict {
					t.Errorf("got %+v", v)
				}
			})
		}
		time.Sleep(20 * time.Millisecond)
		close(next.wait)
		wg.Wait()
		if n := next.n.Load(); n != 1 && status == verifier.Live || n > 50 {
			t.Errorf("%s: asked %d times", status, n)
		}
	}
}

// A cancelled question does not answer anybody else's.
func TestCancelledQuestion(t *testing.T) {
	next := answering(verifier.Live, time.Now())
	next.wait = make(chan struct{})
	c, cred := cache.New(next, cache.Options{}), key()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { c.Verify(ctx, cred) })
	for next.n.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	wg.Go(func() {
		if v := c.Verify(t.Context(), cred); v.Status != verifier.Live {
			t.Errorf("got %+v", v)
		}
	})
	waiting, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if v := c.Verify(waiting, cred); v.Status != verifier.Unknown || next.n.Load() != 1 {
		t.Errorf("got %+v after %d questions", v, next.n.Load())
	}
	cancel()
	close(next.wait)
	wg.Wait()
}

// saved is a file with the verdict of a live key, and the key.
func saved(t *testing.T) (name string, cred rules.Credential) {
	t.Helper()
	name, cred = filepath.Join(t.TempDir(), "verdicts"), key()
	next := answering(verifier.Live, time.Now())
	next.verdict.Identity = &verifier.Identity{Type: "RAMUser", AccountID: "1", ARN: "arn", UserID: "2"}
	c := cache.New(next, cache.Options{File: name})
	c.Verify(t.Context(), cred)
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	return name, cred
}

func TestFileHoldsNoCredential(t *testing.T) {
	name, cred := saved(t)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []rules.Secret{cred.ID, cred.Secret} {
		if strings.Contains(string(text), s.Reveal()) {
			t.Errorf("the file holds %s", s)
		}
	}
	info, err := os.Stat(name)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %s, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(name)); len(entries) != 1 {
		t.Errorf("%d files", len(entries))
	}
}

// spoilt is what may have happened to a file, and what is said of it.
var spoilt = map[string]struct {
	change func(t *testing.T, name string, text string) string
	want   string
}{
	"empty":     {func(*testing.T, string, string) string { return "" }, "damaged"},
	"cut":       {func(_ *testing.T, _, text string) string { return text[:len(text)/2] }, "damaged"},
	"more":      {func(_ *testing.T, _, text string) string { return text + "{}" }, "damaged"},
	"version":   {func(_ *testing.T, _, text string) string { return strings.Replace(text, ":2,", ":3,", 1) }, "other-version"},
	"unknown":   {func(_ *testing.T, _, text string) string { return strings.Replace(text, `"live"`, `"unknown"`, 1) }, "damaged"},
	"field":     {func(_ *testing.T, _, text string) string { return strings.Replace(text, `"reason"`, `"raison"`, 1) }, "damaged"},
	"escape":    {func(_ *testing.T, _, text string) string { return strings.Replace(text, `"arn"`, `"\u001b[2K"`, 1) }, "damaged"},
	"identity":  {func(_ *testing.T, _, text string) string { return strings.Replace(text, `"live"`, `"not-found"`, 1) }, "damaged"},
	"short key": {func(_ *testing.T, _, text string) string { return strings.Replace(text, `"key":"`, `"key":"AAAA`, 1) }, "other-version"},
	"long": {func(_ *testing.T, _, text string) string {
		return strings.Replace(text, `"arn"`, `"`+strings.Repeat("x", 2000)+`"`, 1)
	}, "damaged"},
	"large": {func(_ *testing.T, _, text string) string { return text + strings.Repeat(" ", 17<<20) }, "too-large"},
	"hash": {func(_ *testing.T, _, text string) string {
		return strings.Replace(text, `"verdicts":{"`, `"verdicts":{"xx`, 1)
	}, "damaged"},
	"for all":       {func(t *testing.T, name, text string) string { chmod(t, name, 0o644); return text }, "not-private"},
	"writable":      {func(t *testing.T, name, text string) string { chmod(t, name, 0o620); return text }, "not-private"},
	"a folder":      {func(t *testing.T, name, _ string) string { remake(t, name); return "" }, "not-a-file"},
	"a link":        {func(t *testing.T, name, text string) string { link(t, name); return text }, "not-a-file"},
	"not a file at": {func(_ *testing.T, _, text string) string { return "[" + text + "]" }, "damaged"},
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

func remake(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, name string) {
	t.Helper()
	if err := os.Rename(name, name+"2"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name+"2", name); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedFileIsIgnored(t *testing.T) {
	for what, s := range spoilt {
		if runtime.GOOS == "windows" && (what == "for all" || what == "writable" || what == "a link") {
			continue // no such permissions; and links need a right
		}
		name, cred := saved(t)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if changed := s.change(t, name, string(text)); changed != string(text) && what != "a folder" {
			if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		next := answering(verifier.NotFound, time.Now())
		c := cache.New(next, cache.Options{File: name})
		if err := c.Ignored(); err == nil || !strings.Contains(err.Error(), s.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v, want %q", what, err, s.want)
		}
		if c.Verify(t.Context(), cred); next.n.Load() != 1 {
			t.Errorf("%s: the file was used", what)
		}
		if err := c.Save(); (err != nil) != (what == "a folder") {
			t.Errorf("%s: saving: %v", what, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(`{"format":2,"key":"","verdicts":{}}`)
	f.Add(`{"format":2,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","verdicts":{"00":{"status":"live"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), "verdicts")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		next := answering(verifier.NotFound, time.Now())
		c := cache.New(next, cache.Options{File: name})
		if v := c.Verify(t.Context(), key()); v.Status != verifier.NotFound {
			t.Errorf("got %+v", v)
		}
		if err := c.Save(); err != nil {
			t.Error(err)
		}
		if again := cache.New(next, cache.Options{File: name}); again.Ignored() != nil {
			t.Error(again.Ignored())
		}
	})
}
