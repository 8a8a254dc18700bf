package isolate

import (
	"strings"
	"sync"

	"github.com/akguard/akguard/scanner/printable"
)

// How much is kept of what a child prints, and how much of it is shown.
const (
	tailBytes = 64 << 10
	tailLines = 8
	lineBytes = 300
)

// tail keeps the last bytes that were written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if extra := len(t.last) - tailBytes; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return len(p), nil
}

func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = nil
}

// text returns the last lines in one, without secrets. Of a crash of the runtime, those are the lines that say why, which
// come before the stacks.
func (t *tail) text(secrets func() []string) string {
	t.mu.Lock()
	text := strings.ToValidUTF8(string(t.last), "")
	t.mu.Unlock()
	if secrets != nil {
		for _, secret := range secrets() {
			if secret != "" {
				text = strings.ReplaceAll(text, secret, "…")
			}
		}
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, printable.Text(line[:min(len(line), lineBytes)]))
		}
	}
	return strings.Join(telling(lines), "; ")
}

func telling(lines []string) []string {
	for i, line := range lines {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") || strings.HasPrefix(line, "SIG") {
			return lines[i:min(len(lines), i+tailLines)]
		}
	}
	return lines[max(0, len(lines)-tailLines):]
}
