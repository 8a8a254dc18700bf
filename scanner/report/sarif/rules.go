package sarif

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// ruleTable has the rules of a report. GitHub takes the severity of an alert from its rule. A finding whose verdict changes
// the severity therefore has a rule of its own, such as alibaba-accesskey-pair/inactive: a disabled key is not critical. In
// SARIF a slash in an ID leads from a rule to its special cases.
type ruleTable struct {
	say        words.Writer
	list       []descriptor
	index      map[string]int // of a rule's ID in list
	severities map[string]rules.Severity
}

func newRuleTable(say words.Writer) *ruleTable {
	return &ruleTable{say: say, list: []descriptor{}, index: make(map[string]int), severities: make(map[string]rules.Severity)}
}

// add adds a rule in force.
func (t *ruleTable) add(r rules.Rule) {
	if r.ID != "" { // a saved report has only the number of rules
		t.find(r.ID, r, t.say.Printer.Print(r.Description), r.Severity)
	}
}

// of returns the index and the ID of the rule for a finding.
func (t *ruleTable) of(f finding.Finding) (int, string) {
	id, description := f.Rule.ID, t.say.Printer.Print(f.Rule.Description)
	if f.Severity != f.Rule.Severity {
		id += "/" + f.Verdict.Status.String()
		description = t.say.Say("report.sarif.special", description, words.Status(f.Verdict.Status))
	}
	if known, ok := t.severities[id]; ok && known != f.Severity { // the rules have changed since the report was saved
		id += "/" + f.Severity.String()
	}
	return t.find(id, f.Rule, description, f.Severity), id
}

// find returns the index of a rule, and adds it if need be.
func (t *ruleTable) find(id string, r rules.Rule, description string, s rules.Severity) int {
	i, ok := t.index[id]
	if !ok {
		i = len(t.list)
		t.index[id], t.severities[id] = i, s
		help := t.say.Printer.Print(r.Help)
		if help == "" { // GitHub wants one
			help = t.say.Say("report.sarif.rule-help")
		}
		t.list = append(t.list, newDescriptor(id, description, help, s))
	}
	return i
}

func newDescriptor(id, description, help string, s rules.Severity) descriptor {
	what := plain(description)
	if description == "" { // a rule that this version does not know
		what = plain(id)
	}
	return descriptor{
		ID: id, Name: pascal(id), ShortDescription: what, FullDescription: &what, HelpURI: rulesPage,
		Help:                 &message{Text: plain(help).Text, Markdown: help},
		DefaultConfiguration: &configuration{level(s)},
		Properties: &descriptorProperty{
			Tags:             []string{"security", "secret", "external/cwe/cwe-798"},
			SecuritySeverity: score(s),
		},
	}
}
