package revoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
)

// Goal is what a plan is for.
type Goal string

// The goals.
const (
	ToDisable    Goal = "disable"            // the key stops working, and can be enabled again
	ToDelete     Goal = "delete"             // an inactive key goes into the recycle bin
	ToRemove     Goal = "disable-and-delete" // both, one after the other
	ToQuarantine Goal = "quarantine"         // the key works from some addresses only
	ToUndo       Goal = "undo"               // the last of these is taken back
)

// Kind is what an action does.
type Kind string

// The kinds of actions.
const (
	Disable      Kind = "disable"
	Delete       Kind = "delete"
	Quarantine   Kind = "quarantine"
	Enable       Kind = "enable"        // takes back Disable
	Restore      Kind = "restore"       // takes back Delete; the key stays inactive
	Release      Kind = "release"       // takes back Quarantine
	CreatePolicy Kind = "create-policy" // makes the policy that ends a role's sessions; without effect by itself
	AttachPolicy Kind = "attach-policy" // ends them
	DetachPolicy Kind = "detach-policy" // takes back AttachPolicy
)

// The states of a key and of a policy.
const (
	Active   = "active"
	Inactive = "inactive"
	Recycled = "recycled" // deleted, and in the recycle bin
	Gone     = "gone"     // deleted for good
	Deleted  = "deleted"  // one of the two

	Absent   = "absent" // the policy does not exist
	Detached = "detached"
	Attached = "attached"
)

// State is how something is: a key (with its network policy, where an action is about that) or a policy.
type State struct {
	Key     string `json:"key,omitempty"`     // Active, Inactive, Recycled, Gone or Deleted
	Network string `json:"network,omitempty"` // the key's network policy as JSON; "" for none, and where it was not read
	Policy  string `json:"policy,omitempty"`  // Absent, Detached or Attached
}

// String returns the state in words.
func (s State) String() string {
	switch {
	case s.Policy != "":
		return s.Policy
	case s.Network != "":
		return s.Key + ", restricted"
	}
	return s.Key
}

// Owner is whom a key belongs to.
type Owner struct {
	Account   string `json:"account"`             // 16 digits
	User      string `json:"user,omitempty"`      // the RAM user's name; "" for the account's own keys, and for roles
	UserID    string `json:"userId,omitempty"`    // its number
	Principal string `json:"principal,omitempty"` // its login name, name@domain
	Role      string `json:"role,omitempty"`      // of a temporary credential
}

// String returns the owner in words.
func (o Owner) String() string {
	switch {
	case o.User != "":
		return "user " + o.User
	case o.Role != "":
		return "role " + o.Role
	}
	return "the account itself (root)"
}

// Target is a key, named so that its owner recognises it and nobody else can use it.
type Target struct {
	ID          string `json:"id"`          // masked
	Fingerprint string `json:"fingerprint"` // of the ID alone
	Owner       Owner  `json:"owner"`
}

func newTarget(id rules.Secret, o Owner) Target {
	return Target{ID: id.String(), Fingerprint: Fingerprint(id), Owner: o}
}

// Fingerprint identifies an ID in plans and journals.
func Fingerprint(id rules.Secret) string {
	return rules.Credential{Type: rules.AccessKeyID, ID: id}.Fingerprint()
}

// Tail returns the end of the key's ID, mostly four characters, with which a person confirms that it is the one.
func (t Target) Tail() string {
	shown := t.ID[strings.LastIndexByte(t.ID, '*')+1:]
	if shown == "" { // an ID that is too short to show a part of it
		shown = t.Fingerprint
	}
	return shown[max(0, len(shown)-4):]
}

// Action is one change.
type Action struct {
	Kind     Kind     `json:"kind"`
	Target   Target   `json:"target"`
	From     State    `json:"from"` // as it was seen
	To       State    `json:"to"`   // as it shall be
	Risks    []string `json:"risks,omitempty"`
	Undo     string   `json:"undo"`                // how to take it back, in words
	CIDRs    []string `json:"cidrs,omitempty"`     // of Quarantine
	Policy   string   `json:"policy,omitempty"`    // the name of the policy
	Document string   `json:"document,omitempty"`  // what it says
	Leaked   bool     `json:"leakedKey,omitempty"` // made with the leaked key itself
}

// String returns the action in words.
func (a Action) String() string {
	switch a.Kind {
	case CreatePolicy, AttachPolicy, DetachPolicy:
		return fmt.Sprintf("%s %s for %s", a.Kind, a.Policy, a.Target.Owner)
	}
	return fmt.Sprintf("%s %s of %s", a.Kind, a.Target.ID, a.Target.Owner)
}

// reached reports whether the action's aim is so already.
func (a Action) reached(s State) bool {
	switch a.Kind {
	case Delete:
		return s.Key == Recycled || s.Key == Gone || s.Key == Deleted
	case Restore: // whether a restored key is enabled is not documented
		return s.Key == Inactive || s.Key == Active
	case CreatePolicy:
		return s.Policy == Detached || s.Policy == Attached
	}
	return s == a.To
}

