package investigate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
)

// Tree is what came of the leaked keys: each act of the thief, and what it made.
type Tree struct {
	Nodes     []Node   `json:"nodes"`               // a parent comes before its children
	Acts      []Act    `json:"acts"`                // the oldest first
	Addresses []string `json:"addresses,omitempty"` // from which the thief acted, sorted
}

// Node is an identity of the thief's: a leaked key, or something that was made with one and can act.
type Node struct {
	Subject Subject `json:"subject"`
	Parent  int     `json:"parent"` // the node that made it; -1 for a leaked key
	Event   string  `json:"event,omitempty"`
	// Borrowed is set for an identity that the thief did not make, but used at one of the addresses.
	Borrowed bool      `json:"borrowed,omitempty"`
	At       time.Time `json:"at,omitzero"` // when it was made, or first used by the thief
	State    State     `json:"state"`
}

// Act is a call of the thief's.
type Act struct {
	Event string        `json:"event"` // its ID
	Node  int           `json:"node"`  // who made the call
	Made  []Subject     `json:"made,omitempty"`
	State State         `json:"state,omitempty"` // of what it made
	Call  account.Event `json:"call"`
}

// Succeeded reports whether the call was not refused.
func (a Act) Succeeded() bool { return a.Call.Error == "" }

// making are the beginnings of the names of calls that make what they name; changing are those among them that change something which is
// there before, such as a policy that gets one more version.
var (
	making   = []string{"Create", "Run", "Import", "Invoke", "Allocate", "Copy", "Register", "AssumeRole", "AttachPolicyTo", "AddUserTo"}
	changing = []string{"CreatePolicyVersion", "CreateAccount", "CreateTrigger"}
)

// Makes reports whether the call made what is in Made. Others change it, such as StopLogging a trail.
func (a Act) Makes() bool {
	return len(a.Made) > 0 && !slices.Contains(changing, a.Call.Name) &&
		slices.ContainsFunc(making, func(start string) bool { return strings.HasPrefix(a.Call.Name, start) })
}

// Writes returns the acts that changed something.
func (t Tree) Writes() []Act {
	var out []Act
	for _, a := range t.Acts {
		if a.Call.Write && a.Succeeded() {
			out = append(out, a)
		}
	}
	return out
}

// tracer follows the thief through the events, oldest first. One pass is enough for what was made before it is used; the passes are
// repeated until nothing is added, because an address that is recognised late may explain an earlier act.
type tracer struct {
	snapshot *account.Snapshot
	known    Known
	tree     Tree
	actors   map[string]int  // from the names of identities to their nodes
	before   map[string]bool // addresses that were used before the exposure
	hostile  map[string]int  // addresses of the thief, and the node that used each first
	done     map[string]bool // events that are acts
}

