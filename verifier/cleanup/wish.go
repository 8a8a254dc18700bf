package cleanup

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
)

// wish is an action that a piece of evidence asks for, before the present state is read.
type wish struct {
	revocation.Action
	key   account.KeyRef // of Disable: which of the user's keys; "" for all
	asked bool           // of Disable: who uses the key is worth asking, because it may be the owner's
}

// name tells wishes apart: several checks may find the same thing.
func (w wish) name() string {
	if w.Thing == nil {
		return fmt.Sprint(w.Kind, w.Target.Owner.User, w.key)
	}
	rule := ""
	if w.Thing.Rule != nil {
		rule = w.Thing.Rule.ID
	}
	return fmt.Sprint(w.Kind, *w.Thing, rule)
}

// wishes are what is to be done about a report, in the order in which it is done, and what is for a person.
type wishes struct {
	report   investigate.Report
	snapshot *account.Snapshot
	request  Request

	all   []wish
	at    map[string]int
	notes []revocation.Note
	noted map[string]bool
	fresh int // things that are too new to be judged
}

// Request says what is to be cleaned up.
type Request struct {
	Known   investigate.Known
	Unknown bool // also what no event attributes to anybody
}

func wishesFor(r investigate.Report, a *account.Snapshot, q Request) *wishes {
	w := &wishes{report: r, snapshot: a, request: q, at: map[string]int{}, noted: map[string]bool{}}
	w.noteLeaked()
	seen := map[string]bool{}
	for _, result := range r.Results {
		if result.Status == investigate.Clear || result.Sums || result.Posture {
			continue
		}
		for _, e := range result.Evidence {
			if e.State != investigate.Exists && (e.State != investigate.Unclear || !e.Subject.Listed()) {
				continue
			}
			if name := fmt.Sprint(result.Check, e.Subject, e.What); !seen[name] {
				seen[name] = true
				w.take(result, e)
			}
		}
	}
	if w.fresh > 0 {
		w.notes = append(w.notes, revocation.Note{Text: reason.New("cleanup.too-fresh", w.fresh), Person: true})
	}
	slices.SortStableFunc(w.all, func(a, b wish) int { return rank(a.Kind) - rank(b.Kind) })
	return w
}

// noteLeaked says which leaked keys still worked: what is taken away now, such a key gives back.
func (w *wishes) noteLeaked() {
	for _, u := range w.snapshot.Users {
		for _, k := range u.Keys {
			if k.Active && slices.Contains(w.snapshot.Leaked, k.Ref) {
				text := reason.New("cleanup.leaked-active", k.Ref.String(), u.Name)
				w.notes = append(w.notes, revocation.Note{Text: text, Hint: reason.New("cleanup.leaked-active-hint"), Person: true})
			}
		}
	}
}

// unknownMaker is the risk of acting on what no event attributes to anybody.
const unknownMaker = "cleanup.risk-unknown-maker"

// rank orders actions: first what the thief acts with, then his rights, then the records, then resources.
func rank(k revocation.Kind) int {
	return slices.Index([]revocation.Kind{
		revocation.Disable, revocation.DeleteLogin, revocation.Leave, revocation.Detach, revocation.SetVersion, revocation.SetTrust,
		revocation.StartLogging, revocation.CloseRule, revocation.Stop,
	}, k)
}

// take adds what a piece of evidence asks for. Where no act closes it, a person has to.
func (w *wishes) take(result investigate.Result, e investigate.Evidence) {
	switch {
	case e.Maker == investigate.Fresh:
		w.fresh++
	case e.Maker == investigate.Nobody && !w.request.Unknown:
		w.note(e, reason.New("cleanup.unknown-maker"))
	default:
		found := w.derive(result.Check, e)
		for _, one := range found {
			w.add(one, result.Check, e)
		}
		if len(found) == 0 {
			w.note(e, fix(result.Check))
		}
	}
}

// fix is what to do about what a check finds.
func fix(check string) reason.Reason {
	code := "investigate." + check + ".fix"
	return reason.New(code)
}

// add adds a wish, or the evidence to an equal one.
func (w *wishes) add(one wish, check string, e investigate.Evidence) {
	i, ok := w.at[one.name()]
	if !ok {
		i = len(w.all)
		w.at[one.name()] = i
		if e.Maker == investigate.Nobody {
			one.Risks = append(one.Risks, reason.New(unknownMaker))
			one.asked = true
		}
		w.all = append(w.all, one)
	}
	old := &w.all[i]
	old.Why = append(old.Why, e.What)
	if !slices.Contains(old.Checks, check) {
		old.Checks = append(old.Checks, check)
	}
}

