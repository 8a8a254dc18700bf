package office_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

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

func FuzzReader(f *testing.F) {
	f.Add(`<w:p a="b"><w:t>x</w:t></w:p>`)
	f.Add(strings.Repeat("<", 10) + `"` + strings.Repeat(">", 10))
	f.Fuzz(func(t *testing.T, part string) {
		got, err := io.ReadAll(office.NewReader(strings.NewReader(part)))
		if err != nil || len(got) > 4*len(part)+16 {
			t.Errorf("%d bytes of %d, %v", len(got), len(part), err)
		}
	})
}
