package ci_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/ci"
)

// clone is a Repository with some revisions.
type clone struct {
	ids     map[string]string
	parents map[string][]string
}

func (c clone) Resolve(rev string) (string, bool) { id, ok := c.ids[rev]; return id, ok }
func (c clone) Parents(id string) []string        { return c.parents[id] }
func (c clone) RemoteRefs() []string {
	var out []string
	for name := range c.ids {
		if strings.HasPrefix(name, "refs/remotes/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

const zeros = "0000000000000000000000000000000000000000"

// repo has main at m2, a merge of p2 into it, and the branches feature and other.
var repo = clone{
	ids: map[string]string{
		"HEAD": "merge", "m1": "m1", "m2": "m2", "p1": "p1", "p2": "p2", "refs/remotes/origin/main": "m2",
		"refs/remotes/origin/feature": "p2", "refs/remotes/origin/other": "o1", "refs/remotes/origin/HEAD": "m2",
	},
	parents: map[string][]string{"merge": {"m2", "p2"}},
}

func TestPlans(t *testing.T) {
	pull := func(head string) string {
		return fmt.Sprintf(`{"pull_request":{"number":7,"commits":2,"head":{"sha":%q},"base":{"ref":"main","sha":"m1"}}}`, head)
	}
	for name, test := range map[string]struct {
		env   string
		event string
		spec  string // "*" is everything, "" nothing
		other string // what else the plan must show
	}{
		"pull request, test merge":  {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=pull_request", pull("p2"), "merge ^m2", "3"},
		"pull request, stale merge": {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=pull_request", pull("p3"), "p3 ^refs/remotes/origin/main", "missing p3"},
		"pull_request_target":       {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=pull_request_target", pull("p2"), "p2 ^refs/remotes/origin/main", "2"},
		"workflow_run": {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=workflow_run",
			`{"workflow_run":{"head_sha":"p2","pull_requests":[]},"repository":{"default_branch":"main"}}`, "p2 ^refs/remotes/origin/main", ""},
		"push":       {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":"refs/heads/feature","before":"p1","after":"p2","commits":[{}]}`, "p2 ^p1", ""},
		"new branch": {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":"refs/heads/feature","before":"` + zeros + `","after":"p2"}`, "p2 ^refs/remotes/origin/main ^refs/remotes/origin/other", ""},
		"tag":        {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":"refs/tags/v1","before":"` + zeros + `","after":"m2"}`, "m2 ^refs/remotes/origin/feature ^refs/remotes/origin/main ^refs/remotes/origin/other", ""},
		"deletion":   {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":"refs/heads/feature","before":"p2","after":"` + zeros + `"}`, "", ""},
		"forced push": {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":"refs/heads/feature","before":"gone","after":"p2"}`,
			"p2 ^refs/remotes/origin/main ^refs/remotes/origin/other", "ci.before-missing"},
		"merge queue":     {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=merge_group", `{"merge_group":{"base_sha":"m2","head_sha":"merge0"}}`, "merge0 ^m2", "missing merge0"},
		"schedule":        {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=schedule", `{}`, "*", ""},
		"unreadable":      {"GITHUB_ACTIONS=true GITHUB_EVENT_NAME=push", `{"ref":1}`, "*", "ci.event-unreadable"},
		"GitLab request":  {"GITLAB_CI=true CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_IID=1 CI_COMMIT_SHA=p2 CI_MERGE_REQUEST_DIFF_BASE_SHA=m1 CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_COMMIT_BEFORE_SHA=" + zeros, "", "p2 ^m1 ^refs/remotes/origin/main", ""},
		"GitLab push":     {"GITLAB_CI=true CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=feature CI_COMMIT_SHA=p2 CI_COMMIT_BEFORE_SHA=p1", "", "p2 ^p1", ""},
		"GitLab schedule": {"GITLAB_CI=true CI_PIPELINE_SOURCE=schedule CI_COMMIT_SHA=p2", "", "*", ""},
		"Jenkins change":  {"JENKINS_URL=http://j CHANGE_TARGET=main", "", "HEAD ^refs/remotes/origin/main", ""},
		"Jenkins branch":  {"JENKINS_URL=http://j GIT_COMMIT=p2 GIT_PREVIOUS_COMMIT=p1", "", "p2 ^p1", ""},
		"Jenkins first":   {"JENKINS_URL=http://j GIT_COMMIT=p2", "", "*", "ci.no-base"},
		"Azure request":   {"TF_BUILD=True BUILD_REASON=PullRequest SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main", "", "HEAD ^refs/remotes/origin/main", ""},
		"Azure push":      {"TF_BUILD=True BUILD_REASON=IndividualCI", "", "*", "ci.no-base"},
		"Bitbucket":       {"BITBUCKET_BUILD_NUMBER=1 BITBUCKET_PR_DESTINATION_BRANCH=release", "", "HEAD ^refs/remotes/origin/release", "missing +refs/heads/release:refs/remotes/origin/release"},
		"Flow":            {"PIPELINE_ID=1 PIPELINE_NAME=x CI_COMMIT_SHA=p2 CI_COMMIT_REF_NAME=feature", "", "HEAD ^refs/remotes/origin/HEAD", ""},
		"Flow, main":      {"PIPELINE_ID=1 PIPELINE_NAME=x CI_COMMIT_SHA=m2 CI_COMMIT_REF_NAME=main", "", "*", "ci.no-base"},
		"plain":           {"CI=true", "", "*", "ci.no-base"},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(test.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		lookup := func(name string) string { return env[name] }
		p := ci.Detect(lookup).Plan(lookup, []byte(test.event), repo)
		spec := p.Spec()
		switch {
		case p.Whole:
			spec = "*"
		case p.Nothing:
			spec = ""
		}
		shown := fmt.Sprint(p.Commits, " missing ", strings.Join(p.Missing, " "), " ", p.Note.Code)
		if spec != test.spec || !strings.Contains(shown, test.other) {
			t.Errorf("%s: judged is %q (%s), want %q with %q", name, spec, shown, test.spec, test.other)
		}
	}
}

// The worst come first, no more are written than the runner shows, and the last one counts the others.
func TestAnnotations(t *testing.T) {
	var list []ci.Annotation
	for i := range 35 {
		list = append(list, ci.Annotation{Level: "error", File: fmt.Sprintf("a,b:%d.env", i), Line: i + 1, Message: "one\ntwo 100% ##[x]"})
	}
	list = append(list, ci.Annotation{Level: "notice", Message: strings.Repeat("é", 5000)})
	var b bytes.Buffer
	err := ci.Write(&b, list, func(level string, n int) ci.Annotation {
		return ci.Annotation{Level: level, Message: fmt.Sprint(n, " more")}
	})
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if err != nil || len(lines) != 11 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if want := "::error file=a%2Cb%3A0.env,line=1,col=1::one%0Atwo 100%25 # #[x]"; lines[0] != want {
		t.Errorf("the first is %s", lines[0])
	}
	if lines[9] != "::error ::26 more" {
		t.Errorf("the tenth is %s", lines[9])
	}
	if n := len([]rune(lines[10])); n > 4096+len("::notice ::") {
		t.Errorf("the notice has %d characters", n)
	}
}

var obeyed = regexp.MustCompile(`(?m)##\[|^[ \t]*::`)

func FuzzFilter(f *testing.F) {
	f.Add("a\n::error::x\n##[stop]", 3)
	f.Add("  ::x\n#", 1)
	f.Fuzz(func(t *testing.T, text string, at int) {
		var b bytes.Buffer
		w := ci.NewFilter(&b)
		at = min(max(at, 0), len(text))
		for _, part := range []string{text[:at], text[at:]} {
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if found := obeyed.FindString(b.String()); found != "" {
			t.Errorf("%q becomes %q", text, b.String())
		}
		if got := strings.NewReplacer("# #[", "##[", ": :", "::").Replace(b.String()); len(got) > len(text) || text != "" && got == "" {
			t.Errorf("%q becomes %q", text, b.String())
		}
	})
}

// A line without an end is written when the filter is closed, and one that is too long to be held is filtered all the same.
func TestFilter(t *testing.T) {
	var b bytes.Buffer
	w := ci.NewFilter(&b)
	for _, part := range []string{"::a\n", "b", strings.Repeat("x", 1<<20) + "##", "[c"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), ": :a\nb"+strings.Repeat("x", 1<<20)+"# #[c"; got != want {
		t.Errorf("%d bytes, want %d; they end in %q", len(got), len(want), got[max(0, len(got)-8):])
	}
}

// A run of a workflow for a fork names no pull request. The one that is found decides the base.
func TestSearchFor(t *testing.T) {
	env := func(kind string) ci.Env {
		return func(name string) string {
			return map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": kind}[name]
		}
	}
	const run = `{"workflow_run":{"event":"%s","head_sha":"p2","head_branch":"feature","head_repository":{"owner":{"login":"%s"}},"pull_requests":[%s]},"repository":{"default_branch":"main"}}`
	found := fmt.Sprintf(run, "pull_request", "someone", "")
	for event, want := range map[string]bool{
		found: true, fmt.Sprintf(run, "push", "someone", ""): false, fmt.Sprintf(run, "pull_request", "", ""): false,
		fmt.Sprintf(run, "pull_request", "someone", `{"number":1,"base":{"ref":"main"}}`): false, "{}": false, "": false,
	} {
		if s, ok := ci.SearchFor(env("workflow_run"), []byte(event)); ok != want || ok && s != (ci.Search{Owner: "someone", Branch: "feature", Head: "p2"}) {
			t.Errorf("%s: %+v, %v", event, s, ok)
		}
	}
	if _, ok := ci.SearchFor(env("push"), []byte(found)); ok {
		t.Error("a push is no run of a workflow")
	}
	completed, err := ci.WithPull([]byte(found), 7, "other")
	if err != nil {
		t.Fatal(err)
	}
	plan := ci.Detect(env("workflow_run")).Plan(env("workflow_run"), completed, repo)
	if plan.PullRequest != 7 || plan.Spec() != "p2 ^refs/remotes/origin/other" {
		t.Errorf("the plan is %+v", plan)
	}
	if _, err := ci.WithPull([]byte("[]"), 7, "other"); err == nil {
		t.Error("something that is not an event is completed")
	}
}
