package terminal_test

import (
	"testing"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
)

func TestTerminal(t *testing.T) {
	for _, test := range []struct {
		name          string
		noColor, kind string
		want          bool
	}{
		{"colours", "", "xterm", true},
		{"NO_COLOR", "1", "xterm", false},
		{"NO_COLOR=0 asks for none too", "0", "xterm", false},
		{"a dumb terminal", "", "dumb", false},
		{"a terminal of no kind", "", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.kind)
			screen := termtest.New(t)
			if !terminal.Is(screen.File) {
				t.Error("not taken for a terminal")
			}
			if got := terminal.Color(screen.File); got != test.want {
				t.Errorf("colours: got %v, want %v", got, test.want)
			}
		})
	}
}
