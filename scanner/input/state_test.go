package input_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A change is judged by its credentials: one that the base of the change has anywhere in its history is not new, however
// the file was changed, and its first commit and author are known.
func TestStates(t *testing.T) {
	for _, test := range []struct {
		name string
		old  string // path of the key in the base; "" if it is new
		do   func(r *planted.Repo, k planted.Key)
		want finding.State
	}{
		{"touched", "a.env", func(r *planted.Repo, k planted.Key) { r.Write("a.env", "one more line\n"+k.Text()) }, finding.StateExisting},
		{"indented", "a.env", func(r *planted.Repo, k planted.Key) {
			r.Write("a.env", strings.ReplaceAll(k.Text(), "\t", "        "))
		}, finding.StateExisting},
		{"renamed", "a.env", func(r *planted.Repo, _ planted.Key) { r.Git("mv", "a.env", "b.env") }, finding.StateMoved},
		{"copied", "a.env", func(r *planted.Repo, k planted.Key) { r.Write("dir/b.env", k.Text()) }, finding.StateMoved},
		{"encoded", "a.env", func(r *planted.Repo, k planted.Key) {
			r.Write("b.txt", base64.StdEncoding.EncodeToString([]byte(k.Text()))+"\n")
		}, finding.StateMoved},
		{"reverted", "a.env", func(r *planted.Repo, k planted.Key) {
			r.Git("rm", "-q", "a.env")
			r.Commit("remove")
			r.Git("branch", "-f", "base")
			r.Write("a.env", k.Text()+"# again\n")
		}, finding.StateExisting},
		{"in a message before", "", func(r *planted.Repo, k planted.Key) {
			r.Feed("subject\n\n"+k.Text(), "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
			r.Git("branch", "-f", "base")
			r.Write("a.env", k.Text())
		}, finding.StateMoved},
		{"new", "", func(r *planted.Repo, k planted.Key) { r.Write("a.env", k.Text()) }, finding.StateNew},
		{"on another branch", "", func(r *planted.Repo, k planted.Key) {
			r.Git("checkout", "-q", "-b", "other")
			r.Write("other.env", k.Text())
			r.Commit("other")
			r.Git("checkout", "-q", "main")
			r.Write("a.env", k.Text())
		}, finding.StateNew},
		{"got its secret", "", func(r *planted.Repo, k planted.Key) {
			r.Write("a.env", "id="+k.ID+"\n")
			r.Commit("the ID")
			r.Git("branch", "-f", "base")
			r.Write("a.env", "id="+k.ID+"\naccessKeySecret="+k.Secret+"\n")
		}, finding.StateNew},
		{"got its secret in another file", "", func(r *planted.Repo, k planted.Key) {
			r.Write("keys/id", k.ID+"\n")
			r.Commit("the ID")
			r.Git("branch", "-f", "base")
			r.Write("keys/secret", "accessKeySecret="+k.Secret+"\n")
		}, finding.StateNew},
		{"got its ID in another file", "", func(r *planted.Repo, k planted.Key) {
			r.Write("keys/secret", "accessKeySecret="+k.Secret+"\n")
			r.Commit("the secret")
			r.Git("branch", "-f", "base")
			r.Write("keys/id", k.ID+"\n")
		}, finding.StateNew},
		{"got another secret", "", func(r *planted.Repo, k planted.Key) {
			r.Write("a.env", "id="+k.ID+"\naccessKeySecret="+rulestest.NewKeys(77).Secret()+"\n")
			r.Commit("rotated since")
			r.Git("branch", "-f", "base")
			r.Write("a.env", k.Text())
		}, finding.StateNew},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, k := planted.New(t), planted.Keys(90)()
			r.Write("README", "nothing\n")
			if test.old != "" {
				r.Write(test.old, k.Text())
			}
			introduced := r.As("Grace").Commit("base")
			r.Git("branch", "base")
			test.do(r, k)
			r.Git("add", "-A")
			checkState(t, scan(t, options{Path: r.Dir, Staged: true}), k, test.want)
			r.Commit("change")
			report := scan(t, options{Path: r.Dir, Range: "base..HEAD"})
			checkState(t, report, k, test.want)
			if first := report.Of(k); test.old != "" && first != nil && (first.Occurrences[0].Commit != introduced || first.Occurrences[0].Author != "Grace") {
				t.Errorf("it was introduced in commit %s by %s, want %s by Grace", first.Occurrences[0].Commit, first.Occurrences[0].Author, introduced)
			}
		})
	}
}

func checkState(t *testing.T, r *planted.Report, k planted.Key, want finding.State) {
	t.Helper()
	f := r.Of(k)
	switch {
	case f == nil:
		t.Fatalf("the key is not found, but %d others", len(r.Findings))
	case f.State != want || f.Credential.Secret.Reveal() != k.Secret:
		t.Errorf("the state is %q, want %q; the secret is right: %v", f.State, want, f.Credential.Secret.Reveal() == k.Secret)
	case !r.Opened.Change || (r.Sum.New == 1) != (want == finding.StateNew):
		t.Errorf("the header says change %v, the summary %d new", r.Opened.Change, r.Sum.New)
	}
}

// A scan that is not of a change has no states.
func TestNoState(t *testing.T) {
	r, k := planted.New(t), planted.Keys(91)()
	r.Write("a.env", k.Text())
	r.Commit("base")
	report := scan(t, options{Path: r.Dir})
	if f := report.Of(k); f == nil || f.State != "" || report.Opened.Change {
		t.Errorf("the finding is %+v", f)
	}
}
