package isolate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/akguard/akguard/rules/reason"
)

const limit = 1 << 16

func TestFrames(t *testing.T) {
	frames := []frame{
		{Kind: kindJob, Body: json.RawMessage(`{"folder":"/x","request":{"a":1}}`)},
		{Kind: kindAsk, Number: 7, Body: json.RawMessage(`"what?"`)},
		{Kind: kindAnswer, Number: 7, Error: reason.New("a.b", "x")},
		{Kind: kindCancel},
	}
	var text bytes.Buffer
	w := frameWriter{w: &text, limit: limit}
	for _, f := range frames {
		if err := w.write(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range frames {
		got, err := readFrame(&text, limit)
		if err != nil || got.Kind != want.Kind || got.Number != want.Number || !bytes.Equal(got.Body, want.Body) || got.Error != want.Error {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := readFrame(&text, limit); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := w.write(frame{Kind: kindEvent, Body: json.RawMessage(`"` + string(bytes.Repeat([]byte("x"), limit)) + `"`)}); !errors.Is(err, errFrameSize) {
		t.Error(err)
	}
}

// TestReport has a child say how much memory it uses.
func TestReport(t *testing.T) {
	in, toChild := io.Pipe()
	fromChild, out := io.Pipe()
	work := func(ctx context.Context, _ *Job) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ended := make(chan error, 1)
	go func() { ended <- Serve(t.Context(), in, out, Server{Work: work, Report: true}) }()
	w := frameWriter{w: toChild, limit: limit}
	if err := w.write(frame{Kind: kindJob, Body: json.RawMessage(`{"request":{}}`)}); err != nil {
		t.Fatal(err)
	}
	f, err := readFrame(fromChild, limit)
	var n int64
	if err = errors.Join(err, json.Unmarshal(f.Body, &n)); err != nil || f.Kind != kindMemory || n < 1<<20 {
		t.Errorf("%+v, %v", f, err)
	}
	go func() { _, _ = io.Copy(io.Discard, fromChild) }()
	if err := toChild.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// FuzzFrames reads what a child may send.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{"", "\x00", "\x00\x00\x00\x00", "\x00\x00\x00\x02{}", "\xff\xff\xff\xff", "\x00\x00\x00\x11" + `{"kind":"cancel"}`,
		"\x00\x00\x00\x2d" + `{"kind":"ask","number":1,"body":{"a":[1,"b"]}}`, "\x00\x00\x00\x10{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in := bytes.NewReader(text)
		for {
			got, err := readFrame(in, limit)
			if err != nil {
				return
			}
			var again bytes.Buffer
			w := frameWriter{w: &again, limit: 2*limit + 100}
			if err := w.write(got); err != nil {
				return // some arguments of a reason cannot be written again
			}
			back, err := readFrame(&again, 2*limit+100)
			if err != nil || back.Kind != got.Kind || back.Number != got.Number || back.Error != got.Error {
				t.Fatalf("%+v comes back as %+v, %v", got, back, err)
			}
		}
	})
}
