package incident

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/akguard/akguard/scanner/report/page"
)

// markdown writes the page as Markdown, for an issue or a wiki.
func markdown(r Report, o Options) ([]byte, error) {
	return toMarkdown(newWriter(r, o).document()), nil
}

func toMarkdown(d page.Document) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s\n\n**%s**\n\n", escape(d.Title), escape(d.Subtitle), escape(d.Headline))
	for _, f := range d.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", escape(f.Label), escape(f.Value))
	}
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n", escape(s.Title))
		for _, p := range s.Paragraphs {
			fmt.Fprintf(&b, "%s\n\n", inline(p))
		}
		for _, l := range s.List {
			fmt.Fprintf(&b, "- [ ] %s\n", inline(l))
		}
		branchesTo(&b, s.Tree, 0)
		tableTo(&b, s.Table)
	}
	fmt.Fprintf(&b, "\n%s\n", escape(d.Footer))
	return b.Bytes()
}

func branchesTo(b *bytes.Buffer, branches []page.Branch, depth int) {
	for _, branch := range branches {
		var lines []string
		for _, l := range branch.Lines {
			lines = append(lines, inline(l))
		}
		fmt.Fprintf(b, "%s- %s\n", strings.Repeat("  ", depth), strings.Join(lines, " "))
		branchesTo(b, branch.Branches, depth+1)
	}
}

func tableTo(b *bytes.Buffer, t *page.Table) {
	if t == nil {
		return
	}
	for _, c := range t.Columns {
		fmt.Fprintf(b, "| %s ", escape(c.Title))
	}
	fmt.Fprintf(b, "|\n%s|\n", strings.Repeat("|---", len(t.Columns)))
	for _, row := range t.Rows {
		for _, c := range row {
			var lines []string
			for _, l := range c.Lines {
				lines = append(lines, inline(l))
			}
			fmt.Fprintf(b, "| %s ", strings.Join(lines, "<br>"))
		}
		fmt.Fprintln(b, "|")
	}
}

func inline(l page.Line) string {
	var b strings.Builder
	for _, t := range l {
		b.WriteString(escape(t.Text))
	}
	return b.String()
}

// escape keeps a text from being read as Markdown, HTML or a mention.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '@':
			b.WriteString("@\u200b")
		case strings.ContainsRune("\\`*_{}[]()#+!|<>~&", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
