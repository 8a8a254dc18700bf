package incident

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

// writer puts a report into words.
type writer struct {
	Report
	o       Options
	aliases *strings.Replacer // nil: names are shown
}

func newWriter(r Report, o Options) writer {
	w := writer{Report: r, o: o}
	if o.Zone == nil {
		w.o.Zone = time.UTC
	}
	if o.Share {
		w.aliases = listAliases([]Report{r}).replacer()
	}
	return w
}

// say returns the text with a key.
func (w writer) say(key string, args ...any) string { return w.print(reason.New(key, args...)) }

// print returns a reason in words. Its arguments come from the account, and are made safe to print.
func (w writer) print(r reason.Reason) string {
	if w.aliases != nil && r.Code == "investigate.command" {
		r = reason.New(r.Code, r.Args()[0], "…") // nobody knows what a command names
	}
	return w.o.Words.Print(r.Map(w.name))
}

// name makes a name from the account safe to print, and replaces it if the report is to be shared.
func (w writer) name(text string) string {
	if w.aliases != nil {
		text = w.aliases.Replace(text)
	}
	return printable.Text(text)
}

// subject returns the kind and the name of a thing.
func (w writer) subject(s investigate.Subject) string {
	name := s.Name
	if s.Kind == "key" {
		name = account.KeyRef(name).String()
	}
	text := w.say("investigate.kind."+s.Kind) + " " + w.name(name)
	if s.Of != "" {
		text = w.say("investigate.of", text, s.Of)
	}
	if s.Region != "" {
		text = w.say("investigate.in", text, s.Region)
	}
	return text
}

// time returns a time in the reader's zone, "" for none.
func (w writer) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(w.o.Zone).Format("2006-01-02 15:04:05 MST")
}

// actor returns who made a call.
func (w writer) actor(a account.Actor) string {
	name := cmp.Or(a.Name, a.Kind)
	if a.Session != "" {
		name += ":" + a.Session
	}
	if a.Key != "" {
		name += " (" + a.Key.String() + ")"
	}
	return w.name(name)
}

// blind returns what was not seen, and what to do about it.
func (w writer) blind(e account.Entry) string {
	text := w.say("investigate.outcome." + string(e.Outcome))
	switch {
	case e.Outcome == account.Denied && e.Right != "":
		text = w.say("investigate.denied-right", e.Right)
	case e.Outcome == account.TooFresh && !e.Again.IsZero():
		text = w.say("investigate.again", e.Again.In(w.o.Zone).Format("15:04"))
	case !e.Why.IsZero():
		text = w.say("investigate.because", text, e.Why)
	}
	return text
}

// question names a question of the ledger.
func (w writer) question(e account.Entry) string {
	text := w.name(e.Service + " " + e.Action)
	if e.About != "" {
		text += " " + w.name(e.About)
	}
	return text
}

// listAliases maps each name, number and address of the reports to a word that says what it is: user-1, address-2. The same name is
// the same word everywhere.
func listAliases(all []Report) aliasList {
	l := aliasList{words: map[string]string{}, count: map[string]int{}}
	for _, r := range all {
		l.report(r)
	}
	return l
}

func (l aliasList) report(r Report) {
	l.add("account", r.Result.Account)
	for _, leak := range r.Leaks {
		l.add("file", leak.Place)
	}
	for _, e := range r.Snapshot.Events {
		l.add("user", e.Actor.Name)
		l.add("session", e.Actor.Session)
		l.add("account", e.Actor.Account)
		l.add("key", e.Actor.Key.String())
		l.add("address", e.SourceIP)
	}
	for _, u := range r.Snapshot.Users {
		l.add("user", u.Name)
	}
	for _, i := range r.Snapshot.Instances {
		l.add("instance", i.ID)
	}
	for _, n := range r.Snapshot.Invocations {
		for _, id := range n.Instances {
			l.add("instance", id)
		}
	}
	for _, d := range r.Done {
		l.add("key", d.Key)
		l.add("user", d.User)
		l.add("name", d.Thing)
		for _, arg := range d.What.Args() {
			l.numbers(fmt.Sprint(arg))
		}
	}
	for _, n := range r.Result.Tree.Nodes {
		l.subject(n.Subject)
	}
	for _, a := range r.Result.Tree.Acts {
		for _, m := range a.Made {
			l.subject(m)
		}
	}
	for _, result := range r.Result.Results {
		for _, e := range result.Evidence {
			l.subject(e.Subject)
			for _, arg := range e.What.Args() {
				l.numbers(fmt.Sprint(arg))
			}
		}
	}
}

// aliasList is the words for names.
type aliasList struct {
	words map[string]string
	count map[string]int
}

// add gives a name a word, unless it has one, or says nothing of the account, such as the name of a service of the vendor.
func (l aliasList) add(kind, name string) {
	if len(name) < 2 || l.words[name] != "" || strings.HasSuffix(name, ".aliyuncs.com") {
		return
	}
	l.count[kind]++
	l.words[name] = fmt.Sprintf("%s-%d", kind, l.count[kind])
}

func (l aliasList) subject(s investigate.Subject) {
	kind, name := s.Kind, s.Name
	switch kind {
	case "key":
		name = account.KeyRef(name).String()
	case "login", "grant":
		kind = "user"
	case "resource":
		if s.Name == "" || !strings.ContainsAny(s.Name, "-_0123456789") {
			return // a service
		}
	}
	l.add(kind, name)
	if s.Kind == "key" || s.Kind == "service-credential" {
		l.add("user", s.Of)
	}
	if s.Kind == "security-group" {
		l.add("name", s.Of)
	}
}

var (
	accountNumber = regexp.MustCompile(`\b[0-9]{16}\b`)
	addressLike   = regexp.MustCompile(`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|\b[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7}\b`)
)

// numbers adds the account numbers and addresses in a text.
func (l aliasList) numbers(text string) {
	for _, n := range accountNumber.FindAllString(text, -1) {
		l.add("account", n)
	}
	for _, a := range addressLike.FindAllString(text, -1) {
		if _, err := netip.ParseAddr(a); err == nil {
			l.add("address", a)
		}
	}
}

// replacer replaces the longest names first: one may be a part of another.
func (l aliasList) replacer() *strings.Replacer {
	names := slices.Collect(maps.Keys(l.words))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, l.words[name])
	}
	return strings.NewReplacer(pairs...)
}
