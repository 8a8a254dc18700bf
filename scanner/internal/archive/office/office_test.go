package office_test

import (
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/akguard/akguard/scanner/internal/archive/office"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ part, want string }{
		"runs of Word": {
			`<w:p><w:r><w:rPr><w:lang w:val="en-US"/></w:rPr><w:t>accessKeyId: LTAI5t</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>ABCDEF</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>`,
			"accessKeyId: LTAI5tABCDEF\nnext\n",
		},
		"runs of PowerPoint": {`<a:p><a:r><a:t>LTAI</a:t></a:r><a:r><a:t>5t</a:t></a:r><a:br/><a:r><a:t>x</a:t></a:r></a:p>`, "LTAI5t\nx\n"},
		"strings of Excel":   {`<sst><si><r><t>LTAI</t></r><r><t xml:space="preserve">5t</t></r></si><si><t>secret</t></si></sst>`, "LTAI5t\nsecret\n"},
		"OpenDocument":       {`<text:p>LTAI<text:span text:style-name="T1">5t</text:span></text:p>`, "LTAI5t\n"},
		"entities":           {`<w:t>a=&quot;b&quot; &amp; c</w:t>`, `a="b" & c`},
		"a link":             {`<w:hyperlink r:id="https://example.com/?a=1&amp;b=2"><w:t>here</w:t></w:hyperlink>`, "\nhttps://example.com/?a=1&b=2\nhere"},
		"single quotes":      {`<w:link w:to='https://example.com/"x"/1'/>`, "\nhttps://example.com/\"x\"/1\n"},
		"a comment":          {`<a/><!-- accessKeyId: LTAI --><b/>`, "\n!-- accessKeyId: LTAI --\n"},
		"CDATA":              {`<t><![CDATA[LTAI5t]]></t>`, "\n![CDATA[LTAI5t]]\n"},
		"between tags":       {"<a>\n  <w:t>x</w:t>\n  <w:t>y</w:t>\n</a>", "xy"},
		"no end":             {`<w:t>x</w:t><w:t`, "x"},
	} {
		got, err := io.ReadAll(office.NewReader(iotest.OneByteReader(strings.NewReader(c.part))))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, want %q, %v", name, got, c.want, err)
		}
	}
}

func TestIs(t *testing.T) {
	for name, want := range map[string]bool{
		"word/document.xml": true, "xl/sharedStrings.xml": true, "xl/worksheets/sheet1.xml": true, "ppt/slides/slide1.xml": true, "content.xml": true,
		"word/media/image1.png": false, "docProps/app.xml": false, "pom.xml": false, "src/word/x.xml": false,
	} {
		if office.Is(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// TestParts reads a part of many tags, and tags that are larger than what is held of a part.
func TestParts(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	for name, c := range map[string]struct{ part, want string }{
		"many tags":        {strings.Repeat(`<w:r><w:t>LTAI</w:t></w:r>`, 40_000), strings.Repeat("LTAI", 40_000)},
		"long text":        {`<t>` + long + `</t></p>`, long + "\n"},
		"long attribute":   {`<a b="` + long + `"/><t>y</t>`, "y"},
		"after a long tag": {`<a b="` + long + `" c='https://example.com/'/><t>y</t>`, "y"},
		"before its end":   {`<a c='https://example.com/' b="` + long + `"/><t>y</t>`, "\nhttps://example.com/\ny"},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.part), iotest.HalfReader(strings.NewReader(c.part))} {
			got, err := io.ReadAll(office.NewReader(in))
			if err != nil || string(got) != c.want {
				t.Errorf("%s: %d bytes, want %d, %v", name, len(got), len(c.want), err)
			}
		}
	}
}

// plain is the text of a part in the plainest way.
func plain(part string) string {
	var out strings.Builder
	for {
		text, rest, more := strings.Cut(part, "<")
		if strings.TrimSpace(text) != "" || !strings.ContainsAny(text, "\r\n") {
			out.WriteString(html.UnescapeString(text))
		}
		if !more {
			return out.String()
		}
		tag, after, ended := strings.Cut(rest, ">")
		if part = after; ended {
			tag += ">"
		}
		if strings.HasPrefix(tag, "!") {
			out.WriteString("\n" + strings.TrimSuffix(tag, ">") + "\n")
			continue
		}
		name, _, _ := strings.Cut(strings.Map(func(c rune) rune {
			if strings.ContainsRune(" \t\r\n>", c) {
				return '/'
			}
			return c
		}, strings.TrimLeft(tag, "/")), "/")
		if _, local, ok := strings.Cut(name, ":"); ok {
			name = local
		}
		switch closes := strings.HasPrefix(tag, "/") || strings.HasSuffix(tag, "/>"); {
		case closes && name == "tab":
			out.WriteByte('\t')
		case closes && slices.Contains(strings.Fields("p si row br h tr c list-item table-row table-cell line-break"), name):
			out.WriteByte('\n')
		}
		for _, value := range values.FindAllString(tag, -1) {
			if len(value) < 2 || value[len(value)-1] != value[0] {
				break
			}
			if value = value[1 : len(value)-1]; len(value) >= 16 && !strings.HasPrefix(value, "http://schemas.") && !strings.HasPrefix(value, "urn:") {
				out.WriteString("\n" + html.UnescapeString(value) + "\n")
			}
		}
	}
}

// values matches the values of attributes, and the rest of a tag in which one does not end.
var values = regexp.MustCompile(`(?s)"[^"]*"|'[^']*'|["'].*`)

func FuzzReader(f *testing.F) {
	f.Add(`<w:p a="b"><w:t>x</w:t></w:p>`)
	f.Add(strings.Repeat("<", 10) + `"` + strings.Repeat(">", 10))
	f.Add(`<a b="no end c='https://example.com/'/>`)
	f.Add(`<w:hyperlink r:id="https://example.com/?a=1&amp;b=2"/>` + "\r\n <w:tab/><a:c:br/><//p x='\"'><!-- x --><row")
	f.Fuzz(func(t *testing.T, part string) {
		got, err := io.ReadAll(office.NewReader(strings.NewReader(part)))
		if err != nil || len(got) > 4*len(part)+16 {
			t.Errorf("%d bytes of %d, %v", len(got), len(part), err)
		}
		if len(part) < 32<<10 && utf8.ValidString(part) && string(got) != plain(part) {
			t.Errorf("%q: %q, want %q", part, got, plain(part))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	part := strings.Repeat(`<w:p w:rsidR="00A77B3E"><w:pPr><w:spacing w:before="240" w:after='0'/></w:pPr><w:r><w:rPr><w:lang w:val="en-US"/></w:rPr><w:t>some text of a run</w:t></w:r></w:p>`, 1000)
	b.SetBytes(int64(len(part)))
	for b.Loop() {
		if _, err := io.Copy(io.Discard, office.NewReader(strings.NewReader(part))); err != nil {
			b.Fatal(err)
		}
	}
}
