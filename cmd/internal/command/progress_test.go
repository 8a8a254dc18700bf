package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/message"
)

// TestProgressPhases follows a scan that has taken a while already.
func TestProgressPhases(t *testing.T) {
	var out bytes.Buffer
	p := (&App{Streams: Streams{Err: &out}, Words: message.New(message.English)}).NewProgress()
	p.Phase("verify", 1, 500)
	if out.Len() > 0 {
		t.Errorf("a short scan shows %q", out.String())
	}
	p.start = time.Now().Add(-time.Minute)
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { p.Add(4096) }, "scanning"},
		{func() { p.Phase("locate", 0, 0) }, "locating in the history"},
		{func() { p.Phase("verify", 120, 500) }, "(120/500"},
		{func() { p.Add(4096) }, "scanning"}, // another source
	} {
		out.Reset()
		step.do()
		if !strings.Contains(out.String(), step.want) {
			t.Errorf("the terminal shows %q, want %q", out.String(), step.want)
		}
	}
	p.Phase("verify", 300, 500)
	p.Phase("verify", 200, 500) // overtaken
	if p.done != 300 {
		t.Errorf("%d are verified, want 300", p.done)
	}
	p.Clear()
	out.Reset()
	p.Phase("verify", 400, 500)
	if out.Len() > 0 {
		t.Errorf("after the last word it shows %q", out.String())
	}
}
