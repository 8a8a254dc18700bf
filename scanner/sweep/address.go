package sweep

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/akguard/akguard/scanner/finding"
)

// addresses gives each place the address under which a browser shows it.
type addresses struct {
	finding.Handler
	parts []*part
}

// Finding implements finding.Handler.
func (a addresses) Finding(f finding.Finding) error {
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		for _, p := range a.parts {
			if o.Origin.Repository == p.Name && o.Origin.Web == "" {
				o.Origin.Web = p.address(*o)
			}
		}
	}
	return a.Handler.Finding(f)
}

// address returns the address of a place on GitHub; "" if there is none.
func (p Part) address(o finding.Occurrence) string {
	if p.Web == "" || o.Commit == "" {
		return ""
	}
	commit := url.PathEscape(o.Commit)
	switch {
	case p.Gist:
		return gistAddress(p.Web+"/"+commit, o)
	case p.Wiki && (o.Source != finding.SourceHistory || !isPage(o.Path)):
		return p.Web + "/_compare/" + commit
	case p.Wiki:
		return p.Web + "/" + url.PathEscape(strings.TrimSuffix(path.Base(o.Path), path.Ext(o.Path))) + "/" + commit
	case o.Source != finding.SourceHistory || o.Path == "":
		return p.Web + "/commit/" + commit
	}
	address := p.Web + "/blob/" + commit + "/" + escaped(o.Path)
	if isPage(o.Path) {
		address += "?plain=1" // else it is shown without lines
	}
	return fmt.Sprintf("%s#L%d", address, o.Line)
}

// gistAddress returns the address of a place in a gist, whose files are all on one page.
func gistAddress(page string, o finding.Occurrence) string {
	if o.Source != finding.SourceHistory || o.Path == "" {
		return page
	}
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, strings.ToLower(o.Path))
	return fmt.Sprintf("%s#file-%s-L%d", page, slug, o.Line)
}

// escaped escapes the elements of a path.
func escaped(name string) string {
	elements := strings.Split(name, "/")
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return strings.Join(elements, "/")
}

// isPage reports whether GitHub renders a file as a page.
func isPage(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mediawiki", ".wiki", ".rst", ".asciidoc", ".adoc", ".org", ".textile", ".creole", ".rdoc", ".pod":
		return true
	}
	return false
}
