package main

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
	"github.com/akguard/akguard/scanner/github/orgtest"
)

// TestSweepTokens sweeps with an App whose tokens end after two seconds. Meanwhile it looks for every token in the command lines
// and environments of all processes and in the files of the sweep, and afterwards in what the sweep has said. With
// AKGUARD_TEST_SWEEP_MINUTES, the sweep takes that long, and tokens end after a minute.
func TestSweepTokens(t *testing.T) {
	t.Parallel()
	minutes, _ := strconv.Atoi(os.Getenv("AKGUARD_TEST_SWEEP_MINUTES"))
	life, wanted := 2*time.Second, 3
	if minutes > 0 {
		life, wanted = time.Minute, minutes
	}
	s := newSwept(t, orgtest.Options{TokenLife: life, Delay: 150 * time.Millisecond}, orgtest.Plan{Repos: 40, Forks: 5})
	if minutes > 0 {
		s.Seen = func(string, *orgtest.Repo) { time.Sleep(time.Duration(minutes) * time.Minute / 36) }
	}
	app := s.installApp()
	stop := make(chan struct{})
	var watch sync.WaitGroup
	var seen []string
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				seen = append(seen, s.exposed()...)
			}
		}
	})
	s.token = ""
	r := s.run(append(app, "--workers", "2")...)
	close(stop)
	watch.Wait()
	tokens := s.issued()
	if !strings.Contains(r.note, "0 not reached") || len(tokens) < wanted || r.took < time.Duration(minutes)*time.Minute {
		t.Errorf("%s, with %d tokens\n%s", r.note, len(tokens), r.errs)
	}
	t.Logf("%v, %d tokens, %d requests unauthorized", r.took, len(tokens), s.Stats().Unauthorized)
	for _, place := range seen {
		t.Errorf("a token is in %s", place)
	}
	for _, token := range tokens {
		if strings.Contains(r.text, token) {
			t.Error("a token is in the output")
		}
	}
	for _, place := range s.exposed() {
		t.Errorf("a token is in %s", place)
	}
}

// TestSweepLists sweeps again with the same token of a user, and then with another one. The server says of each page of the list that
// it has not changed, as long as the token is the same; the token is not in the state.
func TestSweepLists(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 120})
	s.run()
	for _, want := range []int{2, 0} {
		s.Forget()
		r := s.run()
		if stats := s.Stats(); stats.Pages != 2 || stats.Unchanged != want || !strings.Contains(r.note, "120 listed") {
			t.Errorf("%d pages, %d of them unchanged, want %d; %s", stats.Pages, stats.Unchanged, want, r.note)
		}
		for _, place := range s.exposed() {
			t.Errorf("a token is in %s", place)
		}
		s.token = s.NewToken(orgtest.Token{Kind: "classic", Login: "ada", Scopes: "repo, read:org"})
	}
}

// issued returns all tokens.
func (s *swept) issued() []string {
	s.Lock()
	defer s.Unlock()
	var out []string
	for token := range s.Tokens {
		out = append(out, token)
	}
	return out
}

// exposed returns where a token is that other processes can see: in command lines, in environments, and in files: the state, the
// configuration of git, what is fetched.
func (s *swept) exposed() (places []string) {
	tokens := s.issued()
	look := func(file string) {
		data, _ := os.ReadFile(file)
		for _, token := range tokens {
			if bytes.Contains(data, []byte(token)) {
				places = append(places, file)
			}
		}
	}
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			look(file)
		}
	}
	_ = filepath.Walk(s.folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			look(path)
		}
		return nil
	})
	return places
}

// TestSweepFirst measures how long it takes from the start of a sweep until a terminal shows that the first repository is done. Other
// tests run at the same time: the best of some runs counts, in the time that a thread gets that always has something to do.
func TestSweepFirst(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	const limit = 300 * time.Millisecond
	best := time.Hour
	for range 10 {
		p := newProcess(t, "sweep", "github", "--org", s.Org, "--api-url", s.URL, "--state", filepath.Join(t.TempDir(), "state"), "--no-verify", "--fail-on", "never")
		p.Env = append(p.Env, "GITHUB_TOKEN="+s.token)
		screen := termtest.New(t)
		p.Cmd.Stderr = screen.File
		watch := startStopwatch()
		p.start(t)
		for !regexp.MustCompile(`repositories.*\([1-9]\d*/30`).MatchString(screen.SoFar()) {
			time.Sleep(time.Millisecond)
		}
		best = min(best, watch.read())
		p.ends(t, time.Minute, 3)
		if !regexp.MustCompile(`repositories, \d+ MiB, [1-9]\d* findings, \d+ requests left`).MatchString(screen.SoFar()) {
			t.Fatalf("the progress does not say what was found: %s", screen.SoFar())
		}
		if best <= limit {
			break
		}
	}
	t.Logf("the first repository is done after %v", best)
	if best > limit {
		t.Errorf("the first repository is done after %v, want %v", best, limit)
	}
}

