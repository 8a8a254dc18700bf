//go:build habitat

package habitat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// workflow has the action judge a clone. The runner of act copies the files of the workflow's repository without .git, so that
// the clone is another folder.
const workflow = `on: [pull_request, pull_request_target, push, merge_group, workflow_run, workflow_dispatch, schedule, release, create, delete, repository_dispatch, issue_comment]
jobs:
  akguard:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0; act copies the files instead
      - uses: ./akguard
        with:
          version: installed
          path: ${{ env.CLONE }}
          verify: "false"
          fetch: "false"
`

// history is a repository on a server, as the events see it:
//
//	first (an old leak) ── meanwhile        main; v1 is an annotated tag
//	  └── one ── two (a leak) ── three      feature; forced: another commit on first
type history struct {
	up                                              place
	first, meanwhile, one, two, three, forced, test string
}

func newHistory(p place) history {
	up := p.at("up")
	up.git("init", "--quiet", "-b", "main")
	h := history{up: up}
	up.write("old.yml", leak)
	h.first = up.commit("an old leak")
	up.git("checkout", "--quiet", "-b", "forced")
	up.write("forced.yml", leak)
	h.forced = up.commit("forced")
	up.git("checkout", "--quiet", "-b", "feature", h.first)
	up.write("one.txt", "one\n")
	h.one = up.commit("one")
	up.write("two.yml", leak)
	h.two = up.commit("two")
	up.write("three.txt", "three\n")
	h.three = up.commit("three")
	up.git("checkout", "--quiet", "main")
	up.write("meanwhile.txt", "meanwhile\n")
	h.meanwhile = up.commit("meanwhile")
	up.git("tag", "-a", "-m", "v1", "v1", h.three)
	up.git("merge", "--quiet", "--no-ff", "-m", "merge", "feature")
	h.test = up.git("rev-parse", "HEAD")
	up.git("update-ref", "refs/pull/7/merge", "HEAD")
	up.git("reset", "--quiet", "--hard", h.meanwhile)
	return h
}

// occasion is an event, what the runner has checked out for it, and what must be judged.
type occasion struct {
	name, event string
	example     func(payload map[string]any) bool // which of octokit's examples; nil for the first
	patch       func(h history, payload map[string]any)
	head        func(h history) string // that is checked out
	code        int
	says        string
	silent      string // what must not be seen
}

const zeros = "0000000000000000000000000000000000000000"

func pull(h history, payload map[string]any) {
	pr := payload["pull_request"].(map[string]any)
	pr["number"], pr["commits"] = 7, 3
	patch(pr["head"], "sha", h.three, "ref", "feature")
	patch(pr["base"], "sha", h.first, "ref", "main")
}

func patch(object any, pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		object.(map[string]any)[pairs[i].(string)] = pairs[i+1]
	}
}

func pushOf(ref, before, after func(h history) string) func(h history, payload map[string]any) {
	return func(h history, payload map[string]any) {
		patch(payload, "ref", ref(h), "before", before(h), "after", after(h))
	}
}

func text(s string) func(history) string { return func(history) string { return s } }

func action(name string) func(map[string]any) bool {
	return func(payload map[string]any) bool { return payload["action"] == name }
}

func occasions() []occasion {
	main := func(h history) string { return h.meanwhile }
	three := func(h history) string { return h.three }
	feature := text("refs/heads/feature")
	return []occasion{
		{name: "pull_request, the test merge", event: "pull_request", example: action("opened"), patch: pull,
			head: func(h history) string { return h.test }, code: 1, says: "judged 4 commits (pull_request); the event says 4"},
		{name: "pull_request, its head", event: "pull_request", example: action("synchronize"), patch: pull,
			head: three, code: 1, says: "judged 3 commits (pull_request); the event says 3"},
		{name: "pull_request_target", event: "pull_request_target", example: action("opened"), patch: pull,
			head: main, code: 1, says: "judged 3 commits (pull_request_target); the event says 3", silent: "old.yml"},
		{name: "push of a branch", event: "push", head: three, code: 1, says: "judged 2 commits (push)",
			patch: pushOf(feature, func(h history) string { return h.one }, three)},
		{name: "push without a leak", event: "push", head: three, code: 0, says: "judged one commit (push)",
			patch: pushOf(feature, func(h history) string { return h.two }, three)},
		{name: "push of a new branch", event: "push", head: three, code: 1, says: "judged 3 commits (push)",
			patch: pushOf(feature, text(zeros), three)},
		{name: "forced push", event: "push", head: func(h history) string { return h.forced }, code: 1, says: "judged one commit (push)",
			patch: pushOf(text("refs/heads/forced"), three, func(h history) string { return h.forced })},
		{name: "forced push over what is gone", event: "push", head: func(h history) string { return h.forced }, code: 1,
			says:  "is not in this clone: what the push adds to the other branches was judged",
			patch: pushOf(text("refs/heads/forced"), text(strings.Repeat("1", 40)), func(h history) string { return h.forced })},
		{name: "deletion", event: "push", head: main, code: 0, says: "nothing to judge: push deleted a ref",
			patch: pushOf(feature, three, text(zeros))},
		{name: "push of a tag", event: "push", head: three, code: 0, says: "(push)",
			patch: pushOf(text("refs/tags/v1"), text(zeros), func(h history) string { return h.up.git("rev-parse", "v1") })},
		{name: "merge_group", event: "merge_group", head: func(h history) string { return h.test }, code: 1, says: "judged 4 commits (merge_group)",
			patch: func(h history, payload map[string]any) {
				patch(payload["merge_group"], "base_sha", h.meanwhile, "head_sha", h.test)
			}},
		{name: "workflow_run", event: "workflow_run", example: action("completed"), head: main, code: 1, says: "judged 3 commits (workflow_run)", silent: "old.yml",
			patch: func(h history, payload map[string]any) {
				patch(payload["workflow_run"], "head_sha", h.three, "pull_requests", []any{})
				patch(payload["repository"], "default_branch", "main")
			}},
		{name: "workflow_dispatch", event: "workflow_dispatch", head: main, code: 1, says: "judged the whole repository (workflow_dispatch)"},
		{name: "repository_dispatch", event: "repository_dispatch", head: main, code: 1, says: "judged the whole repository (repository_dispatch)"},
		{name: "schedule", event: "schedule", head: main, code: 1, says: "judged the whole repository (schedule)"},
		{name: "release", event: "release", example: action("published"), head: three, code: 1, says: "judged the whole repository (release)"},
		{name: "create", event: "create", head: three, code: 1, says: "judged the whole repository (create)"},
		{name: "delete", event: "delete", head: main, code: 1, says: "judged the whole repository (delete)"},
		{name: "issue_comment", event: "issue_comment", head: main, code: 1, says: "judged the whole repository (issue_comment)"},
	}
}

