//go:build chaos && unix

package queue_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http/cgi"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/queue"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

// chaosWait is the AckWait of the workers that are killed.
const chaosWait = 3 * time.Second

// TestMain makes the test's program a server or a worker, if its first argument says so. Both end with their input.
func TestMain(m *testing.M) {
	roles := map[string]func(config []byte) error{"node": runNode, "worker": runWorker, "writer": runWriter}
	if len(os.Args) != 3 || roles[os.Args[1]] == nil {
		os.Exit(m.Run())
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	text, err := os.ReadFile(os.Args[2])
	if err == nil {
		err = roles[os.Args[1]](text)
	}
	fmt.Fprintln(os.Stderr, os.Args[1], err)
	os.Exit(1)
}

// chaosTime is how long the sweep takes at least. It is disturbed for twice this time.
func chaosTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("AKGUARD_CHAOS_TIME")
	if text == "" {
		text = "8s"
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestChaos sweeps with three workers and three servers. A server is killed every six seconds, a worker every three; the
// stream of jobs is deleted, and a worker is stopped until its job is given to another one, and continued. The results must
// be those of a sweep that nothing disturbs.
func TestChaos(t *testing.T) {
	t.Parallel()
	length := chaosTime(t)
	repositories := planRepositories(t, max(40, int(length.Seconds()*4)))
	calm := undisturbed(t, repositories)
	c := newCluster(t)
	workers := newWorkers(t, repositories, c.address(), length*3/time.Duration(len(repositories))*3/4)
	q := open(t, queue.Options{URL: c.address(), AckWait: chaosWait, Patience: time.Second, Event: func(e queue.Event) {
		t.Logf("event %d: %v", e.Kind, e.Reason)
	}})
	ctx, cancel := context.WithTimeout(t.Context(), length+3*time.Minute)
	defer cancel()
	disturbing, calmDown := context.WithTimeout(ctx, 2*length)
	var disturbed sync.WaitGroup
	disturbed.Go(func() { c.disturb(disturbing) })
	disturbed.Go(func() { workers.disturb(disturbing) })
	disturbed.Go(func() { workers.stopOne(disturbing, length/4) })
	disturbed.Go(func() { deleteJobs(disturbing, t, q, length/2) })
	began := time.Now()
	sum, err := sweep.Run(ctx, sweep.RunOptions{
		Lister: list(repositories), Queue: q, Store: q, Rules: builtin.Set(), Key: "1", Check: 2 * time.Second,
		Recovered: func(jobs int) { t.Logf("%d jobs are added again", jobs) },
	})
	calmDown()
	disturbed.Wait()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d repositories in %v: killed %d servers and %d workers", len(repositories), time.Since(began), c.killed, workers.killed)
	if sum.Listed != len(repositories) || sum.Scanned != sum.Listed {
		t.Errorf("of %d repositories: %d scanned, %d unchanged, %d gone, %d unread, %d missing", sum.Listed, sum.Scanned, sum.Unchanged, sum.Gone, sum.Unread, sum.Missing)
	}
	if c.killed == 0 || workers.killed == 0 {
		t.Errorf("killed %d servers and %d workers", c.killed, workers.killed)
	}
	compare(t, results(t, q), calm)
}

// TestQuorumLost kills two of three servers.
func TestQuorumLost(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	kinds := make(chan queue.Kind, 1000)
	q := open(t, queue.Options{URL: c.address(), Patience: time.Second, Event: func(e queue.Event) { kinds <- e.Kind }})
	b := bucket(t, q, "b")
	revision := put(t, b, "k", "one", 0)
	c.nodes[0].kill()
	c.nodes[1].kill()
	written := make(chan error, 1)
	go func() {
		_, err := b.Put(t.Context(), "k", []byte("two"), revision)
		written <- err
	}()
	select {
	case kind := <-kinds:
		if kind != queue.Stalled {
			t.Errorf("event %d, want that the queue is stalled", kind)
		}
	case err := <-written:
		t.Fatalf("one server of three has written: %v", err)
	}
	c.nodes[0].start(t)
	if err := <-written; err != nil {
		t.Error(err)
	}
	select {
	case kind := <-kinds:
		if kind != queue.Resumed {
			t.Errorf("event %d, want that the queue has resumed", kind)
		}
	case <-time.After(time.Minute):
		t.Error("nothing says that the queue has resumed")
	}
	if value, _ := get(t, b, "k"); value != "two" {
		t.Error(value)
	}
}

// TestKilled kills a process with the server in it while it writes. What was acknowledged must be there afterwards.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	written := make(map[string]bool)
	for round := range 6 {
		cmd := exec.Command(os.Args[0], "writer", configFile(t, writerConfig{dir, round}))
		_, errIn := cmd.StdinPipe()
		out, err := cmd.StdoutPipe()
		if err = errors.Join(errIn, err, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		lines, stop := bufio.NewScanner(out), 20+rand.N(200)
		for n := 0; n < stop && lines.Scan(); n++ {
			written[lines.Text()] = true
		}
		_ = cmd.Process.Kill()
		for lines.Scan() {
			written[lines.Text()] = true
		}
		_ = cmd.Wait()
	}
	q := open(t, queue.Options{Dir: dir})
	b := bucket(t, q, "b")
	for key := range written {
		if value, _ := get(t, b, key); value != key {
			t.Errorf("%s is lost: %q", key, value)
		}
	}
	jobs, err := q.Waiting(t.Context())
	if err != nil || jobs < len(written) {
		t.Errorf("%d jobs, %v", jobs, err)
	}
	t.Logf("%d values and jobs were written", len(written))
}

// writerConfig is what a writer process reads.
type writerConfig struct {
	Dir   string
	Round int
}

// runWriter writes values and jobs and prints those that were acknowledged.
func runWriter(text []byte) error {
	var config writerConfig
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	ctx := context.Background()
	q, err := queue.Open(ctx, queue.Options{Dir: config.Dir})
	if err != nil {
		return err
	}
	b, err := q.Bucket(ctx, "b")
	// Each process has keys of its own.
	for i := 1_000_000 * config.Round; err == nil; i++ {
		if _, err = b.Put(ctx, fmt.Sprint(i), []byte(fmt.Sprint(i)), 0); err == nil {
			err = q.Enqueue(ctx, job(int64(i)))
		}
		if err == nil {
			fmt.Println(i)
		}
	}
	return err
}

// results returns what a store has, by bucket and key, without times and numbers that differ from run to run.
func results(t *testing.T, s sweep.Store) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, name := range []string{"watermarks", "findings"} {
		err := bucket(t, s, name).Each(t.Context(), "", func(key string, value []byte) error {
			var fields map[string]any
			if err := json.Unmarshal(value, &fields); err != nil {
				return err
			}
			for _, field := range []string{"sweep", "at", "milliseconds", "findingsId"} {
				delete(fields, field)
			}
			if heads, ok := fields["heads"].(map[string]any); ok {
				delete(heads, "at")
			}
			text, err := json.Marshal(fields)
			out[name+" "+key] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	t.Logf("%d results", len(want))
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s: %s, undisturbed %s", key, got[key], value)
		}
	}
	for key := range got {
		if want[key] == "" {
			t.Errorf("%s is in no undisturbed run", key)
		}
	}
}

// list is the lister of a sweep.
type list []github.Repository

func (l list) Repositories(context.Context, github.Scope) (github.Listing, error) {
	return github.Listing{Repositories: l, Expected: len(l)}, nil
}

// planRepositories makes a few repositories on a server of git, and lists each of them many times.
func planRepositories(t *testing.T, n int) list {
	t.Helper()
	path, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(&cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Stderr: io.Discard, Env: []string{
		"GIT_PROJECT_ROOT=/", "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	}})
	t.Cleanup(s.Close)
	next := planted.Keys(1)
	var clones []string
	for i := range 8 {
		r := planted.New(t)
		for j := range i {
			r.Write(fmt.Sprintf("deploy/%d.env", j), next().Text())
			r.Commit(fmt.Sprint("commit ", j))
		}
		clones = append(clones, s.URL+r.Dir+"/.git")
	}
	var out list
	for i := range n {
		name := fmt.Sprint("repository-", i)
		out = append(out, github.Repository{ID: int64(i + 1), Owner: "acme", Name: name, Clone: clones[i%len(clones)], Web: "https://github.com/acme/" + name})
	}
	return out
}

// undisturbed sweeps in this process and returns the results.
func undisturbed(t *testing.T, repositories list) map[string]string {
	t.Helper()
	m := sweeptest.NewMemory(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := newWorker(ctx, m, m, repositories, 0)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = w.Run(ctx) }()
	if _, err := sweep.Run(ctx, sweep.RunOptions{Lister: repositories, Queue: m, Store: m, Rules: builtin.Set(), Key: "1"}); err != nil {
		t.Fatal(err)
	}
	return results(t, m)
}

// forge is what workers ask besides git.
type forge struct{ list }

func (f forge) Repository(_ context.Context, id int64) (github.Repository, error) {
	return f.list[id-1], nil
}

func (forge) LostHeads(context.Context, github.Repository, time.Time) ([]github.LostHead, error) {
	return nil, nil
}

func (forge) CodeOwners(context.Context, github.Repository) ([]byte, error) { return nil, nil }

func (forge) Token(context.Context, github.Repository, string) (string, error) { return "", nil }

// slow scans in this process, and takes its time.
type slow struct{ delay time.Duration }

func (s slow) Scan(ctx context.Context, r sweep.Request, session sweep.Session, h finding.Handler) (sweep.Outcome, error) {
	time.Sleep(s.delay/2 + rand.N(s.delay+1))
	return sweep.Scan(ctx, r, sweep.Options{Rules: builtin.Set()}, session, h)
}

func newWorker(ctx context.Context, q sweep.Queue, s sweep.Store, repositories list, delay time.Duration) (*sweep.Worker, error) {
	return sweep.NewWorker(ctx, sweep.WorkerOptions{
		Queue: q, Store: s, Forge: forge{repositories}, Scanner: slow{delay}, Rules: builtin.Set(), Key: "1",
		// A worker that is killed is no fault of the repository.
		Tries: 1000, Beat: chaosWait / 4, Pause: 10 * time.Millisecond,
	})
}

// workerConfig is what a worker process reads.
type workerConfig struct {
	URL          string
	Delay        time.Duration
	Repositories list
}

func runWorker(text []byte) error {
	var config workerConfig
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	ctx := context.Background()
	q, err := queue.Open(ctx, queue.Options{URL: config.URL, AckWait: chaosWait})
	if err != nil {
		return err
	}
	w, err := newWorker(ctx, q, q, config.Repositories, config.Delay)
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

// process is a child that is killed and started again.
type process struct {
	args []string
	mu   sync.Mutex
	cmd  *exec.Cmd
	in   io.Closer
}

func (p *process) start(t *testing.T) {
	cmd := exec.Command(os.Args[0], p.args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Error(err)
		return
	}
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			t.Log(lines.Text())
		}
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.in = cmd, in
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func (p *process) signal(s os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(s)
}

// started starts processes that end with the test.
func started(t *testing.T, list []*process) {
	for _, p := range list {
		p.start(t)
	}
	t.Cleanup(func() {
		for _, p := range list {
			p.kill()
		}
	})
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

type cluster struct {
	t      *testing.T
	nodes  []*process
	urls   []string
	killed int
}

// nodeConfig is what a server process reads.
type nodeConfig struct {
	Name, Dir    string
	Port, Routes int
	Others       []string
}

func runNode(text []byte) error {
	var config nodeConfig
	if err := json.Unmarshal(text, &config); err != nil {
		return err
	}
	options := &server.Options{
		ServerName: config.Name, JetStream: true, StoreDir: config.Dir, NoLog: true, NoSigs: true, SyncAlways: true, Host: "127.0.0.1",
		Port: config.Port, Cluster: server.ClusterOpts{Name: "chaos", Host: "127.0.0.1", Port: config.Routes},
	}
	for _, other := range config.Others {
		address, err := url.Parse(other)
		if err != nil {
			return err
		}
		options.Routes = append(options.Routes, address)
	}
	s, err := server.NewServer(options)
	if err != nil {
		return err
	}
	s.Start()
	s.WaitForShutdown()
	return nil
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t}
	ports := freePorts(t, 6)
	var routes []string
	for i := range 3 {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[3+i]))
	}
	for i := range 3 {
		config := nodeConfig{fmt.Sprint("node-", i), t.TempDir(), ports[i], ports[3+i], routes}
		c.nodes = append(c.nodes, &process{args: []string{"node", configFile(t, config)}})
		c.urls = append(c.urls, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
	}
	started(t, c.nodes)
	return c
}

func (c *cluster) address() string { return strings.Join(c.urls, ",") }

func (c *cluster) disturb(ctx context.Context) {
	for wait(ctx, 6*time.Second) {
		node := c.nodes[rand.N(len(c.nodes))]
		node.kill()
		c.killed++
		wait(ctx, 500*time.Millisecond)
		node.start(c.t)
	}
}

type workers struct {
	t      *testing.T
	list   []*process
	killed int
}

func newWorkers(t *testing.T, repositories list, address string, delay time.Duration) *workers {
	w := &workers{t: t}
	name := configFile(t, workerConfig{address, delay, repositories})
	for range 3 {
		w.list = append(w.list, &process{args: []string{"worker", name}})
	}
	started(t, w.list)
	return w
}

// disturb leaves the first worker to stopOne.
func (w *workers) disturb(ctx context.Context) {
	for wait(ctx, 3*time.Second) {
		worker := w.list[1+rand.N(len(w.list)-1)]
		worker.kill()
		w.killed++
		worker.start(w.t)
	}
}

func (w *workers) stopOne(ctx context.Context, after time.Duration) {
	for wait(ctx, after) {
		w.list[0].signal(syscall.SIGSTOP)
		wait(ctx, 2*chaosWait)
		w.list[0].signal(syscall.SIGCONT)
	}
}

func deleteJobs(ctx context.Context, t *testing.T, q *queue.Queue, after time.Duration) {
	if !wait(ctx, after) {
		return
	}
	for ctx.Err() == nil {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := q.JetStream().DeleteStream(attempt, "akguard-work")
		cancel()
		if err == nil {
			t.Log("the jobs are deleted")
			return
		}
	}
}

func configFile(t *testing.T, config any) string {
	t.Helper()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// freePorts returns ports that nobody uses now.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
