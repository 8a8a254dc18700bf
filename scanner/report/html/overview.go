package html

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/page"
)

// maxGroups is how many owners and how many repositories are listed.
const maxGroups = 1000

// group is what an owner answers for, or what a repository has.
type group struct {
	name     string
	findings map[string]bool // the fingerprints
	live     map[string]bool
	others   map[string]bool // the repositories of an owner, the owners of a repository
}

// overview lists the repositories and owners of a sweep; nothing of the scan of one repository.
func (b builder) overview(r whole.Report) (out []page.Section) {
	repository := func(o finding.Occurrence) string { return o.Origin.Repository }
	owner := func(o finding.Occurrence) string { return o.Origin.Owner }
	repositories := groups(r.Findings, repository, owner)
	if len(repositories) == 0 {
		return nil
	}
	owners := groups(r.Findings, owner, repository)
	return []page.Section{b.grouped("owner", "repository", owners), b.grouped("repository", "owner", repositories)}
}

// groups counts findings by a name of their places, the ones with most live credentials first.
func groups(findings []finding.Finding, name, other func(finding.Occurrence) string) []group {
	byName := map[string]group{}
	for _, f := range findings {
		for _, o := range f.Occurrences {
			if o.Origin.Repository == "" || name(o) == "" {
				continue
			}
			g, ok := byName[name(o)]
			if !ok {
				g = group{name(o), map[string]bool{}, map[string]bool{}, map[string]bool{}}
				byName[g.name] = g
			}
			g.findings[f.Fingerprint] = true
			if f.Live() {
				g.live[f.Fingerprint] = true
			}
			if text := other(o); text != "" {
				g.others[text] = true
			}
		}
	}
	var out []group
	for _, g := range byName {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int {
		return cmp.Or(len(b.live)-len(a.live), len(b.findings)-len(a.findings), cmp.Compare(a.name, b.name))
	})
	return out
}

// grouped is the table of groups.
func (b builder) grouped(by, other string, groups []group) page.Section {
	t := &page.Table{Controls: true, All: b.say.Say("report.html.all"), Search: b.say.Say("report.html.search")}
	for _, key := range []string{"report.html." + by, "report.status.live", "report.html.findings", "report.html." + other + "-count"} {
		t.Columns = append(t.Columns, page.Column{Title: b.say.Say(key)})
	}
	number := func(n int, class string) page.Cell {
		if n == 0 {
			class = ""
		}
		return page.Cell{Lines: []page.Line{page.Plain(strconv.Itoa(n))}, Class: class}
	}
	for _, g := range groups[:min(len(groups), maxGroups)] {
		t.Rows = append(t.Rows, []page.Cell{
			{Lines: []page.Line{page.Code(b.say.Quoted(g.name))}}, number(len(g.live), page.Alarm+" strong"), number(len(g.findings), ""), number(len(g.others), ""),
		})
	}
	s := page.Section{Title: b.say.Say("report.html.by-" + by), Table: t}
	if more := len(groups) - maxGroups; more > 0 {
		s.Paragraphs = []page.Line{page.Plain(b.say.Say("report.html.more-groups", more))}
	}
	return s
}
