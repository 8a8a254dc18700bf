package isolate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/sweep/isolate"
)

// TestMain makes the test's program a child, or a parent that is to be killed, if its first argument says so.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "child":
		if err := isolate.ServeStdio(context.Background(), work); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) == 2 && os.Args[1] == "parent":
		parent()
	}
	os.Exit(m.Run())
}

// request is what tests ask a child to do.
type request struct {
	Do   string
	Text string
}

func work(ctx context.Context, j *isolate.Job) (any, error) {
	var r request
	if err := json.Unmarshal(j.Request, &r); err != nil {
		return nil, err
	}
	switch r.Do {
	case "echo":
		return r.Text, nil
	case "pid":
		return os.Getpid(), nil
	case "fail":
		return nil, reason.NewError("test.failed", r.Text)
	case "events":
		return nil, events(ctx, j)
	case "environment":
		return os.Environ(), nil
	case "folder":
		entries, _ := os.ReadDir(j.Folder)
		return []string{j.Folder, os.TempDir(), strconv.Itoa(len(entries))}, os.WriteFile(filepath.Join(j.Folder, "x"), []byte("x"), 0o600)
	}
	return misbehave(ctx, r, j.Folder)
}

func events(ctx context.Context, j *isolate.Job) error {
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			var answer int
			if err := j.Ask(ctx, i, &answer); err != nil || answer != i*i {
				panic(fmt.Sprint(answer, err))
			}
			if err := j.Emit(answer); err != nil {
				panic(err)
			}
		})
	}
	group.Wait()
	return nil
}

var kept [][]byte

func misbehave(ctx context.Context, r request, folder string) (any, error) {
	switch r.Do {
	case "print":
		fmt.Print(r.Text)
		return nil, nil
	case "panic":
		fmt.Fprintln(os.Stderr, "before")
		panic(r.Text)
	case "exit":
		fmt.Fprintln(os.Stderr, r.Text)
		os.Exit(3)
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	case "hang":
		if r.Text != "" {
			_ = os.WriteFile(r.Text, []byte(strconv.Itoa(os.Getpid())), 0o600)
		}
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	case "memory":
		for {
			b := make([]byte, 8<<20)
			for i := range b {
				b[i] = byte(i)
			}
			kept = append(kept, b)
			time.Sleep(5 * time.Millisecond)
		}
	case "disk":
		file, err := os.Create(filepath.Join(folder, "big"))
		for err == nil {
			_, err = file.Write(make([]byte, 1<<20))
			time.Sleep(time.Millisecond)
		}
		return nil, err
	case "garbage":
		_, _ = os.NewFile(1, "out").WriteString(r.Text)
		<-ctx.Done()
	case "grandchild":
		// It holds the child's output.
		cmd := exec.Command("sleep", "600")
		cmd.Stdout, cmd.Stderr = os.NewFile(1, "out"), os.Stderr
		_ = cmd.Start()
		os.Exit(4)
	}
	return nil, nil
}

func pool(t *testing.T, o isolate.Options) *isolate.Pool {
	t.Helper()
	o.Args = []string{"child"}
	// The race detector delays the end of a process by a second.
	o.Env = append(o.Env, "GORACE=atexit_sleep_ms=0")
	if o.Folder == "" {
		o.Folder = t.TempDir()
	}
	p, err := isolate.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Close()
		if left, err := os.ReadDir(o.Folder); err != nil || len(left) != 0 {
			t.Errorf("%v is left behind, %v", left, err)
		}
	})
	return p
}

