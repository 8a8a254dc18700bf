package scanner

import (
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/scanner/match"
)

// disguises are ways in which whole files come to be encoded.
var disguises = []struct {
	name string
	of   func(text string) string
}{
	{"plain", func(s string) string { return s }},
	{"UTF-16 LE", func(s string) string { return "\xff\xfe" + string(utf16le(s)) }},
	{"UTF-16 BE", func(s string) string { return "\xfe\xff" + string(swapped(utf16le(s))) }},
	{"UTF-16 LE without a mark", func(s string) string { return string(utf16le(s)) }},
	{"UTF-32 LE", func(s string) string { return "\xff\xfe\x00\x00" + utf32(s, binary.LittleEndian) }},
	{"UTF-32 BE", func(s string) string { return "\x00\x00\xfe\xff" + utf32(s, binary.BigEndian) }},
	{"UTF-32 LE without a mark", func(s string) string { return utf32(s, binary.LittleEndian) }},
	{"base64", base64Of},
	{"base64 on lines", func(s string) string { return wrap(base64Of(s), 76) }},
	{"a Secret of Kubernetes", func(s string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  .dockerconfigjson: " + base64Of(s) + "\n"
	}},
	{"base64 for PowerShell", func(s string) string { return "powershell -EncodedCommand " + base64Of(string(utf16le(s))) + "\n" }},
	{"base32", func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) + "\n" }},
	{"base32 on lines", func(s string) string { return wrap(base32.StdEncoding.EncodeToString([]byte(s)), 64) }},
	{"gzip with a time in base64", func(s string) string { return "payload: " + base64Of(string(gzippedAt(s))) + "\n" }},
	{"JSON in JSON", func(s string) string { return `{"config": ` + jsonOf(s) + "}\n" }},
	{"JSON with slashes escaped", func(s string) string { return `{"config": ` + strings.ReplaceAll(jsonOf(s), "/", `\/`) + "}\n" }},
	{"a form", func(s string) string { return "a=1&config=" + url.PathEscape(s) + "&b=2\n" }},
	{"quoted-printable", func(s string) string {
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(strings.ReplaceAll("A few words before what was pasted, so that lines break:  "+s, "\n", "  \n")))
		_ = w.Close()
		return "Content-Transfer-Encoding: quoted-printable\n\n" + b.String()
	}},
}

func utf16le(s string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func jsonOf(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func swapped(b []byte) []byte {
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

func utf32(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return string(b)
}

func gzippedAt(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.ModTime = time.Unix(1_700_000_000, 0)
	w.Name = "config.yaml"
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

// finder returns what finds the credentials of a content as a scan does.
func finder(t *testing.T) *match.Finder {
	t.Helper()
	f, err := match.New(match.Options{Rules: builtin.Set(), Decoder: decoder{}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// reported returns the types of credential that are found in a content.
func reported(f *match.Finder, content string) []rules.Type {
	var types []rules.Type
	for _, m := range f.Find(match.NewText([]byte(content), 0), match.Section{To: len(content)}).Matches {
		types = append(types, m.Credential.Type)
	}
	return types
}

// TestServicesInDisguise scans each example of each kind of single service in each encoding: what is found in plain text is found
// hidden, and what is no leak stays none.
func TestServicesInDisguise(t *testing.T) {
	t.Parallel()
	keys, f := rulestest.NewKeys(161), finder(t)
	missed, tried := map[string]int{}, 0
	for _, rule := range service.Rules() {
		for i, example := range append(rule.Examples.Match, rule.Examples.NoMatch...) {
			want := i < len(rule.Examples.Match)
			content := keys.Expand(example)
			for _, d := range disguises {
				if tried++; !want && d.name == "quoted-printable" {
					continue // its lines break anywhere, in names and blocks too
				}
				if d.name == "a form" && strings.Contains(content, "appCode") {
					continue // too common a name to decode what has it
				}
				if got := slices.Contains(reported(f, d.of(content)), rule.Type); got != want {
					missed[d.name]++
					t.Errorf("%s in %s: found %v, want %v: %q", rule.ID, d.name, got, want, content)
				}
			}
		}
	}
	t.Logf("%d tried, wrong: %v", tried, missed)
}

var assignment = regexp.MustCompile(`(?m)^([A-Za-z_.]+)[=:] *["']?([^"'/\n][^"'\n]*)["']?$`)
var secretName = regexp.MustCompile(`(?i)password|secret|token|key`)

// TestServicesOfValues hides each value of a file of assignments by itself: in the data of a Secret, or on two lines that a
// backslash joins.
func TestServicesOfValues(t *testing.T) {
	t.Parallel()
	keys, f := rulestest.NewKeys(162), finder(t)
	for _, rule := range service.Rules() {
		for _, example := range rule.Examples.Match {
			content := keys.Expand(example)
			pairs := assignment.FindAllStringSubmatch(content, -1)
			if len(pairs) == 0 || len(pairs) != strings.Count(content, "\n") {
				continue
			}
			secret, lines := "kind: Secret\ndata:\n", ""
			for _, p := range pairs {
				secret += fmt.Sprintf("  %s: %s\n", p[1], base64Of(p[2]))
				half := 0
				if secretName.MatchString(p[1]) {
					half = len(p[2]) / 2
				}
				lines += strings.Replace(fmt.Sprintf("%s=%s\\\n  %s\n", p[1], p[2][:half], p[2][half:]), "=\\\n  ", "=", 1)
			}
			for name, hidden := range map[string]string{"a Secret of Kubernetes": secret, "continued lines": lines} {
				if !slices.Contains(reported(f, hidden), rule.Type) {
					t.Errorf("%s in %s is not found: %q", rule.ID, name, hidden)
				}
			}
		}
	}
}
