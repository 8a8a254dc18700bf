package incident

import (
	"slices"
	"time"

	"github.com/akguard/akguard/scanner/report/page"
	"github.com/akguard/akguard/verifier/account"
)

// done is what was done about it.
func (w writer) done() page.Section {
	if len(w.Done) == 0 {
		return page.Section{}
	}
	s := page.Section{Title: w.say("investigate.done")}
	for _, d := range w.Done {
		s.List = append(s.List, page.Line{{Text: w.time(d.At) + " ", Faint: true}, {Text: w.deed(d)}})
	}
	return s
}

// deed returns in words what was done. It begins with the freeze if the key is a leaked one.
func (w writer) deed(d Deed) string {
	text := w.print(d.What)
	if w.isLeaked(d.Key) && stops(d.Kind) {
		text = w.say("investigate.freeze", text)
	}
	return text
}

func (w writer) isLeaked(masked string) bool {
	return slices.ContainsFunc(w.Snapshot.Leaked, func(k account.KeyRef) bool { return k.String() == masked })
}

// stops reports whether a key does not work any more after an action; opens, whether it may work again.
func stops(kind string) bool { return kind == "disable" || kind == "delete" }
func opens(kind string) bool { return kind == "enable" || kind == "restore" }

// frozen returns when the last of the leaked keys was cut off: by the journals or, for a key of which they have nothing, by the events. It
// is zero if one may still work.
func (w writer) frozen() time.Time {
	var last time.Time
	for _, key := range w.Snapshot.Leaked {
		at := w.frozenByJournal(key)
		if at.IsZero() {
			at = w.frozenByEvent(key)
		}
		if at.IsZero() {
			return time.Time{}
		}
		if at.After(last) {
			last = at
		}
	}
	return last
}

func (w writer) frozenByJournal(key account.KeyRef) time.Time {
	var at time.Time
	for _, d := range w.Done {
		switch {
		case d.Key != key.String():
		case opens(d.Kind):
			at = time.Time{}
		case stops(d.Kind) && at.IsZero():
			at = d.At
		}
	}
	return at
}

func (w writer) frozenByEvent(key account.KeyRef) time.Time {
	var at time.Time
	for _, e := range w.Snapshot.Events {
		switch {
		case e.Error != "" || !slices.Contains(e.Keys, key):
		case e.Name == "UpdateAccessKey" && e.Params["Status"] == "Active", e.Name == "RestoreAccessKeyFromRecycleBin":
			at = time.Time{}
		case at.IsZero() && (e.Name == "DeleteAccessKey" || e.Name == "UpdateAccessKey" && e.Params["Status"] == "Inactive"):
			at = e.Time
		}
	}
	return at
}
