package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal/termtest"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// TestPicture compares the pictures in the READMEs with what a terminal shows. With -update it draws them.
func TestPicture(t *testing.T) {
	t.Parallel()
	for file, command := range map[string]string{"report.svg": "akguard scan shop", "report.zh.svg": "akguard scan --lang zh shop"} {
		got := picture(command, settled(photograph(t, strings.Fields(command)[1:]...)))
		reporttest.Golden(t, filepath.Join("..", "..", "..", "docs", "images", file), []byte(got))
	}
}

// photograph runs a scan of a repository with a live key and a disabled one, and returns what a terminal shows.
func photograph(t *testing.T, args ...string) string {
	t.Helper()
	s := newStand(t)
	live, err := newKey(s.account, "live")
	if err != nil {
		t.Fatal(err)
	}
	off, err := newKey(s.account, "off")
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, append(args, "--no-progress")...)
	p.Env = append(p.Env, s.env...)
	p.run(t, "", "git", "init", "-q", "shop")
	for i, file := range []struct{ name, text string }{
		{"shop/config/oss.yml", "oss:\n  endpoint: oss-cn-hangzhou.aliyuncs.com\n  accessKeyId: " + live.ID.Reveal() + "\n  accessKeySecret: " + live.Secret.Reveal() + "\n"},
		{"shop/tools/upload.py", "import oss2\nACCESS_KEY_ID = \"" + off.ID.Reveal() + "\"\nACCESS_KEY_SECRET = \"" + off.Secret.Reveal() + "\"\n"},
	} {
		if err := os.MkdirAll(filepath.Join(p.dir, filepath.Dir(file.name)), 0o755); err != nil {
			t.Fatal(err)
		}
		p.write(t, file.name, file.text)
		p.run(t, "", "git", "-C", "shop", "add", ".")
		p.run(t, "", "git", "-C", "shop", "commit", "-q", "-m", fmt.Sprint(i))
	}
	terminal := termtest.New(t)
	p.Stdout = terminal.File
	p.start(t)
	p.ends(t, 10*time.Second, 1)
	return terminal.Screen()
}

// settled replaces what differs from run to run. No key gets into the picture, not even one that was made for it.
func settled(screen string) string {
	for _, r := range []struct{ expr, by string }{
		{`LTAI[0-9A-Za-z]{12,20}\b`, "LTAI5t****8Mn8"},
		{`LTAI5t\*\*\*\*\w{4}`, "LTAI5t****8Mn8"},
		{`/ \S\S\*\*\*\*\S\S`, "/ Fk****7j"},
		{`\b\d{16}\b`, "1848830740873527"},
		{`(commit|提交) [0-9a-f]{10}`, "$1 f68424242e"},
		{`\b[0-9a-f]{32}\b`, "5bcdd0b9a3a1f1ffa8d2c3f0d6a5a1c4"},
		{`(in|用时) \d+m?s`, "$1 37ms"},
		{`[\d,]+ (bytes|字节)`, "291 $1"},
		{`\r\n`, "\n"},
	} {
		screen = regexp.MustCompile(r.expr).ReplaceAllString(screen, r.by)
	}
	return screen
}

// inks are the colours of the picture by the codes of a terminal.
var inks = map[string]string{
	"31;1": "#ff7b72;font-weight:bold", "33;1": "#e3b341;font-weight:bold", "32;1": "#7ee787;font-weight:bold",
	"1": "#f0f6fc;font-weight:bold", "2": "#8b949e",
}

// escape is a change of colour.
var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// picture draws what a terminal shows after a command.
func picture(command, screen string) string {
	const size, leading, margin = 13, 18, 16
	lines := append([]string{"\x1b[2m$\x1b[0m " + command}, strings.Split(strings.TrimRight(screen, "\n"), "\n")...)
	width := 0
	for _, line := range lines {
		width = max(width, columns(escape.ReplaceAllString(line, "")))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="%d">`+"\n",
		2*margin+width*size*61/100, 2*margin+len(lines)*leading, size)
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#0d1117"/>` + "\n")
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#c9d1d9" xml:space="preserve">%s</text>`+"\n", margin, margin+size+i*leading, spans(line))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// spans turns the changes of colour in a line into elements.
func spans(line string) string {
	var b strings.Builder
	style := ""
	for line != "" {
		text, code := line, ""
		if at := escape.FindStringSubmatchIndex(line); at != nil {
			text, code, line = line[:at[0]], line[at[2]:at[3]], line[at[1]:]
		} else {
			line = ""
		}
		switch text = html.EscapeString(text); {
		case text == "":
		case style == "":
			b.WriteString(text)
		default:
			fmt.Fprintf(&b, `<tspan style="fill:%s">%s</tspan>`, style, text)
		}
		style = inks[code]
	}
	return b.String()
}
