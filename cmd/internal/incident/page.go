package incident

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/scanner/report/page"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/investigate"
)

// maxRows is how many rows a table of the page has.
const maxRows = 5000

func html(r Report, o Options) ([]byte, error) { return newWriter(r, o).document().Render() }

func (w writer) document() page.Document {
	d := page.Document{
		Lang: w.say("report.html.lang"), Title: w.say("investigate.title", w.Result.Account),
		Subtitle: w.say("investigate.subtitle", w.Version, w.time(w.Result.Taken)), Footer: w.say("investigate.footer"), Facts: w.facts(),
	}
	d.Headline, d.Tone = w.headline()
	story := page.Section{Title: w.say("investigate.story")}
	for _, sentence := range w.story() {
		story.Paragraphs = append(story.Paragraphs, page.Plain(sentence))
	}
	d.Sections = append(d.Sections, story)
	for _, s := range []page.Section{w.compared(), w.family(), w.timeline(), w.regions(), w.evidence(false), w.evidence(true), w.ledger(), w.done(), w.left()} {
		if s.Title != "" {
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

// headline is the result in a sentence.
func (w writer) headline() (text, tone string) {
	switch alarms := w.Result.Alarms(); {
	case alarms > 0:
		return w.say("investigate.found", alarms), page.Alarm
	case !w.Result.Complete():
		return w.say("investigate.not-clean", w.unanswered()), page.Doubt
	case len(w.Result.Caveats) > 0:
		return w.say("investigate.clean-caveats", len(w.Result.Caveats)), page.Good
	}
	return w.say("investigate.clean"), page.Good
}

// unanswered is how many questions matter and were not answered.
func (w writer) unanswered() int {
	n := len(w.Result.Blind)
	for _, r := range w.Result.Results {
		if r.Status == investigate.Blind && n == 0 {
			n += max(1, len(r.Blind))
		}
	}
	return n
}

func (w writer) facts() []page.Fact {
	left := 0
	for _, n := range w.Result.Tree.Nodes {
		if n.State != investigate.Gone && n.State != investigate.Off && n.State != investigate.Harmless {
			left++
		}
	}
	number := func(key string, n int, tone string) page.Fact {
		if n == 0 {
			tone = ""
		}
		return page.Fact{Label: w.say(key), Value: strconv.Itoa(n), Tone: tone}
	}
	return []page.Fact{
		number("investigate.fact.alarms", w.Result.Alarms(), page.Alarm), number("investigate.fact.acts", len(w.Result.Tree.Acts), ""),
		number("investigate.fact.identities", left, page.Alarm), number("investigate.fact.addresses", len(w.Result.Tree.Addresses), ""),
		number("investigate.fact.blind", len(w.Result.Blind), page.Doubt), number("investigate.fact.left", len(w.Left()), ""),
	}
}

// story is what happened, in three sentences.
func (w writer) story() []string {
	var out []string
	leaked := make([]string, 0, len(w.Result.Tree.Nodes))
	for _, n := range w.Result.Tree.Nodes {
		if n.Parent < 0 {
			leaked = append(leaked, account.KeyRef(n.Subject.Name).String())
		}
	}
	switch {
	case len(leaked) == 0:
		out = append(out, w.say("investigate.story.no-key", w.time(w.Result.Since)))
	case len(w.Leaks) > 0 && w.Leaks[0].Place != "":
		out = append(out, w.say("investigate.story.leaked-at", strings.Join(leaked, ", "), w.Leaks[0].Place, w.time(w.Result.Since)))
	default:
		out = append(out, w.say("investigate.story.leaked", strings.Join(leaked, ", "), w.time(w.Result.Since)))
	}
	if at := w.frozen(); !at.IsZero() {
		out[0] = w.say("investigate.story.frozen", out[0], w.time(at))
	}
	acts := w.Result.Tree.Acts
	if len(acts) == 0 {
		return append(out, w.say("investigate.story.nothing"), w.say("investigate.story.look-again"))
	}
	writes := w.Result.Tree.Writes()
	out = append(out, w.say("investigate.story.used", w.time(acts[0].Call.Time), strings.Join(w.Result.Tree.Addresses, ", "), len(acts), len(writes)))
	return append(out, w.say("investigate.story.left", len(w.Left())))
}

// timeline is what happened, in order: the leak, the acts that changed something, and what was done about it.
func (w writer) timeline() page.Section {
	if len(w.Result.Tree.Acts)+len(w.Done) == 0 {
		return page.Section{}
	}
	t := w.table("time", "who", "what", "where", "state")
	var times []time.Time
	add := func(at time.Time, who, what, where, state, tone string) { // in its place, behind what happened at the same time
		i := len(times)
		for i > 0 && times[i-1].After(at) {
			i--
		}
		times = slices.Insert(times, i, at)
		t.Rows = slices.Insert(t.Rows, i, []page.Cell{moment(w.time(at)), cell(who), {Lines: []page.Line{page.Plain(what)}, Class: tone}, cell(where), cell(state)})
	}
	for _, l := range w.Leaks {
		add(l.At, "", w.say("investigate.leak-published", l.Key.String()), w.name(l.Place), "", page.Doubt)
	}
	for _, act := range w.Result.Tree.Acts {
		if len(t.Rows) >= maxRows {
			break
		}
		c := act.Call
		what, tone := c.Service+" "+c.Name, ""
		for _, m := range act.Made {
			what += ", " + w.subject(m)
		}
		switch {
		case c.Error != "":
			what += ": " + w.name(c.Error)
		case c.Write:
			tone = page.Alarm
		}
		add(c.Time, w.actor(c.Actor), w.name(what), w.name(c.Region+" "+c.SourceIP), w.stateAfter(act), tone)
	}
	for _, d := range w.Done {
		add(d.At, "akguard", w.deed(d), "", "", page.Good)
	}
	s := page.Section{Title: w.say("investigate.timeline"), Table: t}
	if more := len(w.Result.Tree.Acts) - maxRows; more > 0 {
		s.Paragraphs = []page.Line{page.Plain(w.say("investigate.more", more))}
	}
	return s
}

func cell(text string) page.Cell { return page.Cell{Lines: []page.Line{page.Plain(text)}} }

// moment is a cell with a time, which stays on one line.
func moment(text string) page.Cell {
	c := cell(text)
	c.Class = page.Nowrap
	return c
}

func (w writer) table(columns ...string) *page.Table {
	t := &page.Table{Controls: true, All: w.say("report.html.all"), Search: w.say("report.html.search")}
	for _, c := range columns {
		t.Columns = append(t.Columns, page.Column{Title: w.say("investigate.column." + c), Filter: c == "severity" || c == "state" && len(columns) > 5})
	}
	return t
}

// stateOf is the state of what a piece of evidence is about. A call has none: the identity that made it has.
func (w writer) stateOf(result investigate.Result, e investigate.Evidence) string {
	if result.Sums {
		return ""
	}
	return w.state(e.State)
}

// stateAfter is the state of what an act made. What it merely changed was there before, and says nothing by being there.
func (w writer) stateAfter(act investigate.Act) string {
	if !act.Makes() {
		return ""
	}
	return w.state(act.State)
}

func (w writer) state(s investigate.State) string {
	if s == "" {
		return ""
	}
	return w.say("investigate.state." + string(s))
}

// family is the picture of what came of the leaked keys.
func (w writer) family() page.Section {
	nodes := w.Result.Tree.Nodes
	if len(nodes) == 0 {
		return page.Section{}
	}
	return page.Section{Title: w.say("investigate.family"), Tree: w.branches(-1, 0)}
}

// maxDepth is how deep the picture is drawn.
const maxDepth = 20

func (w writer) branches(parent, depth int) []page.Branch {
	var out []page.Branch
	for i, n := range w.Result.Tree.Nodes {
		if n.Parent != parent || depth > maxDepth {
			continue
		}
		tone := page.Alarm
		if n.State == investigate.Gone || n.State == investigate.Harmless {
			tone = ""
		}
		b := page.Branch{Tone: tone, Lines: []page.Line{{{Text: w.subject(n.Subject)}}, {{Text: strings.TrimSpace(w.time(n.At) + " " + w.state(n.State)), Faint: true}}}}
		b.Branches = append(b.Branches, w.things(i)...)
		b.Branches = append(b.Branches, w.branches(i, depth+1)...)
		out = append(out, b)
	}
	return out
}

// things are what an identity made that cannot act itself.
func (w writer) things(node int) []page.Branch {
	var out []page.Branch
	for _, act := range w.Result.Tree.Acts {
		if act.Node != node || len(out) >= 200 {
			continue
		}
		for _, m := range act.Made {
			if slices.Contains([]string{"key", "user", "login", "session"}, m.Kind) {
				continue
			}
			line := page.Line{{Text: w.subject(m)}, {Text: strings.TrimRight(" "+w.name(act.Call.Name)+" "+w.stateAfter(act), " "), Faint: true}}
			out = append(out, page.Branch{Tone: page.Doubt, Lines: []page.Line{line}})
		}
	}
	return out
}

// regions is the map of where the thief was.
func (w writer) regions() page.Section {
	type count struct{ acts, writes, left int }
	counts := map[string]*count{}
	of := func(region string) *count {
		if counts[region] == nil {
			counts[region] = &count{}
		}
		return counts[region]
	}
	for _, act := range w.Result.Tree.Acts {
		of(act.Call.Region).acts++
		if act.Call.Write && act.Succeeded() {
			of(act.Call.Region).writes++
		}
	}
	for _, task := range w.Left() {
		if !task.Result.Posture && task.Evidence.Subject.Region != "" {
			of(task.Evidence.Subject.Region).left++
		}
	}
	if len(counts) == 0 {
		return page.Section{}
	}
	t := w.table("region", "acts", "writes", "left")
	for _, region := range sorted(counts) {
		c := counts[region]
		row := []page.Cell{cell(w.name(region))}
		for _, n := range []int{c.acts, c.writes, c.left} {
			row = append(row, cell(strconv.Itoa(n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return page.Section{Title: w.say("investigate.regions"), Table: t}
}

// evidence is the table of what the checks found, about the thief or about the account.
func (w writer) evidence(posture bool) page.Section {
	t := w.table("severity", "question", "what", "time", "maker", "state")
	for _, result := range w.Result.Results {
		if result.Posture != posture {
			continue
		}
		for _, e := range result.Evidence {
			if len(t.Rows) < maxRows {
				t.Rows = append(t.Rows, w.evidenceRow(result, e))
			}
		}
	}
	if len(t.Rows) == 0 {
		return page.Section{}
	}
	title := "investigate.evidence"
	if posture {
		title = "investigate.weaknesses"
	}
	return page.Section{Title: w.say(title), Table: t}
}

func (w writer) evidenceRow(result investigate.Result, e investigate.Evidence) []page.Cell {
	severity := w.severity(result.Severity)
	tone := page.Doubt
	if result.Severity == investigate.Critical {
		tone = page.Alarm + " strong"
	}
	question := page.Cell{Lines: []page.Line{page.Plain(w.check(result.Check, "question")), {{Text: w.check(result.Check, "fix"), Faint: true}}}}
	maker := ""
	if e.Maker != "" {
		maker = w.say("investigate.maker." + string(e.Maker))
	}
	state := w.stateOf(result, e)
	return []page.Cell{
		{Lines: []page.Line{page.Plain(severity)}, Class: tone, Sort: strconv.Itoa(int(result.Severity)), Filter: severity},
		question, {Lines: []page.Line{page.Plain(w.print(e.What)), {{Text: w.subject(e.Subject), Faint: true}}}}, moment(w.time(e.At)), cell(maker),
		{Lines: []page.Line{page.Plain(state)}, Filter: state},
	}
}

func (w writer) severity(s investigate.Severity) string {
	return w.say("investigate.severity." + strconv.Itoa(int(s)))
}

// check returns a text of a check: its question, why it matters, or what to do.
func (w writer) check(id, part string) string { return w.say("investigate." + id + "." + part) }

// ledger is what was not seen.
func (w writer) ledger() page.Section {
	s := page.Section{Title: w.say("investigate.ledger")}
	seen := 0
	for _, e := range w.Snapshot.Ledger {
		if !e.Outcome.Blind() {
			seen++
		}
	}
	s.Paragraphs = []page.Line{page.Plain(w.say("investigate.seen", seen, len(w.Snapshot.Ledger)))}
	if n, made := w.reported(); n > 0 {
		age := w.Snapshot.Taken.Sub(made).Round(time.Minute)
		s.Paragraphs = append(s.Paragraphs, page.Plain(w.say("investigate.report-age", n, w.time(made), age)))
	}
	all := slices.Concat(w.Result.Blind, w.Result.Caveats)
	if len(all) == 0 {
		return s
	}
	s.Table = w.table("question", "region", "outcome")
	for _, e := range all[:min(len(all), maxRows)] {
		s.Table.Rows = append(s.Table.Rows, []page.Cell{cell(w.question(e)), cell(w.name(e.Region)), cell(w.blind(e))})
	}
	return s
}

// reported returns how many questions the credential report answered, and when it was made.
func (w writer) reported() (n int, made time.Time) {
	for _, e := range w.Snapshot.Ledger {
		if e.Why.Code == "survey.reported" && e.Outcome == account.Seen {
			n, made = n+1, e.To
		}
	}
	return n, made
}

// left is the list of what to do, and of what only a person can do.
func (w writer) left() page.Section {
	s := page.Section{Title: w.say("investigate.left")}
	for _, line := range w.tasks() {
		s.List = append(s.List, page.Plain(line))
	}
	return s
}

// maxTasks is how many things to do are listed; the table of evidence has the others.
const maxTasks = 50

// tasks lists what is left to do, and last what only a person can do.
func (w writer) tasks() []string {
	var out []string
	left := w.Left()
	fresh := len(left)
	left = slices.DeleteFunc(left, func(t investigate.Task) bool { return t.Evidence.Maker == investigate.Fresh })
	fresh -= len(left)
	if acts := cleanup.Acts(w.Result, w.Snapshot, cleanup.Request{}); acts > 0 {
		out = append(out, w.say("investigate.task-cleanup", acts))
	}
	for _, t := range left[:min(len(left), maxTasks)] {
		key := "investigate.task"
		if t.Evidence.Maker == investigate.Nobody {
			key = "investigate.task-unknown"
		}
		out = append(out, w.say(key, w.check(t.Result.Check, "fix"), w.subject(t.Evidence.Subject)))
	}
	if more := len(left) - maxTasks; more > 0 {
		out = append(out, w.say("investigate.more", more))
	}
	if fresh > 0 {
		out = append(out, w.say("investigate.task-fresh", fresh))
	}
	hotline := "investigate.person.hotline"
	if w.Snapshot.International {
		hotline = "investigate.person.ticket"
	}
	for _, key := range []string{hotline, "investigate.person.appeal", "investigate.person.payment", "investigate.person.card", "investigate.person.password"} {
		out = append(out, w.say(key))
	}
	return out
}

// compared says what became of the findings of the investigation before.
func (w writer) compared() page.Section {
	if w.Before == nil {
		return page.Section{}
	}
	s := page.Section{Title: w.say("investigate.compared"), Paragraphs: []page.Line{page.Plain(w.say("investigate.compared-sum", len(w.Before.Closed), len(w.Before.Open), len(w.Before.Unsure)))}}
	for _, o := range w.Before.Open {
		s.List = append(s.List, page.Plain(w.say("investigate.still-there", w.subject(o))))
	}
	for _, u := range w.Before.Unsure {
		s.List = append(s.List, page.Plain(w.say("investigate.not-seen", w.subject(u))))
	}
	for _, c := range w.Before.Closed {
		line := w.say("investigate.closed", w.subject(c.Subject))
		if c.By != "" {
			line = w.say("investigate.closed-by", w.subject(c.Subject), c.By)
		}
		s.List = append(s.List, page.Plain(line))
	}
	return s
}
