package command

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules/rulestest"
)

func TestFail(t *testing.T) {
	for _, test := range []struct {
		name, err, hint string
		want            string
	}{
		{"with a hint", "no such file", "name another", "akguard: error: no such file\nakguard: hint: name another\n"},
		{"without", "no such file", "", "akguard: error: no such file\n"},
		{"percent signs", "%s%d", "%v", "akguard: error: %s%d\nakguard: hint: %v\n"},
		{"letters of any script", "文件不存在 é", "", "akguard: error: 文件不存在 é\n"},
		{"an escape sequence", "\x1b[2Jx", "", `akguard: error: \x1b[2Jx` + "\n"},
		{"a line like ours", "a\nakguard: clean", "", `akguard: error: a\nakguard: clean` + "\n"},
		{"a direction override", "a\u202eb", "", `akguard: error: a\u202eb` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			a := &App{Streams: Streams{Err: &b}, Words: message.New(message.English)}
			a.fail(&Failure{Err: errors.New(test.err), Hint: test.hint})
			if b.String() != test.want {
				t.Errorf("got %q, want %q", b.String(), test.want)
			}
		})
	}
}

// TestQuotable holds what errors quote of the command line: people type a credential where a command expects something
// else.
func TestQuotable(t *testing.T) {
	keys := rulestest.NewKeys(1)
	for _, secret := range []string{keys.ID24(), keys.ID16(), keys.Secret(), keys.STSID(), keys.STSSecret(), keys.Token()} {
		for _, arg := range []string{secret, "ID:" + secret, "--config=" + secret, "https://x/?k=" + secret + "&y"} {
			if got := Quotable(arg); strings.Contains(got, secret[6:len(secret)-6]) {
				t.Errorf("an error would quote %s", got)
			}
		}
	}
	for _, arg := range []string{"", "main", "origin/main..HEAD", "/home/someone/projects/repository", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"} {
		if got := Quotable(arg); got != arg {
			t.Errorf("%q is quoted as %q", arg, got)
		}
	}
}
