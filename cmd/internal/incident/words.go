package incident

import (
	"cmp"
	"fmt"
	"net/netip"
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
		w.aliases = aliases(r)
	}
	return w
}

// say returns the text with a key.
func (w writer) say(key string, args ...any) string { return w.print(reason.New(key, args...)) }

// print returns a reason in words. Its arguments come from the account, and are made safe to print.
func (w writer) print(r reason.Reason) string { return w.o.Words.Print(r.Map(w.name)) }

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
	text := e.Service + " " + e.Action
	if e.About != "" {
		text += " " + w.name(e.About)
	}
	return text
}

// aliases maps each name, number and address of the report to a word that says what it is: user-1, address-2. The same name is the
// same word everywhere.
func aliases(r Report) *strings.Replacer {
	words := map[string]string{}
	count := map[string]int{}
	add := func(kind, name string) {
		if len(name) < 2 || words[name] != "" {
			return
		}
		count[kind]++
		words[name] = fmt.Sprintf("%s-%d", kind, count[kind])
	}
	add("account", r.Result.Account)
	for _, e := range r.Snapshot.Events {
		add("user", e.Actor.Name)
		add("session", e.Actor.Session)
		add("account", e.Actor.Account)
		add("key", e.Actor.Key.String())
		if _, err := netip.ParseAddr(e.SourceIP); err == nil {
			add("address", e.SourceIP)
		}
	}
	for _, n := range r.Result.Tree.Nodes {
		addSubject(add, n.Subject)
	}
	for _, a := range r.Result.Tree.Acts {
		for _, m := range a.Made {
			addSubject(add, m)
		}
	}
	for _, result := range r.Result.Results {
		for _, e := range result.Evidence {
			addSubject(add, e.Subject)
		}
	}
	for _, u := range r.Snapshot.Usage {
		add("address", u.Value)
	}
	names := make([]string, 0, len(words))
	for name := range words {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, words[name])
	}
	return strings.NewReplacer(pairs...)
}

func addSubject(add func(kind, name string), s investigate.Subject) {
	name := s.Name
	if s.Kind == "key" {
		name = account.KeyRef(name).String()
	}
	add(s.Kind, name)
	add("name", s.Of)
}