// TestSweepPoison has repositories that do harm: one with 400,000 refs, one with a bomb, one whose server says nothing, and some whose
// packs lie. They are named, and the others are scanned, within the limits of memory and disk. With AKGUARD_TEST_POISON there are a
// million refs, and the bomb has 10 GB.
func TestSweepPoison(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 33})
	refs, bomb, silent := s.kinds["plain"][0], s.kinds["plain"][1], s.kinds["plain"][2]
	number, size := 400_000, int64(200)
	if os.Getenv("AKGUARD_TEST_POISON") != "" {
		number, size = 1_000_000, 10<<10
	}
	s.manyRefs(refs, number)
	s.bomb(bomb, size)
	lies := s.kinds["plain"][3:6]
	lies[0].Pack = packOf(1, 3, 1<<30, []byte("a blob that is said to have a gigabyte"))
	lies[1].Pack = packOf(1<<31-1, 3, 2, []byte("ok"))
	lies[2].Pack = packOf(1, 3, 16, []byte("nobody wanted me"))
	released := make(chan struct{})
	defer close(released)
	s.Lock()
	s.Seen = func(_ string, r *orgtest.Repo) {
		if r == silent {
			select {
			case <-released:
			case <-t.Context().Done():
			}
		}
	}
	s.Unlock()
	used := s.measure()
	r := s.run("--max-time", "10s", "--max-disk", "100MiB")
	memory, disk := used()
	if !strings.Contains(r.note, "0 not reached") || r.code != 1 {
		t.Errorf("exit code %d: %s\n%s", r.code, r.note, r.errs)
	}
	if memory > 300<<20 || disk > 100<<20*workersOfTest {
		t.Errorf("a worker has used %d MiB, and all of them %d MiB of the disk", memory>>20, disk>>20)
	}
	for _, place := range []string{"plain-7", "plain-8", "lost-1", "private-1"} {
		if id := s.keys[place+" head"]; len(r.found[id]) != 1 {
			t.Errorf("the key in %s is not found", place)
		}
	}
	for name, want := range map[string]string{refs.Name: "more refs than", silent.Name: "10s", lies[0].Name: "given up", lies[1].Name: "given up", lies[2].Name: "missing"} {
		if got := r.skips["acme/"+name] + r.skips["acme/"+name+": refs/heads/main"]; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", name, got, want)
		}
	}
	// A bomb that takes too long is named, and a smaller one is read.
	if id := s.keys[bomb.Name+" head"]; len(r.found[id]) != 1 && (size < 10<<10 || r.skips["acme/"+bomb.Name] == "") {
		t.Errorf("the key beside the bomb is not found; it was skipped for %q", r.skips["acme/"+bomb.Name])
	}
	t.Logf("%v, at most %d MiB of memory for a worker and %d MiB of the disk for all; the bomb: %q; %v", r.took, memory>>20, disk>>20, r.skips["acme/"+bomb.Name], r.skips)
}

// workersOfTest is how many workers a sweep of a test has at most.
const workersOfTest = 8

// packOf makes a pack with one object. It is said to have so many objects, and the object to have a type and a size.
func packOf(objects uint32, kind byte, size int64, content []byte) []byte {
	var b bytes.Buffer
	b.WriteString("PACK\x00\x00\x00\x02")
	b.Write([]byte{byte(objects >> 24), byte(objects >> 16), byte(objects >> 8), byte(objects)})
	head := kind<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b.WriteByte(head | 0x80)
		head = byte(size & 127)
	}
	b.WriteByte(head)
	z := zlib.NewWriter(&b)
	_, _ = z.Write(content)
	_ = z.Close()
	sum := sha1.Sum(b.Bytes())
	return append(b.Bytes(), sum[:]...)
}

// children returns the processes that scan for a sweep.
func (s *swept) children() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		dir := filepath.Dir(file)
		line, _ := os.ReadFile(file)
		environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && bytes.Contains(line, []byte("scan-repository")) && bytes.Contains(environment, []byte("TMPDIR="+s.temp())) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// measure looks at what the children of a sweep use, until the function that it returns is called: the most memory of one, and the
