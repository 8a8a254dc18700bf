package manual

import (
	"regexp"
	"strings"
	"unicode"
)

// roff is a page in the man macros.
type roff struct{ b strings.Builder }

// request writes a request with its arguments, each in quotes.
func (r *roff) request(name string, args ...string) {
	r.b.WriteString("." + name)
	for _, arg := range args {
		r.b.WriteString(` "` + strings.ReplaceAll(escape(arg), `"`, `\(dq`) + `"`)
	}
	r.b.WriteByte('\n')
}

// text writes a line of text.
func (r *roff) text(line string) { r.b.WriteString(escape(line) + "\n") }

func (r *roff) bold(line string) { r.b.WriteString(`\fB` + escape(line) + `\fP` + "\n") }

// item writes a name, and its meaning indented below.
func (r *roff) item(name, meaning string) {
	r.request("TP")
	r.bold(name)
	if meaning == "" {
		meaning = " "
	}
	r.text(meaning)
}

// verbatim writes lines that keep their breaks and spaces.
func (r *roff) verbatim(lines []string) {
	r.request("PP")
	r.request("nf")
	for _, line := range lines {
		r.text(line)
	}
	r.request("fi")
}

// entry is a line of a list in a help text: two spaces, a name, two spaces or more, and its meaning.
var entry = regexp.MustCompile(`^  (\S+(?: \S+)*) {2,}(\S.*)$`)

// prose writes a help text. Indented lines are a list, or else text that keeps its line breaks.
func (r *roff) prose(text string) {
	for _, paragraph := range strings.Split(text, "\n\n") {
		lines := strings.Split(paragraph, "\n")
		plain := 0
		for plain < len(lines) && !strings.HasPrefix(lines[plain], " ") {
			plain++
		}
		if plain > 0 {
			r.request("PP")
		}
		for _, line := range lines[:plain] {
			r.text(line)
		}
		switch rest := lines[plain:]; {
		case len(rest) == 0:
		case entry.MatchString(rest[0]):
			r.list(rest)
		default:
			r.verbatim(rest)
		}
	}
}

// list writes the entries of a list. A line that is no entry continues the meaning before it.
func (r *roff) list(lines []string) {
	for _, line := range lines {
		if parts := entry.FindStringSubmatch(line); parts != nil {
			r.item(parts[1], parts[2])
		} else {
			r.text(strings.TrimSpace(line))
		}
	}
}

var special = strings.NewReplacer(`\`, `\(rs`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`)

// escape makes text safe for roff: a backslash starts an escape, a plain hyphen may become a dash that no shell takes for
// an option, and a dot or a quote at the start of a line makes it a request. Chinese has no spaces, so that groff must be told
// where a line may break.
func escape(text string) string {
	var b strings.Builder
	if strings.HasPrefix(text, ".") {
		b.WriteString(`\&`)
	}
	for _, char := range special.Replace(text) {
		b.WriteRune(char)
		if unicode.Is(unicode.Han, char) || strings.ContainsRune("，。、；：）", char) {
			b.WriteString(`\:`)
		}
	}
	return b.String()
}
