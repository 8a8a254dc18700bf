//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// soon is how long an interrupted akguard may go on, by the stopwatch. The promise is a second.
const soon = 1500 * time.Millisecond

// process is a running akguard, the real one.
type process struct {
	*exec.Cmd
	dir    string // the working folder
	temp   string // the folder for temporary files
	stderr bytes.Buffer
}

// newProcess prepares akguard in a folder of its own.
func newProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{dir: t.TempDir(), temp: t.TempDir()}
	p.Cmd = exec.CommandContext(t.Context(), binary, args...)
	p.Dir, p.Stderr = p.dir, &p.stderr
	p.WaitDelay = time.Minute
	p.Env = append(isolation(p.temp), "PATH="+os.Getenv("PATH"), "TMPDIR="+p.temp)
	return p
}

func (p *process) start(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// ends waits for the end, which must come in time and with the exit code.
func (p *process) ends(t *testing.T, within time.Duration, code int) {
	t.Helper()
	watch := startStopwatch()
	err := p.Wait()
	took := watch.read()
	if err != nil && p.ProcessState == nil {
		t.Fatal(err)
	}
	if took > within {
		t.Errorf("it took %s to end, want %s at the most", took, within)
	}
	if got := p.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d; stderr:\n%s", got, code, &p.stderr)
	}
}

// write puts a file into the working folder.
func (p *process) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a program of the system in the working folder.
func (p *process) run(t *testing.T, stdin, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.dir, p.Env, strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// drafts returns the reports that are being written, or were left behind.
func (p *process) drafts(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, dir := range []string{p.dir, p.temp} {
		names, err := filepath.Glob(filepath.Join(dir, ".akguard-*"))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, names...)
	}
	return found
}

// awaitDraft waits until the scan has begun, as the report that is being written shows.
func (p *process) awaitDraft(t *testing.T) {
	t.Helper()
	await(t, "a scan to begin", func() bool { return len(p.drafts(t)) > 0 })
}

// pairs counts the pairs that were made.
var pairs atomic.Uint64

// keyPair makes an ID and its secret, other ones each time.
func keyPair() string {
	keys := keysFor(fmt.Sprint("pair ", pairs.Add(1)))
	return keys.Expand("accessKeyId: {id24}\naccessKeySecret: {secret}\n")
}

// endless makes a file that no scan comes to the end of, and that takes little room: its holes are too short to be skipped.
func (p *process) endless(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(filepath.Join(p.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at := int64(0); at < 1<<35; at += 8 << 20 {
		if _, err := f.WriteAt([]byte("x"), at); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInterrupt ends scans of every kind while they read, wait or write.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		args    []string
		prepare func(t *testing.T, p *process)
	}{
		{"standard input that says nothing", []string{"-"}, silentInput},
		{"a pipe that nobody writes to", []string{"pipe"}, func(t *testing.T, p *process) { p.run(t, "", "mkfifo", "pipe") }},
		{"a large file", []string{"large"}, func(t *testing.T, p *process) { p.endless(t, "large") }},
		{"a large folder", []string{"."}, func(t *testing.T, p *process) { p.endless(t, "large") }},
		{"a large repository", []string{"."}, largeRepository},
		{"STS that does not answer", []string{"key.yml"}, silentSTS},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, append([]string{"scan", "--format", "jsonl", "--output", "report"}, test.args...)...)
			test.prepare(t, p)
			p.write(t, "report", "the old one\n")
			p.start(t)
			p.awaitDraft(t)
			pause(200 * time.Millisecond) // into the scan
			p.signal(t, syscall.SIGINT)
			p.ends(t, soon, 130)
			p.leftReport(t)
		})
	}
}

// leftReport makes sure that an interrupted scan has left a report that says so, and nothing beside it, and returns its
// findings.
func (p *process) leftReport(t *testing.T) []finding.Finding {
	t.Helper()
	p.leftNoDraft(t)
	report, err := os.Open(filepath.Join(p.dir, "report"))
	if err != nil {
		t.Fatal(err)
	}
	defer report.Close()
	var r readReport
	if err := jsonl.Read(report, builtin.Set(), &r); err != nil || !r.summary.Interrupted || r.summary.Complete {
		t.Errorf("the report: %v, summary %+v", err, r.summary)
	}
	if got := p.stderr.String(); !strings.HasSuffix(got, "akguard: interrupted\n") && !strings.Contains(got, "time limit") {
		t.Errorf("stderr is %q", got)
	}
	return r.findings
}

// readReport keeps what a report says.
type readReport struct {
	findings []finding.Finding
	summary  finding.Summary
}

func (r *readReport) Header(finding.Header) error { return nil }
func (r *readReport) Skip(finding.Skip) error     { return nil }

func (r *readReport) Finding(f finding.Finding) error {
	r.findings = append(r.findings, f)
	return nil
}