// trace returns the tree of the leaked keys.
func trace(a *account.Snapshot, known Known) Tree {
	t := &tracer{snapshot: a, known: known, actors: map[string]int{}, before: map[string]bool{}, hostile: map[string]int{}, done: map[string]bool{}}
	for _, key := range a.Leaked {
		t.add(Node{Subject: Subject{Kind: kindKey, Name: string(key)}, Parent: -1, State: Unclear})
	}
	events := slices.Clone(a.Events)
	slices.SortStableFunc(events, func(a, b account.Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	for _, e := range events {
		if e.Time.Before(a.Since) {
			t.before[e.SourceIP] = true
		}
	}
	for n := -1; n != len(t.tree.Acts); {
		n = len(t.tree.Acts)
		for _, e := range events {
			t.take(e)
		}
	}
	t.finish()
	return t.tree
}

// add makes a node, unless there is one of this name.
func (t *tracer) add(n Node) int {
	name := n.Subject.identity()
	if i, ok := t.actors[name]; ok {
		return i
	}
	t.tree.Nodes = append(t.tree.Nodes, n)
	t.actors[name] = len(t.tree.Nodes) - 1
	return len(t.tree.Nodes) - 1
}

// identity is the name under which an actor is found again.
func (s Subject) identity() string { return s.Kind + "/" + s.Name }

// take adds the event to the tree if the thief caused it.
func (t *tracer) take(e account.Event) {
	if t.done[e.ID] || e.Time.Before(t.snapshot.Since) {
		return
	}
	node, ok := t.culprit(e)
	if !ok {
		return
	}
	t.done[e.ID] = true
	act := Act{Event: e.ID, Node: node, Call: e}
	if act.Succeeded() {
		act.Made = made(e)
		for _, s := range act.Made {
			if s.acts() {
				t.add(Node{Subject: s, Parent: node, Event: e.ID, At: e.Time, State: Unclear})
			}
		}
	}
	t.tree.Acts = append(t.tree.Acts, act)
	if n := &t.tree.Nodes[node]; n.At.IsZero() || e.Time.Before(n.At) {
		n.At = e.Time
	}
	t.learnAddress(e, node)
}

// culprit returns the identity of the thief's that caused the event.
func (t *tracer) culprit(e account.Event) (int, bool) {
	if defence(t.snapshot.Leaked, e) {
		return 0, false
	}
	for _, name := range identities(e.Actor) {
		if i, ok := t.actors[name]; ok {
			return i, t.uses(i, e.SourceIP)
		}
	}
	if foreign(t.snapshot.Account, e) && !t.known.Actor(e.Actor) && t.opened(e) {
		return t.root(), t.root() >= 0
	}
	if i, ok := t.hostile[e.SourceIP]; ok && !t.known.Actor(e.Actor) {
		// Somebody else's identity acts from the thief's address, so the thief uses it there.
		return t.add(Node{Subject: victim(e.Actor), Parent: i, Event: e.ID, At: e.Time, Borrowed: true, State: Unclear}), true
	}
	return 0, false
}

// uses reports whether the thief is the one who acts with an identity from an address. An identity that the thief made is the thief's
// at every address. One that the owner uses too is not: the owner's programs go on using a leaked key from their old addresses.
func (t *tracer) uses(node int, address string) bool {
	switch n := t.tree.Nodes[node]; {
	case n.Borrowed:
		_, hostile := t.hostile[address]
		return hostile
	case n.Parent < 0, n.Subject.Kind == kindLogin, n.Subject.Kind == kindSession:
		return !t.familiar(address)
	}
	return true
}

// defence reports whether the call cuts off a leaked key. No thief does that, but the owner may, and with the leaked key if there
// is no other.
func defence(leaked []account.KeyRef, e account.Event) bool {
	cuts := e.Name == "DeleteAccessKey" || e.Name == "UpdateAccessKey" && e.Params["Status"] == "Inactive"
	return cuts && slices.ContainsFunc(e.Keys, func(k account.KeyRef) bool { return slices.Contains(leaked, k) })
}

// root returns the node that an act is put below if nobody knows which of the thief's identities caused it; -1 if the tree is empty.
func (t *tracer) root() int {
	if len(t.tree.Nodes) == 0 {
		return -1
	}
	return 0
}

// opened reports whether a foreign account assumes a role whose trust the thief made or changed.
func (t *tracer) opened(e account.Event) bool {
	role := roleOf(e)
	return slices.ContainsFunc(t.tree.Acts, func(a Act) bool {
		return slices.ContainsFunc(a.Made, func(s Subject) bool { return s.Kind == kindRole && s.Name == role })
	})
}

func foreign(own string, e account.Event) bool {
	return strings.HasPrefix(e.Name, "AssumeRole") && e.Actor.Account != "" && own != "" && e.Actor.Account != own
}

// familiar reports whether an address used the account before the exposure, or is known, or is a service of the vendor.
func (t *tracer) familiar(address string) bool {
	return address == "" || t.before[address] || t.known.Address(address) || strings.HasSuffix(address, ".aliyuncs.com")
}

// learnAddress remembers the address of an act, if it proves something about whoever else is there. An address from which
// the account was used before does not, and neither does GetCallerIdentity: the owner checks a leaked key with it.
func (t *tracer) learnAddress(e account.Event, node int) {
	if e.Name == "GetCallerIdentity" {
		return
	}
	if _, ok := t.hostile[e.SourceIP]; !ok && !t.familiar(e.SourceIP) {
		t.hostile[e.SourceIP] = node
	}
}

// finish sorts the acts and addresses, and looks up what is left of what was made.
func (t *tracer) finish() {
	slices.SortStableFunc(t.tree.Acts, func(a, b Act) int {
		return cmp.Or(a.Call.Time.Compare(b.Call.Time), cmp.Compare(a.Event, b.Event))
	})
	for address := range t.hostile {
		t.tree.Addresses = append(t.tree.Addresses, address)
	}
	slices.Sort(t.tree.Addresses)
	st := newStates(t.snapshot)
	for i := range t.tree.Nodes {
		t.tree.Nodes[i].State = st.of(t.tree.Nodes[i].Subject)
	}
	for i, a := range t.tree.Acts {
		if len(a.Made) > 0 {
			t.tree.Acts[i].State = st.of(a.Made[0])
		}
	}
}

// identities returns the names under which an actor may be in the tree, the most exact first.
func identities(a account.Actor) []string {
	var out []string
	if a.Key != "" {
		out = append(out, Subject{Kind: kindKey, Name: string(a.Key)}.identity())
	}
	switch a.Kind {
	case account.AssumedRole:
		out = append(out, Subject{Kind: kindSession, Name: a.Name + ":" + a.Session}.identity())
	default:
		out = append(out, Subject{Kind: kindUser, Name: a.Name}.identity())
		if a.Key == "" {
			out = append(out, Subject{Kind: kindLogin, Name: a.Name}.identity())
		}
	}
	return out
}

// victim names an identity that the thief uses and did not make.
func victim(a account.Actor) Subject {
	switch {
	case a.Key != "":
		return Subject{Kind: kindKey, Name: string(a.Key), Of: a.Name}
	case a.Kind == account.AssumedRole:
		return Subject{Kind: kindSession, Name: a.Name + ":" + a.Session}
	}
	return Subject{Kind: kindLogin, Name: a.Name}
}

// Follow asks for the events of every identity and address of the thief's. It is an account.Follow, for what is known.
//
// Where the reader has seen all events that wrote something, only reads are missing, and those matter in the regions where the
// thief was. ActionTrail takes two lookups a second, so asking all regions for each identity would take minutes.
func Follow(known Known) account.Follow {
	return func(a *account.Snapshot) []account.Lookup {
		tree := trace(a, known)
		regions := []string{""}
		if seenWrites(a) {
			regions = tree.regions()
		}
		var out []account.Lookup
		add := func(l account.Lookup) {
			for _, l.Region = range regions {
				out = append(out, l)
			}
		}
		for _, n := range tree.Nodes {
			switch n.Subject.Kind {
			case kindKey:
				add(account.Lookup{By: account.ByKey, Key: account.KeyRef(n.Subject.Name)})
			case kindUser, kindLogin, kindSession:
				add(account.Lookup{By: account.ByUser, Value: n.Subject.Name})
			}
		}
		for _, address := range tree.Addresses {
			add(account.Lookup{By: account.ByAddress, Value: address})
		}
		return out
	}
}

// seenWrites reports whether no lookup of events failed so far. What is too fresh does not count: it is missing everywhere.
func seenWrites(a *account.Snapshot) bool {
	asked := false
	for _, e := range a.Ledger {
		if e.Action != "LookupEvents" {
			continue
		}
		if asked = true; e.Outcome.Blind() && e.Outcome != account.TooFresh && e.Outcome != account.Unlogged && e.Outcome != account.TooOld {
			return false
		}
	}
	return asked
}

// regions returns the regions where the thief was.
func (t Tree) regions() []string {
	seen := map[string]bool{}
	for _, act := range t.Acts {
		seen[act.Call.Region] = true
	}
	delete(seen, "")
	return slices.Sorted(maps.Keys(seen))
}
