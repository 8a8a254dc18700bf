package isolate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Job is a job as a child sees it. Its methods are safe for concurrent use.
type Job struct {
	Request json.RawMessage
	Folder  string // empty, and only for this job
	server  *server
}

// Emit tells the parent something.
func (j *Job) Emit(event any) error {
	body, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encoding an event: %w", err)
	}
	return j.server.out.write(frame{Kind: kindEvent, Body: body})
}

// Ask asks the parent a question and decodes the answer into answer, a pointer.
func (j *Job) Ask(ctx context.Context, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("encoding a question: %w", err)
	}
	number, answers := j.server.expect()
	defer j.server.forget(number)
	if err := j.server.out.write(frame{Kind: kindAsk, Number: number, Body: body}); err != nil {
		return err
	}
	select {
	case f := <-answers:
		if !f.Error.IsZero() {
			return &reason.Error{Reason: f.Error}
		}
		if err := json.Unmarshal(f.Body, answer); err != nil {
			return fmt.Errorf("decoding an answer: %w", err)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Work does a job and returns its result. The reason of an error is what the parent sees.
type Work func(ctx context.Context, j *Job) (result any, err error)

// ServeStdio does jobs that arrive on standard input until it ends, and ends the process if a job does not end soon after.
// What else the process prints to standard output goes to standard error.
func ServeStdio(ctx context.Context, work Work) error {
	out := os.Stdout
	os.Stdout = os.Stderr
	beKilledFirst()
	return Serve(ctx, os.Stdin, out, Server{Work: work, Exit: os.Exit, Report: !canSeeMemory})
}

// Server says how jobs are served.
type Server struct {
	Work     Work
	MaxFrame int           // bytes of one message to a child; default 16 MiB
	Grace    time.Duration // for the last job, after the input has ended; default 2 s
	Exit     func(code int)
	// Report says that the parent is told how much memory a job uses, because the system does not tell it.
	Report bool
}

// Serve does jobs, one after the other, until in ends or ctx does. Exit is called if the last job does not end then.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Server) error {
	setDefault(&o.MaxFrame, 16<<20)
	setDefault(&o.Grace, 2*time.Second)
	ctx, end := context.WithCancel(ctx)
	defer end()
	s := &server{opts: o, out: frameWriter{w: out, limit: o.MaxFrame}, jobs: make(chan job), answers: make(map[int]chan frame)}
	read := make(chan error, 1)
	go func() {
		read <- s.read(ctx, bufio.NewReader(in))
		end()
	}()
	err := s.work(ctx)
	select {
	case gone := <-read:
		return gone
	default:
		return err
	}
}

// server is the child's end of the conversation.
type server struct {
	opts Server
	out  frameWriter
	jobs chan job

	mu      sync.Mutex
	number  int // of the last question
	answers map[int]chan frame
	cancel  context.CancelFunc // of the job
}

// read takes messages from the parent until there are no more.
func (s *server) read(ctx context.Context, in io.Reader) error {
	for {
		f, err := readFrame(in, s.opts.MaxFrame)
		if err != nil {
			s.leave()
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		switch f.Kind {
		case kindJob:
			var j job
			if err := json.Unmarshal(f.Body, &j); err != nil {
				return fmt.Errorf("decoding a job: %w", err)
			}
			select {
			case s.jobs <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		case kindAnswer:
			s.answer(f)
		case kindCancel:
			s.mu.Lock()
			if s.cancel != nil {
				s.cancel()
			}
			s.mu.Unlock()
		}
	}
}

// leave ends the process soon: its parent is gone.
func (s *server) leave() {
	if s.opts.Exit != nil {
		time.AfterFunc(s.opts.Grace, func() { s.opts.Exit(1) })
	}
}

func (s *server) expect() (number int, answers chan frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	answers = make(chan frame, 1)
	s.answers[s.number] = answers
	return s.number, answers
}

func (s *server) forget(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.answers, number)
}

func (s *server) answer(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers := s.answers[f.Number]; answers != nil {
		answers <- f
		delete(s.answers, f.Number)
	}
}

// work does the jobs.
func (s *server) work(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case j := <-s.jobs:
			if err := s.do(ctx, j); err != nil {
				return err
			}
		}
	}
}

func (s *server) do(ctx context.Context, j job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	if j.Memory > 0 {
		// The rest is for what the garbage collector does not manage.
		debug.SetMemoryLimit(j.Memory / 8 * 7)
	}
	if s.opts.Report {
		go s.report(ctx)
	}
	result, err := s.opts.Work(ctx, &Job{Request: j.Request, Folder: j.Folder, server: s})
	f := frame{Kind: kindResult}
	if err != nil {
		f.Error = reason.Of(err)
	} else if f.Body, err = json.Marshal(result); err != nil {
		return fmt.Errorf("encoding a result: %w", err)
	}
	return s.out.write(f)
}

// reportTime is how often a child says how much memory it uses.
const reportTime = 100 * time.Millisecond

// report says again and again how much memory the process uses.
func (s *server) report(ctx context.Context) {
	ticks := time.NewTicker(reportTime)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			body, _ := json.Marshal(ownMemory())
			_ = s.out.write(frame{Kind: kindMemory, Body: body})
		}
	}
}

// ownMemory returns how much memory the runtime has from the system.
func ownMemory() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}