// most of the disk of all.
func (s *swept) measure() (used func() (memory, disk int64)) {
	var memory, disk int64
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			for _, pid := range s.children() {
				status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
				_, rest, _ := strings.Cut(string(status), "VmHWM:")
				if n, err := strconv.ParseInt(strings.TrimSpace(strings.Split(rest, "kB")[0]), 10, 64); err == nil {
					memory = max(memory, n<<10)
				}
			}
			var sum int64
			_ = filepath.Walk(s.temp(), func(_ string, info os.FileInfo, err error) error {
				if err == nil && info.Mode().IsRegular() {
					sum += info.Size()
				}
				return nil
			})
			disk = max(disk, sum)
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	return func() (int64, int64) {
		close(stop)
		watching.Wait()
		return memory, disk
	}
}

// TestSweepHangs stops the process that scans a repository, as a parser that never ends does: it does not hear that it should end. The
// repository is named, and the others are scanned by another process.
func TestSweepHangs(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	hangs := s.kinds["plain"][0]
	var once sync.Once
	s.Seen = func(_ string, r *orgtest.Repo) {
		if r == hangs {
			once.Do(func() {
				for _, pid := range s.children() {
					_ = syscall.Kill(pid, syscall.SIGSTOP)
				}
			})
		}
	}
	r := s.run("--workers", "1", "--max-time", "4s")
	if got := r.skips["acme/"+hangs.Name]; !strings.Contains(got, "4s") {
		t.Errorf("the repository is skipped for %q", got)
	}
	for place, id := range s.keys {
		if strings.HasPrefix(place, "plain") && !strings.HasPrefix(place, hangs.Name+" ") && len(r.found[id]) != 1 {
			t.Errorf("the key in %s is not found: %s\n%s", place, r.note, r.errs)
		}
	}
	if pids := s.children(); len(pids) > 0 {
		t.Errorf("the processes %v are left", pids)
	}
}

// manyRefs gives a repository n refs to one commit.
func (s *swept) manyRefs(r *orgtest.Repo, n int) {
	s.t.Helper()
	head, err := exec.CommandContext(s.t.Context(), "git", "-C", r.Path, "rev-parse", "refs/heads/main").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("# pack-refs with: peeled fully-peeled sorted\n")
	for i := range n {
		fmt.Fprintf(&b, "%s refs/tags/release-%08d\n", bytes.TrimSpace(head), i)
	}
	if err := os.WriteFile(filepath.Join(r.Path, "packed-refs"), b.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// bomb adds a file of so many MiB that says nothing, and compresses to nothing. It is not held in memory: what this process
// takes would count as the memory of the programs that it starts.
func (s *swept) bomb(r *orgtest.Repo, size int64) {
	s.t.Helper()
	git := func(in io.Reader, args ...string) string {
		cmd := exec.CommandContext(s.t.Context(), "git", append([]string{"-C", r.Path, "-c", "user.name=Wei", "-c", "user.email=wei@example.com"}, args...)...)
		cmd.Stdin = in
		out, err := cmd.Output()
		if err != nil {
			s.t.Fatalf("git %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	blob := git(io.LimitReader(nothing{}, size<<20), "hash-object", "-w", "--stdin")
	entries := git(nil, "ls-tree", "refs/heads/main") + "\n100644 blob " + blob + "\tbomb\n"
	tree := git(strings.NewReader(entries), "mktree")
	git(nil, "update-ref", "refs/heads/main", git(nil, "commit-tree", "-p", "refs/heads/main", "-m", "a bomb", tree))
}

// nothing is text without end.
type nothing struct{}

// Read implements io.Reader.
func (nothing) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
		if i%80 == 79 {
			p[i] = '\n'
		}
	}
	return len(p), nil
}

// TestSweepLocked has two processes with one folder.
func TestSweepLocked(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.Lock()
	s.Seen = func(string, *orgtest.Repo) { once.Do(func() { close(held); <-release }) }
	s.Unlock()
	var first sync.WaitGroup
	first.Go(func() { s.run("--workers", "1") })
	<-held
	cmd := exec.CommandContext(t.Context(), binary, "sweep", "github", "--org", "acme", "--api-url", s.URL, "--state", filepath.Join(s.folder, "state"))
	cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token)
	out, _ := cmd.CombinedOutput()
	close(release)
	first.Wait()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "process") {
		t.Errorf("the second process ends with %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}