// note is for a person.
func (w *wishes) note(e investigate.Evidence, hint reason.Reason) {
	name := display(e.Subject) + " " + hint.Code
	if w.noted[name] { // once for each thing
		return
	}
	w.noted[name] = true
	n := revocation.Note{ID: display(e.Subject), Text: e.What, Hint: hint, Person: true}
	if slices.ContainsFunc(e.What.Args(), func(arg any) bool { return fmt.Sprint(arg) == e.Subject.Name }) {
		n.ID = "" // the text names it
	}
	w.notes = append(w.notes, n)
}

// display names a thing for a person; of a key, it shows the masked ID.
func display(s investigate.Subject) string {
	text := s.Name
	if s.Kind == "key" {
		text = account.KeyRef(s.Name).String()
	}
	for _, more := range []string{s.Of, s.Region} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

// derive returns the acts that close a piece of evidence.
func (w *wishes) derive(check string, e investigate.Evidence) []wish {
	s := e.Subject
	switch check {
	case "users":
		return w.strip(s.Name)
	case "keys":
		return []wish{w.disable(w.ownerOf(account.KeyRef(s.Name), s.Of), account.KeyRef(s.Name))}
	case "logins":
		return []wish{w.deleteLogin(s.Name)}
	case "grants":
		return w.ungrant(s)
	case "policies":
		return w.restorePolicy(s.Name)
	case "roles":
		return w.restoreRole(s.Name)
	case "trail-state":
		return w.startLogging(s.Name)
	case "trail-tampered":
		if args := e.What.Args(); len(args) > 0 && fmt.Sprint(args[0]) == "StopLogging" {
			return w.startLogging(s.Name)
		}
	case "ports":
		return w.closePort(s, e)
	case "instances":
		return []wish{w.thing(revocation.Stop, revocation.Thing{Name: s.Name, Region: s.Region}, revocation.Running, revocation.Stopped)}
	}
	return nil
}

// thing is a wish about a thing.
func (w *wishes) thing(k revocation.Kind, t revocation.Thing, from, to string) wish {
	return wish{Action: revocation.Action{Kind: k, Thing: &t, Target: revocation.Target{Owner: revocation.Owner{Account: w.snapshot.Account}},
		From: revocation.State{Thing: from}, To: revocation.State{Thing: to}, Undo: undoOf(k), Risks: risksOf(k)}}
}

// undoOf says what undoes an action.
func undoOf(k revocation.Kind) reason.Reason {
	if k == revocation.DeleteLogin {
		return reason.New("cleanup.undo-none-login")
	}
	return reason.New("cleanup.undo")
}

// risksOf says what an action may break.
func risksOf(k revocation.Kind) []reason.Reason {
	switch k {
	case revocation.DeleteLogin:
		return []reason.Reason{reason.New("cleanup.risk-login")}
	case revocation.CloseRule:
		return []reason.Reason{reason.New("cleanup.risk-rule")}
	case revocation.Stop:
		return []reason.Reason{reason.New("cleanup.risk-stop")}
	}
	return nil
}

// ownerOf returns the user who has a key, by the lists, and else the one that the evidence names.
func (w *wishes) ownerOf(ref account.KeyRef, named string) string {
	for _, u := range w.snapshot.Users {
		if slices.ContainsFunc(u.Keys, func(k account.Key) bool { return k.Ref == ref }) {
			return u.Name
		}
	}
	return named
}

func (w *wishes) user(name string) *account.User {
	for i, u := range w.snapshot.Users {
		if u.Name == name {
			return &w.snapshot.Users[i]
		}
	}
	return nil
}

// disable is the wish about a user's key. The user's number finds a key that is deleted meanwhile.
func (w *wishes) disable(user string, ref account.KeyRef) wish {
	owner := revocation.Owner{Account: w.snapshot.Account, User: user}
	if u := w.user(user); u != nil {
		owner.UserID = u.ID
		if w.snapshot.Alias != "" {
			owner.Principal = user + "@" + w.snapshot.Alias
		}
	}
	return wish{Action: revocation.Action{Kind: revocation.Disable, Target: revocation.Target{Owner: owner}}, key: ref}
}

func (w *wishes) deleteLogin(user string) wish {
	return w.thing(revocation.DeleteLogin, revocation.Thing{Name: user}, revocation.Present, revocation.Absent)
}

func (w *wishes) detach(holder, of, policy string, system bool) wish {
	return w.thing(revocation.Detach, revocation.Thing{Name: policy, Of: of, Holder: holder, System: system}, revocation.Present, revocation.Absent)
}

func (w *wishes) leave(user, group string) wish {
	return w.thing(revocation.Leave, revocation.Thing{Name: user, Of: group, Holder: revocation.ByGroup}, revocation.Present, revocation.Absent)
}

// strip leaves a user nothing to act with, and no rights.
func (w *wishes) strip(name string) []wish {
	u := w.user(name)
	if u == nil {
		return nil
	}
	out := []wish{w.disable(name, "")}
	if u.Login != nil {
		out = append(out, w.deleteLogin(name))
	}
	for _, g := range u.Groups {
		out = append(out, w.leave(name, g.Group))
	}
	for _, p := range u.Policies {
		out = append(out, w.detach(revocation.ByUser, name, p.Policy, p.System))
	}
	return out
}

// ungrant takes a policy from its holder, or a user from a group.
func (w *wishes) ungrant(s investigate.Subject) []wish {
	var attached []account.Attached
	holder := s.Kind
	switch s.Kind {
	case "grant":
		holder = revocation.ByUser
		if u := w.user(s.Name); u != nil {
			attached = u.Policies
			if slices.ContainsFunc(u.Groups, func(g account.Membership) bool { return g.Group == s.Of }) {
				return []wish{w.leave(s.Name, s.Of)}
			}
		}
	case revocation.ByGroup:
		for _, g := range w.snapshot.Groups {
			if g.Name == s.Name {
				attached = g.Policies
			}
		}
	case revocation.ByRole:
		for _, r := range w.snapshot.Roles {
			if r.Name == s.Name {
				attached = r.Policies
			}
		}
	}
	for _, p := range attached {
		if p.Policy == s.Of {
			return []wish{w.detach(holder, s.Name, p.Policy, p.System)}
		}
	}
	return nil
}

// restorePolicy takes a policy that was made from all who have it, and puts an older version of another one into force.
func (w *wishes) restorePolicy(name string) []wish {
	i := slices.IndexFunc(w.snapshot.Policies, func(p account.Policy) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	p := w.snapshot.Policies[i]
	if !p.Created.Before(w.snapshot.Since) {
		return w.detachAll(name)
	}
	version, sure := formerVersion(w.report, w.snapshot, p)
	if version == "" {
		return nil
	}
	one := w.thing(revocation.SetVersion, revocation.Thing{Name: name}, p.Default, version)
	one.Document = p.Document
	if !sure {
		one.Risks = append(one.Risks, reason.New("cleanup.risk-version", version))
	}
	return []wish{one}
}

func (w *wishes) detachAll(policy string) []wish {
	var out []wish
	has := func(holder, of string, list []account.Attached) {
		for _, p := range list {
			if p.Policy == policy && !p.System {
				out = append(out, w.detach(holder, of, policy, false))
			}
		}
	}
	for _, u := range w.snapshot.Users {
		has(revocation.ByUser, u.Name, u.Policies)
	}
	for _, g := range w.snapshot.Groups {
		has(revocation.ByGroup, g.Name, g.Policies)
	}
	for _, r := range w.snapshot.Roles {
		has(revocation.ByRole, r.Name, r.Policies)
	}
	return out
}

// restoreRole has a role trust whom it trusted before, and takes the rights of one that was made.
func (w *wishes) restoreRole(name string) []wish {
	i := slices.IndexFunc(w.snapshot.Roles, func(r account.Role) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	r := w.snapshot.Roles[i]
	var out []wish
	if !r.Created.Before(w.snapshot.Since) {
		for _, p := range r.Policies {
			out = append(out, w.detach(revocation.ByRole, name, p.Policy, p.System))
		}
	}
	if len(investigate.Doubtful(w.snapshot, w.request.Known, r.Trust)) == 0 {
		return out
	}
	to, from := formerTrust(w.report, w.snapshot, w.request.Known, r)
	one := w.thing(revocation.SetTrust, revocation.Thing{Name: name}, compact(r.Trust), to)
	switch {
	case !r.Created.Before(w.snapshot.Since): // nothing of the owner's can depend on it
	case from == narrowed:
		one.Risks = append(one.Risks, reason.New("cleanup.risk-trust-narrowed", principals(to)))
	case from == ownOnly:
		one.Risks = append(one.Risks, reason.New("cleanup.risk-trust-own"))
	}
	return append(out, one)
}

func (w *wishes) startLogging(name string) []wish {
	for _, t := range w.snapshot.Trails.Trails {
		if t.Name == name && !t.Logging {
			return []wish{w.thing(revocation.StartLogging, revocation.Thing{Name: name, Region: t.Region}, revocation.Stopped, revocation.Running)}
		}
	}
	return nil
}

// closePort revokes the rules that open a port.
func (w *wishes) closePort(s investigate.Subject, e investigate.Evidence) []wish {
	args := e.What.Args()
	if len(args) == 0 {
		return nil
	}
	port, err := strconv.Atoi(fmt.Sprint(args[0]))
	if err != nil {
		return nil
	}
	var out []wish
	for _, g := range w.snapshot.SecurityGroups {
		if g.ID != s.Name || g.Region != s.Region {
			continue
		}
		for _, r := range w.report.Openings(w.snapshot, g, port) {
			out = append(out, w.thing(revocation.CloseRule, revocation.Thing{Name: g.ID, Region: g.Region, Rule: &r}, revocation.Present, revocation.Absent))
		}
	}
	return out
}