// run does a job and decodes its result.
func run[T any](t *testing.T, p *isolate.Pool, r request) (result T) {
	t.Helper()
	text, err := p.Run(t.Context(), r, isolate.Handler{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestRun(t *testing.T) {
	p := pool(t, isolate.Options{Memory: 1 << 30, Disk: 1 << 30, Time: time.Hour})
	if got := run[string](t, p, request{"echo", "hello"}); got != "hello" {
		t.Error(got)
	}
	large := strings.Repeat("x", 2<<20)
	if got := run[string](t, p, request{"echo", large}); got != large {
		t.Errorf("%d bytes", len(got))
	}
	_, err := p.Run(t.Context(), request{"fail", "why"}, isolate.Handler{})
	if reason.Of(err) != reason.New("test.failed", "why") {
		t.Error(err)
	}
	// A child is used again, also after a job that has failed, and after one that was canceled.
	first := run[int](t, p, request{Do: "pid"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx, request{Do: "wait"}, isolate.Handler{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	run[any](t, p, request{"print", "not a message"})
	if again := run[int](t, p, request{Do: "pid"}); again != first || first == os.Getpid() {
		t.Errorf("process %d, then %d", first, again)
	}
	for range 2 {
		if got := run[[]string](t, p, request{Do: "folder"}); filepath.Dir(got[0]) != got[1] || got[2] != "0" {
			t.Error(got)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := p.Run(t.Context(), request{}, isolate.Handler{}); !errors.Is(err, isolate.ErrClosed) {
		t.Error(err)
	}
}

func TestHandler(t *testing.T) {
	p := pool(t, isolate.Options{})
	var seen []int
	h := isolate.Handler{
		Event: func(body json.RawMessage) error {
			var n int
			seen = append(seen, n)
			return json.Unmarshal(body, &seen[len(seen)-1])
		},
		Ask: func(_ context.Context, body json.RawMessage) (any, error) {
			var n int
			err := json.Unmarshal(body, &n)
			return n * n, err
		},
	}
	if _, err := p.Run(t.Context(), request{Do: "events"}, h); err != nil {
		t.Fatal(err)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, []int{0, 1, 4, 9, 16, 25, 36, 49, 64, 81}) {
		t.Error(seen)
	}
	stop := errors.New("stop")
	h.Event = func(json.RawMessage) error { return stop }
	if _, err := p.Run(t.Context(), request{Do: "events"}, h); !errors.Is(err, stop) {
		t.Error(err)
	}
	// Without a handler, questions get an error, which makes this child panic.
	_, err := p.Run(t.Context(), request{Do: "events"}, isolate.Handler{})
	var f *isolate.Failure
	if !errors.As(err, &f) || f.End != isolate.Crashed || !strings.HasPrefix(f.Output, "panic: 0 nobody answers questions") {
		t.Error(err)
	}
}

// TestFailures runs jobs of all bad kinds, and a good one after each.
func TestFailures(t *testing.T) {
	secret := "s3cret-" + strconv.Itoa(os.Getpid())
	for name, test := range map[string]struct {
		request
		o            isolate.Options
		end          isolate.End
		output, code string
	}{
		"panic":              {request{"panic", "at " + secret + "\x1b[31m"}, isolate.Options{}, isolate.Crashed, `panic: at …\x1b[31m`, "isolate.crashed-saying"},
		"exit":               {request{"exit", "one\ntwo"}, isolate.Options{}, isolate.Crashed, "one; two", "isolate.crashed-saying"},
		"a hang":             {request{Do: "hang"}, isolate.Options{Time: 200 * time.Millisecond}, isolate.OutOfTime, "", "isolate.time"},
		"memory":             {request{Do: "memory"}, isolate.Options{Memory: 128 << 20}, isolate.OutOfMemory, "", "isolate.memory"},
		"disk":               {request{Do: "disk"}, isolate.Options{Disk: 16 << 20}, isolate.OutOfDisk, "", "isolate.disk"},
		"a frame too large":  {request{"garbage", "\xff\xff\xff\xff"}, isolate.Options{}, isolate.Confused, "", "isolate.confused"},
		"no JSON":            {request{"garbage", "\x00\x00\x00\x01x"}, isolate.Options{}, isolate.Confused, "", "isolate.confused"},
		"an unknown kind":    {request{"garbage", "\x00\x00\x00\x02{}"}, isolate.Options{}, isolate.Confused, "", "isolate.confused"},
		"a kind for a child": {request{"garbage", "\x00\x00\x00\x11" + `{"kind":"cancel"}`}, isolate.Options{}, isolate.Confused, "", "isolate.confused"},
		"an orphan":          {request{Do: "grandchild"}, isolate.Options{Grace: 100 * time.Millisecond}, isolate.Crashed, "", "isolate.crashed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.o.Secrets = func() []string { return []string{"", secret} }
			p := pool(t, test.o)
			_, err := p.Run(t.Context(), test.request, isolate.Handler{})
			var f *isolate.Failure
			if !errors.As(err, &f) || f.End != test.end || !strings.Contains(f.Output, test.output) || strings.Contains(err.Error(), secret) {
				t.Fatalf("%v", err)
			}
			if reason.Of(err).Code != test.code {
				t.Error(reason.Of(err))
			}
			if test.Do == "exit" && f.Status != "exit status 3" {
				t.Error(f.Status)
			}
			if got := run[string](t, p, request{"echo", "x"}); got != "x" {
				t.Error(got)
			}
		})
	}
}

// TestCancelKills cancels a job that takes no notice.
func TestCancelKills(t *testing.T) {
	p := pool(t, isolate.Options{Grace: 50 * time.Millisecond})
	first := run[int](t, p, request{Do: "pid"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := p.Run(ctx, request{Do: "hang"}, isolate.Handler{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if second := run[int](t, p, request{Do: "pid"}); second == first {
		t.Error("the child that hangs is used again")
	}
}

// TestReplaced replaces a child after a number of jobs.
func TestReplaced(t *testing.T) {
	p := pool(t, isolate.Options{Jobs: 2})
	var pids []int
	for range 4 {
		pids = append(pids, run[int](t, p, request{Do: "pid"}))
	}
	if pids[0] != pids[1] || pids[1] == pids[2] || pids[2] != pids[3] {
		t.Error(pids)
	}
}

func TestAtOnce(t *testing.T) {
	p := pool(t, isolate.Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			want := strconv.Itoa(i)
			if got := run[string](t, p, request{"echo", want}); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	group.Wait()
}

func TestEnvironment(t *testing.T) {
	t.Setenv("AKGUARD_TEST_TOKEN", "secret")
	t.Setenv("https_proxy", "http://proxy")
	env := run[[]string](t, pool(t, isolate.Options{Env: []string{"MORE=1"}}), request{Do: "environment"})
	text := strings.Join(env, "\n")
	for _, want := range []string{"PATH=", "TMPDIR=", "https_proxy=http://proxy", "MORE=1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if strings.Contains(text, "AKGUARD_TEST_TOKEN") {
		t.Error("a child has its parent's environment")
	}
}

// parent runs a job that hangs, and says so in the file that standard input names.
func parent() {
	name, _ := io.ReadAll(os.Stdin)
	p, err := isolate.New(isolate.Options{Args: []string{"child"}, Folder: filepath.Dir(string(name))})
	if err == nil {
		_, err = p.Run(context.Background(), request{"hang", string(name)}, isolate.Handler{})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestParentKilled kills a parent, and expects that its child ends. The next pool removes what it has left behind, and nothing else.
func TestParentKilled(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "pid")
	cmd := exec.Command(os.Args[0], "parent")
	cmd.Stdin = strings.NewReader(name)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var child *os.Process
	eventually(t, "the child starts", func() bool {
		text, _ := os.ReadFile(name)
		pid, err := strconv.Atoi(string(text))
		if err != nil {
			return false
		}
		child, err = os.FindProcess(pid)
		return err == nil
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "the child ends", func() bool { return ended(child) })

	left, _ := filepath.Glob(filepath.Join(dir, "akguard-pool-*", "child-*"))
	if len(left) != 1 {
		t.Fatalf("%q is left behind, want the folder of the child", left)
	}
	var others []string
	for _, other := range []string{"akguard-pool-unmarked", "akguard-1", "other"} {
		others = append(others, filepath.Join(dir, other))
		if err := os.Mkdir(others[len(others)-1], 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second one finds that of the first, which lives
		p, err := isolate.New(isolate.Options{Args: []string{"child"}, Folder: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		others = append(others, p.Folder())
		if got := run[[]string](t, p, request{Do: "folder"}); !strings.HasPrefix(got[0], p.Folder()) {
			t.Errorf("the child works in %s", got[0])
		}
	}
	for _, other := range others {
		if _, err := os.Stat(other); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(left[0]); err == nil {
		t.Errorf("%s is still there", left[0])
	}
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatal("in a minute, it has not happened that " + what)
}
