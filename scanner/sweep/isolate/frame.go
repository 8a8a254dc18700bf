package isolate

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/akguard/akguard/rules/reason"
)

// kind is the kind of a frame.
type kind string

const (
	// To the child.
	kindJob    kind = "job"    // its body is a job
	kindAnswer kind = "answer" // to the question with its number
	kindCancel kind = "cancel" // the job

	// From the child.
	kindEvent  kind = "event"
	kindAsk    kind = "ask"
	kindMemory kind = "memory" // its body is the number of bytes that the child says it uses
	kindResult kind = "result"
)

// frame is one message: four bytes with the length of what follows, the most significant first, and then JSON.
type frame struct {
	Kind   kind            `json:"kind"`
	Number int             `json:"number,omitempty"` // of a question
	Body   json.RawMessage `json:"body,omitempty"`
	Error  reason.Reason   `json:"error,omitzero"` // in an answer or a result, in place of the body
}

// job is the body of a frame that gives one to a child.
type job struct {
	Folder  string          `json:"folder"`
	Memory  int64           `json:"memory,omitempty"` // limit
	Request json.RawMessage `json:"request"`
}

var (
	errFrameSize = errors.New("a message is too large")
	errFrameKind = errors.New("a message has an unknown kind")
)

// readFrame reads a frame of up to a number of bytes. It returns io.EOF if there is none, and takes no more memory than what
// arrives.
func readFrame(r io.Reader, limit int) (f frame, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return f, err
	}
	n := int64(binary.BigEndian.Uint32(size[:]))
	if n > int64(limit) {
		return f, errFrameSize
	}
	var text bytes.Buffer
	if _, err := io.CopyN(&text, r, n); err != nil {
		return f, io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(text.Bytes(), &f); err != nil {
		return f, fmt.Errorf("reading a message: %w", err)
	}
	switch f.Kind {
	case kindJob, kindAnswer, kindCancel, kindEvent, kindAsk, kindMemory, kindResult:
		return f, nil
	}
	return f, errFrameKind
}

// frameWriter writes frames, whole, for several goroutines.
type frameWriter struct {
	mu    sync.Mutex
	w     io.Writer
	limit int
}

func (w *frameWriter) write(f frame) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	if len(text) > w.limit {
		return errFrameSize
	}
	whole := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(text)), uint32(len(text)))
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.w.Write(append(whole, text...)); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}