func (r *readReport) Summary(s finding.Summary) error {
	r.summary = s
	return nil
}

func (p *process) leftNoDraft(t *testing.T) {
	t.Helper()
	if left := p.drafts(t); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// leftNothing makes sure that an interrupted scan has left the old report, and nothing beside it.
func (p *process) leftNothing(t *testing.T) {
	t.Helper()
	p.leftNoDraft(t)
	if report, err := os.ReadFile(filepath.Join(p.dir, "report")); err != nil || string(report) != "the old one\n" {
		t.Errorf("the old report is now %q (%v)", report, err)
	}
	if got := p.stderr.String(); got != "akguard: interrupted\n" {
		t.Errorf("stderr is %q", got)
	}
}

func silentInput(t *testing.T, p *process) {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = out.Close() })
	p.Stdin = in
}

func largeRepository(t *testing.T, p *process) {
	t.Helper()
	p.run(t, "", "git", "init", "-q")
	var stream strings.Builder
	for range 200 {
		stream.WriteString("blob\ndata 100000\n" + strings.Repeat(keyPair()+strings.Repeat("filler ", 100)+"\n", 1000)[:100000] + "\n")
	}
	p.run(t, stream.String(), "git", "fast-import", "--quiet")
	p.endless(t, "large") // else a fast machine would be done before the signal
}

func silentSTS(t *testing.T, p *process) {
	t.Helper()
	p.write(t, "key.yml", keyPair())
	server, err := alibabatest.NewServer(alibabatest.NewAccount())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.Inject(alibabatest.Fault{Hang: true}, -1)
	p.Env = append(p.Env, "AKGUARD_ENDPOINT_STS="+server.URL)
}

// TestTerminate has the signals of a CI system that cancels a job, of a terminal that is closed, and of Ctrl-\.
func TestTerminate(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, "scan", "--no-verify", "--format", "jsonl", "--output", "report", "files")
			p.interruptible(t)
			p.start(t)
			p.awaitDraft(t)
			pause(200 * time.Millisecond) // into the scan
			p.signal(t, signal)
			p.ends(t, soon, 130)
			if found := p.leftReport(t); len(found) < 10 {
				t.Errorf("%d findings, want most of the 20 in the files before the large one", len(found))
			}
		})
	}
}

// interruptible makes a folder in which a scan finds 20 keys and then comes to no end.
func (p *process) interruptible(t *testing.T) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(p.dir, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		p.write(t, fmt.Sprintf("files/%02d.yml", i), keyPair())
	}
	p.endless(t, "files/large")
	p.write(t, "report", "the old one\n")
}

// TestTimeout has a scan that takes longer than it may.
func TestTimeout(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "scan", "--no-verify", "--timeout", "2s", "--format", "jsonl", "--output", "report", "files")
	p.interruptible(t)
	p.start(t)
	p.ends(t, soon+2*time.Second, 130)
	if found := p.leftReport(t); len(found) < 10 {
		t.Errorf("%d findings, want most of the 20 in the files before the large one", len(found))
	}
}

// TestInterruptTwice is a user who interrupts again because the end hangs: the report goes to a pipe that nobody
// reads.
func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "scan", "--no-verify", "--output", "pipe", "key.yml")
	p.write(t, "key.yml", keyPair())
	p.write(t, "report", "the old one\n")
	p.run(t, "", "mkfifo", "pipe")
	p.start(t)
	p.awaitDraft(t)
	pause(200 * time.Millisecond)
	p.signal(t, syscall.SIGINT)
	pause(50 * time.Millisecond) // two signals at once are one
	p.signal(t, syscall.SIGINT)
	p.ends(t, 400*time.Millisecond, 130) // without the second, it would take 650 ms
	p.leftNothing(t)
}

// TestInterruptWhileDelivering has a report that is whole, and a pipe that nobody reads.
func TestInterruptWhileDelivering(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "scan", "--no-verify", "--output", "pipe", "key.yml")
	p.write(t, "key.yml", keyPair())
	p.write(t, "report", "the old one\n")
	p.run(t, "", "mkfifo", "pipe")
	p.start(t)
	p.awaitDraft(t)
	pause(200 * time.Millisecond)
	p.signal(t, syscall.SIGINT)
	p.ends(t, soon, 130)
	p.leftNothing(t)
}

// TestClosedOutput has a reader that has seen enough, such as head: akguard ends, and does not hang.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json", "jsonl", "sarif"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, "scan", "--no-verify", "--format", format, "key.yml")
			p.write(t, "key.yml", keyPair())
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			_ = in.Close()
			p.Stdout = out
			p.start(t)
			_ = out.Close()
			p.ends(t, 5*time.Second, -1)
			if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGPIPE {
				t.Errorf("it ended with %v, want a broken pipe", p.ProcessState)
			}
		})
	}
}