// Note is what a plan says besides its actions.
type Note struct {
	ID      string `json:"id,omitempty"` // the masked ID that it is about
	Text    string `json:"text"`
	Hint    string `json:"hint,omitempty"`    // what a person can do
	Blocked bool   `json:"blocked,omitempty"` // nothing will be done about that key
}

// Plan is what shall be done, and why not more.
type Plan struct {
	Version int       `json:"version"`
	Goal    Goal      `json:"goal"`
	Made    time.Time `json:"made"`
	Account string    `json:"account"` // in which everything happens
	By      string    `json:"by"`      // the ARN of who planned
	// WatchSeconds is how long a key has to have been inactive when it is deleted; 0: not at all.
	WatchSeconds int      `json:"watchSeconds,omitempty"`
	Actions      []Action `json:"actions"`
	Notes        []Note   `json:"notes,omitempty"`
}

const (
	planVersion = 1
	maxPlan     = 8 << 20
	maxWatch    = 365 * 24 * 3600
)

// Blocked reports whether there is a key that nothing will be done about.
func (p *Plan) Blocked() bool {
	return slices.ContainsFunc(p.Notes, func(n Note) bool { return n.Blocked })
}

// Write writes the plan as JSON.
func (p *Plan) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

// ReadPlan reads a plan that Write wrote, and refuses what it does not understand: a field that is left out may be
// the one that matters.
func ReadPlan(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	if len(data) > maxPlan {
		return nil, fmt.Errorf("reading the plan: it is longer than %d bytes", maxPlan)
	}
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return nil, errors.New("reading the plan: it is not a plan of this akguard")
	}
	if dec.More() {
		return nil, errors.New("reading the plan: something follows it")
	}
	return &p, p.check()
}

// check refuses a plan that this package would not have made.
func (p *Plan) check() error {
	switch {
	case p.Version != planVersion:
		return fmt.Errorf("the plan is of version %d, and not %d", p.Version, planVersion)
	case p.WatchSeconds < 0 || p.WatchSeconds > maxWatch:
		return errors.New("the plan's time to watch is none")
	case !isAccount(p.Account):
		return errors.New("the plan does not name its account")
	}
	for i, a := range p.Actions {
		if err := a.check(p.Account); err != nil {
			return fmt.Errorf("action %d of the plan: %w", i+1, err)
		}
	}
	return nil
}

// steps says from which state to which an action goes.
var steps = map[Kind][2]string{
	Disable: {Active, Inactive}, Enable: {Inactive, Active}, Delete: {Inactive, Recycled}, Restore: {Recycled, Inactive},
	CreatePolicy: {Absent, Detached}, AttachPolicy: {Detached, Attached}, DetachPolicy: {Attached, Detached},
}

func (a Action) check(account string) error {
	step, simple := steps[a.Kind]
	from, to := a.From.Key, a.To.Key
	onPolicy := a.Kind == CreatePolicy || a.Kind == AttachPolicy || a.Kind == DetachPolicy
	if onPolicy {
		from, to = a.From.Policy, a.To.Policy
	}
	if a.Kind == Delete && to == Deleted { // of a root key, for which no bin is known
		to = Recycled
	}
	switch {
	case !simple && a.Kind != Quarantine && a.Kind != Release:
		return errors.New("it is of no known kind")
	case a.Target.Owner.Account != account:
		return errors.New("it is about another account")
	case simple && (from != step[0] || to != step[1]):
		return fmt.Errorf("%s does not go from %s to %s", a.Kind, a.From, a.To)
	case !simple && (from != to || from != Active && from != Inactive || a.From.Network == a.To.Network):
		return fmt.Errorf("%s does not go from %s to %s", a.Kind, a.From, a.To)
	case len(a.Target.Fingerprint) != 32:
		return errors.New("it names no key")
	case a.Leaked && a.Kind != Disable:
		return errors.New("with the leaked key itself, only disabling is possible")
	case onPolicy:
		return a.checkPolicy()
	case a.Policy != "" || a.Document != "":
		return errors.New("it is about a key, and names a policy")
	}
	return a.checkNetwork()
}

// checkPolicy lets nothing pass but the policies that planDeny makes: what an edited plan attaches to a role could
// permit everything, and what it detaches could be somebody's protection.
func (a Action) checkPolicy() error {
	switch {
	case !strings.HasPrefix(a.Policy, denyPrefix) || a.Target.Owner.Role == "":
		return errors.New("it names no policy of akguard's, or no role")
	case !isDeny(a.Document):
		return errors.New("its policy does something else than to deny for a time")
	}
	return nil
}

// checkNetwork makes sure that the addresses that are shown are those that are sent.
func (a Action) checkNetwork() error {
	if a.Kind != Quarantine {
		return nil
	}
	if network, err := allowList(a.CIDRs); err != nil || network != a.To.Network {
		return errors.New("the addresses that it shows are not those that it would allow")
	}
	return nil
}

func isAccount(s string) bool {
	return len(s) == 16 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
