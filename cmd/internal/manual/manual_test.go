package manual_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/akguard/akguard/cmd/internal/manual"
)

// words are the titles, in a language that no code knows.
var words = manual.Words{
	Name: "N", Synopsis: "S", Description: "D", Commands: "C", Options: "O", Global: "G", Exit: "X", Examples: "E", See: "A", ExitCodes: "Codes:",
}

const wantPage = `.TH "DOG\-FETCH" "1" "" "akguard v1" "akguard"
.nh
.ad l
.SH "N"
dog\-fetch \- Bring it \- don\(aqt \(rs eat it
.SH "S"
\fBdog fetch WHAT [flags]\fP
.SH "D"
.PP
One line,
\&.and another.
.PP
A list:
.TP
\fBstick\fP
thrown by
somebody
.TP
\fBold ball\fP
found
.PP
.nf
  as it is
    and deeper
.fi
.SH "O"
.TP
\fB\-f, \-\-far TIMES\fP
throw it this many TIMES, \(ti twice (default 2)
.SH "G"
.TP
\fB\-\-loud\fP
bark
.SH "X"
.TP
\fB0\fP
brought
.SH "E"
.PP
.nf
  dog fetch \-f 3
.fi
.SH "A"
dog(1)
`

// TestPage shows each form that a help text has. A line of it that looks like a request is text.
func TestPage(t *testing.T) {
	t.Parallel()
	run := func(*cobra.Command, []string) {}
	root := &cobra.Command{Use: "dog", Short: "A dog"}
	root.PersistentFlags().Bool("loud", false, "bark")
	fetch := &cobra.Command{
		Use: "fetch WHAT", Run: run, Short: `Bring it - don't \ eat it`, Example: "  dog fetch -f 3",
		Long: "One line,\n.and another.\n\nA list:\n  stick     thrown by\n            somebody\n  old ball  found\n\n  as it is\n    and deeper\n\nCodes:\n  0  brought\n",
	}
	fetch.Flags().IntP("far", "f", 2, "throw it this many `TIMES`, ~ twice")
	root.AddCommand(fetch, &cobra.Command{Use: "secret", Run: run, Hidden: true})
	pages := manual.Pages(root, words, "v1")
	if len(pages) != 2 || pages[0].Name != "dog.1" || pages[1].Name != "dog-fetch.1" {
		t.Fatal(pages)
	}
	if diff := cmp.Diff(wantPage, string(pages[1].Text)); diff != "" {
		t.Errorf("the page (-want +got):\n%s", diff)
	}
	if !strings.Contains(string(pages[0].Text), ".SH \"C\"\n.TP\n\\fBdog\\-fetch(1)\\fP\n") {
		t.Errorf("the page of the command above does not list it:\n%s", pages[0].Text)
	}
}

// TestChineseBreaks holds that Chinese text may break between its characters, as it has no spaces.
func TestChineseBreaks(t *testing.T) {
	t.Parallel()
	page := manual.Pages(&cobra.Command{Use: "dog", Short: "查找，密钥"}, words, "")[0]
	if want := []byte("查\\:找\\:，\\:密\\:钥\\:\n"); !bytes.Contains(page.Text, want) {
		t.Errorf("%s", page.Text)
	}
}

// TestWrite writes pages where there is no folder yet, and replaces those of an older version.
func TestWrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "man1")
	for _, text := range []string{"an older, longer one", "new"} {
		if err := manual.Write(dir, []manual.Page{{Name: "dog.1", Text: []byte(text)}}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "dog.1")); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// FuzzPage holds that no text of a command becomes a request or an escape of roff.
func FuzzPage(f *testing.F) {
	f.Add("plain", ".TH x\n'so /etc/passwd\n\n  .sh  \\fB\\*x\n\nCodes:\n  .1  2")
	f.Add("\\", "a\n  b\n.\n")
	f.Add("-\"", "  \"quoted\"  \\n[x]")
	request := regexp.MustCompile(`^\.(?:(?:TH|SH)(?: ".*")+|PP|TP|nf|fi|nh|ad l|br)$`)
	escapes := regexp.MustCompile(`\\(?:\((?:rs|ti|ha|ga|aq|dq)|-|&|:|f[BP])`)
	f.Fuzz(func(t *testing.T, short, long string) {
		page := manual.Pages(&cobra.Command{Use: "dog", Short: short, Long: long}, words, "")[0]
		for _, line := range strings.Split(string(page.Text), "\n") {
			control := strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'")
			if control && !request.MatchString(line) {
				t.Errorf("a request: %q", line)
			}
			if strings.Contains(escapes.ReplaceAllString(line, ""), `\`) {
				t.Errorf("an escape: %q", line)
			}
		}
	})
}