// TestEvents has the runner act run the action on octokit's events, patched to a real clone: each judges its commits.
func TestEvents(t *testing.T) {
	runner, examples := act.dir(t), readExamples(t, payloads.dir(t))
	p := newPlace(t, recorder(t), runner)
	h := newHistory(p)
	project := p.at("project")
	project.git("init", "--quiet", "-b", "main")
	project.write(".github/workflows/akguard.yml", workflow)
	copyAction(t, project)
	project.commit("workflow")
	for i, o := range occasions() {
		t.Run(o.name, func(t *testing.T) {
			clone := p.at(fmt.Sprintf("clone%d", i))
			clone.git("clone", "--quiet", "file://"+h.up.dir, ".")
			clone.git("fetch", "--quiet", "origin", "refs/pull/7/merge")
			clone.git("checkout", "--quiet", "--detach", o.head(h))
			payload := example(t, examples, o)
			if o.patch != nil {
				o.patch(h, payload)
			}
			data, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(p.dir, "event.json"), data, 0o600); err != nil {
				t.Fatal(err)
			}
			out, code := runAct(project, clone, o.event)
			if code != o.code || !strings.Contains(out, o.says) || o.silent != "" && strings.Contains(out, "::error file="+o.silent) {
				t.Errorf("exit code %d, want %d, %q\n%s", code, o.code, o.says, out)
			}
		})
	}
}

// recorder returns a folder with an akguard that also writes what it says to a file: act loses the last lines of a step that
// fails now and then.
func recorder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncode=0\n'" + filepath.Join(programs, "akguard") + "' \"$@\" >\"$CLONE.log\" 2>&1 || code=$?\ncat \"$CLONE.log\"\nexit $code\n"
	if err := os.WriteFile(filepath.Join(dir, "akguard"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runAct runs the workflow of a project for event.json, and returns what act and akguard say, and act's exit code.
func runAct(project, clone place, event string) (string, int) {
	project.t.Helper()
	out, code := project.run("act", event, "-P", "ubuntu-latest=-self-hosted", "-e", "../event.json", "--action-offline-mode", "--env", "CLONE="+clone.dir)
	said, err := os.ReadFile(clone.dir + ".log")
	if err != nil {
		project.t.Errorf("akguard did not run: %v\n%s", err, out)
	}
	return out + "akguard says:\n" + string(said), code
}

// copyAction copies the action into a folder of a project.
func copyAction(t *testing.T, project place) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	project.at("akguard").must("cp", "-R", filepath.Join(root, "action.yml"), filepath.Join(root, ".github"), ".")
}

// readExamples returns octokit's payloads by event.
func readExamples(t *testing.T, dir string) map[string][]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name     string
		Examples []json.RawMessage
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	out := map[string][]json.RawMessage{}
	for _, event := range list {
		out[event.Name] = event.Examples
	}
	return out
}

// example returns the payload of an occasion. A schedule has no webhook, and a pull_request_target that of a pull request.
func example(t *testing.T, examples map[string][]json.RawMessage, o occasion) map[string]any {
	t.Helper()
	name := strings.TrimSuffix(o.event, "_target")
	if name == "schedule" {
		return map[string]any{"schedule": "0 3 * * *"}
	}
	for _, data := range examples[name] {
		var payload map[string]any
		if err := json.Unmarshal(data, &payload); err != nil {
			t.Fatal(err)
		}
		if o.example == nil || o.example(payload) {
			return payload
		}
	}
	t.Fatalf("octokit has no example of %s", o.name)
	return nil
}
