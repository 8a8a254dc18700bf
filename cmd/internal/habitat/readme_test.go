//go:build habitat

package habitat_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// blockWith returns the block of the README, in each language, that has some text.
func blockWith(t *testing.T, text string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		for _, block := range blocks(t, filepath.Join("..", "..", "..", name), "yaml") {
			if strings.Contains(block, text) {
				out[name] = block
			}
		}
		if out[name] == "" {
			t.Fatalf("%s has no block with %q", name, text)
		}
	}
	return out
}

// TestReadmeHooks runs pre-commit with the README's configuration on this repository's hooks.
func TestReadmeHooks(t *testing.T) {
	bin := filepath.Join(preCommit.dir(t), "bin")
	for name, block := range blockWith(t, "repos:") {
		p := newPlace(t, bin)
		source := p.at("../source")
		checkout(t, source)
		block = strings.Replace(block, "https://github.com/akguard/akguard", source.dir, 1)
		block = regexp.MustCompile(`rev: .*`).ReplaceAllString(block, "rev: "+source.git("rev-parse", "HEAD"))
		p.git("init", "--quiet", "-b", "main")
		p.write(".pre-commit-config.yaml", block)
		p.must("pre-commit", "install", "-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg")
		p.git("add", ".")
		p.git("commit", "--quiet", "-m", "no key")
		p.write("app.yml", leak)
		p.git("add", ".")
		t.Log(name)
		refused(t, p, "app.yml:2", "git", "commit", "-m", "leak")
	}
}

// TestReadmeAction has act run the README's workflow on a push that leaks.
func TestReadmeAction(t *testing.T) {
	runner := act.dir(t)
	for name, block := range blockWith(t, "uses: akguard/akguard@") {
		p := newPlace(t, recorder(t), runner)
		h := newHistory(p)
		clone := p.at("clone")
		clone.git("clone", "--quiet", "file://"+h.up.dir, ".")
		project := p.at("project")
		project.git("init", "--quiet", "-b", "main")
		here := "uses: ./akguard\n        with:\n          version: installed\n          verify: \"false\"\n          path: ${{ env.CLONE }}"
		project.write(".github/workflows/akguard.yml", regexp.MustCompile(`uses: akguard/akguard@.*`).ReplaceAllLiteralString(block, here))
		copyAction(t, project)
		project.commit("workflow")
		event := `{"ref":"refs/heads/feature","before":"` + h.one + `","after":"` + h.three + `"}`
		if err := os.WriteFile(filepath.Join(p.dir, "event.json"), []byte(event), 0o600); err != nil {
			t.Fatal(err)
		}
		out, code := runAct(project, clone, "push")
		if code != 1 || !strings.Contains(out, "judged 2 commits (push)") || !strings.Contains(out, "two.yml") {
			t.Errorf("%s: exit code %d\n%s", name, code, out)
		}
	}
}

// TestReadmeGitLab runs the script of the README's job as GitLab does in a merge request that leaks.
func TestReadmeGitLab(t *testing.T) {
	for name, block := range blockWith(t, "go install github.com/akguard/akguard/cmd/akguard@") {
		p := newPlace(t)
		h := newHistory(p)
		clone := p.at("clone")
		clone.git("clone", "--quiet", "file://"+h.up.dir, ".")
		clone.git("checkout", "--quiet", "--detach", h.three)
		clone = clone.with("GITLAB_CI=true", "CI_PIPELINE_SOURCE=merge_request_event", "CI_MERGE_REQUEST_IID=7", "CI_COMMIT_SHA="+h.three,
			"CI_MERGE_REQUEST_DIFF_BASE_SHA="+h.first, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", "CI_COMMIT_BEFORE_SHA="+zeros)
		_, script, _ := strings.Cut(block, "  script:\n")
		script, _, _ = strings.Cut(script, "  artifacts:")
		script = strings.ReplaceAll(script, "    - ", "")
		script = regexp.MustCompile(`(?m)^go install .*\n`).ReplaceAllString(script, "") // the program of this repository is in PATH
		out, code := clone.run("sh", "-ec", script)
		report, err := os.ReadFile(filepath.Join(clone.dir, "gl-secret-detection-report.json"))
		if err != nil || code != 1 || !strings.Contains(out, "judged 3 commits") || !strings.Contains(string(report), `"two.yml"`) {
			t.Errorf("%s: exit code %d, %v\n%s\n%s", name, code, err, out, report)
		}
	}
}
