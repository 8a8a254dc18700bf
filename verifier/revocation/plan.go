package revocation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// Goal is the purpose of a plan.
type Goal string

// The goals.
const (
	ToDisable    Goal = "disable"            // the key stops working, and can be enabled again
	ToDelete     Goal = "delete"             // an inactive key goes into the recycle bin
	ToRemove     Goal = "disable-and-delete" // both, one after the other
	ToQuarantine Goal = "quarantine"         // the key works from some addresses only
	ToUndo       Goal = "undo"               // the last of these is undone

	ToCleanUp     Goal = "clean-up"      // what a thief left is made harmless
	ToUndoCleanUp Goal = "undo-clean-up" // a clean-up is undone
)

// CleanUp reports whether the plan is one of package cleanup, and not of package revoke.
func (g Goal) CleanUp() bool { return g == ToCleanUp || g == ToUndoCleanUp }

// Kind is the kind of an action.
type Kind string

// The kinds of actions.
const (
	Disable      Kind = "disable"
	Delete       Kind = "delete"
	Quarantine   Kind = "quarantine"
	Enable       Kind = "enable"        // undoes Disable
	Restore      Kind = "restore"       // undoes Delete; the key stays inactive
	Release      Kind = "release"       // undoes Quarantine
	CreatePolicy Kind = "create-policy" // creates the policy that denies a role everything; without effect by itself
	AttachPolicy Kind = "attach-policy" // puts it into effect
	DetachPolicy Kind = "detach-policy" // undoes AttachPolicy
)

// The states of a key and of a policy.
const (
	Active   = "active"
	Inactive = "inactive"
	Recycled = "recycled" // deleted, and in the recycle bin
	Gone     = "gone"     // deleted for good
	Deleted  = "deleted"  // deleted; whether it can be restored could not be read

	// UserRecycled is a key that was deleted with its user, and comes back when the user is restored.
	UserRecycled = "user-recycled"

	Absent   = "absent" // the policy does not exist
	Detached = "detached"
	Attached = "attached"
)

// State is the state of a key (with its network policy, if an action is about that), of a policy, or of another thing.
type State struct {
	Key     string `json:"key,omitempty"`     // Active, Inactive, Recycled, UserRecycled, Gone or Deleted
	Network string `json:"network,omitempty"` // the key's network policy as JSON; "" for none, and if it was not read
	Policy  string `json:"policy,omitempty"`  // Absent, Detached or Attached
	Thing   string `json:"thing,omitempty"`   // of a Thing: Present, Absent, Running, Stopped, a version, or a trust policy
}

// String returns the state in short, for logs.
func (s State) String() string {
	switch {
	case s.Thing != "":
		return s.Thing
	case s.Policy != "":
		return s.Policy
	case s.Network != "":
		return s.Key + ", restricted"
	}
	return s.Key
}

// Reason returns the state as a fact.
func (s State) Reason() reason.Reason {
	if s.Thing != "" {
		return thingState(s.Thing)
	}
	if s.Policy != "" {
		return states[s.Policy]
	}
	key, ok := states[s.Key]
	if !ok {
		return reason.Text(s.Key)
	}
	if s.Network != "" {
		return reason.New("revoke.state-restricted", key)
	}
	return key
}

var states = map[string]reason.Reason{
	Active: reason.New("revoke.state-active"), Inactive: reason.New("revoke.state-inactive"),
	Recycled: reason.New("revoke.state-recycled"), UserRecycled: reason.New("revoke.state-user-recycled"),
	Gone: reason.New("revoke.state-gone"), Deleted: reason.New("revoke.state-deleted"),
	Absent: reason.New("revoke.state-absent"), Detached: reason.New("revoke.state-detached"), Attached: reason.New("revoke.state-attached"),
}

// Deleted reports whether the key was deleted, for good or not.
func (s State) Deleted() bool {
	return s.Key == Recycled || s.Key == UserRecycled || s.Key == Gone || s.Key == Deleted
}

// Owner is the owner of a key.
type Owner struct {
	Account   string `json:"account"`             // 16 digits
	User      string `json:"user,omitempty"`      // the RAM user's name; "" for the account's own keys, and for roles
	UserID    string `json:"userId,omitempty"`    // its number
	Principal string `json:"principal,omitempty"` // its login name, name@domain
	Role      string `json:"role,omitempty"`      // of a temporary credential
}

// String returns the owner in short, for logs.
func (o Owner) String() string {
	switch {
	case o.User != "":
		return "user " + o.User
	case o.Role != "":
		return "role " + o.Role
	}
	return "root"
}

// Reason returns the owner as a fact.
func (o Owner) Reason() reason.Reason {
	switch {
	case o.User != "":
		return reason.New("revoke.user", o.User)
	case o.Role != "":
		return reason.New("revoke.role", o.Role)
	}
	return reason.New("revoke.root")
}

// Target names a key so that its owner recognises it and nobody else can use it.
type Target struct {
	ID          string `json:"id"`          // masked
	Fingerprint string `json:"fingerprint"` // of the ID alone
	Owner       Owner  `json:"owner"`
}

// NewTarget names a key.
func NewTarget(id rules.Secret, o Owner) Target {
	return Target{ID: id.String(), Fingerprint: Fingerprint(id), Owner: o}
}

// Fingerprint identifies an ID in plans and journals.
func Fingerprint(id rules.Secret) string {
	return rules.Credential{Type: rules.AccessKeyID, ID: id}.Fingerprint()
}

// IsFingerprint reports whether a fingerprint, of this release or of earlier ones, is that of an ID.
func IsFingerprint(id rules.Secret, fingerprint string) bool {
	return Fingerprint(id) == fingerprint || earlierFingerprint(id) == fingerprint
}

// earlierFingerprint is how plans and journals of earlier releases identify an ID.
func earlierFingerprint(id rules.Secret) string {
	return rules.Credential{Type: rules.AccessKeyID, ID: id}.FingerprintV1()
}

// Tail returns the end of the key's ID, usually four characters, which the user types to confirm the key.
func (t Target) Tail() string {
	shown := t.ID[strings.LastIndexByte(t.ID, '*')+1:]
	if shown == "" { // an ID too short to show a part of it
		shown = t.Fingerprint
	}
	return shown[max(0, len(shown)-4):]
}

// Action is one change.
type Action struct {
	Kind     Kind            `json:"kind"`
	Target   Target          `json:"target"`
	From     State           `json:"from"` // as it was observed
	To       State           `json:"to"`   // as it is to be
	Risks    []reason.Reason `json:"risks,omitempty"`
	Undo     reason.Reason   `json:"undo"`                // how to undo it
	CIDRs    []string        `json:"cidrs,omitempty"`     // of Quarantine: public addresses
	VPCs     []string        `json:"vpcs,omitempty"`      // of Quarantine
	Policy   string          `json:"policy,omitempty"`    // the name of the policy
	Document string          `json:"document,omitempty"`  // its content
	Leaked   bool            `json:"leakedKey,omitempty"` // made with the leaked key itself
	Thing    *Thing          `json:"thing,omitempty"`     // what it is about, if that is neither a key nor a policy of a revocation
	Why      []reason.Reason `json:"why,omitempty"`       // of a clean-up: the evidence
	Checks   []string        `json:"checks,omitempty"`    // of a clean-up: the checks that found it
}

// OnPolicy reports whether the action is about a policy, and not about a key.
func (a Action) OnPolicy() bool {
	return a.Kind == CreatePolicy || a.Kind == AttachPolicy || a.Kind == DetachPolicy
}

// String returns the action in short, for logs and journals.
func (a Action) String() string {
	if a.Thing != nil {
		return fmt.Sprintf("%s %s", a.Kind, a.Thing)
	}
	if a.OnPolicy() {
		return fmt.Sprintf("%s %s, %s", a.Kind, a.Policy, a.Target.Owner)
	}
	return fmt.Sprintf("%s %s, %s", a.Kind, a.Target.ID, a.Target.Owner)
}

// Reason returns the action as a fact.
func (a Action) Reason() reason.Reason {
	if a.Thing != nil {
		return a.Thing.reason(a.Kind)
	}
	what := a.Target.ID
	if a.OnPolicy() {
		what = a.Policy
	}
	return reason.New("revoke.action", a.Kind.Reason(), what, a.Target.Owner.Reason())
}

// About names what the action is about, in short.
func (a Action) About() string {
	if a.Thing != nil {
		return a.Thing.Name
	}
	return a.Target.ID
}

// Reason returns the kind as a fact: a verb.
func (k Kind) Reason() reason.Reason {
	if verb, ok := verbs[k]; ok {
		return verb
	}
	if _, ok := thingStates[k]; ok {
		return reason.New(codeOf("verb", string(k)))
	}
	return reason.Text(string(k))
}

var verbs = map[Kind]reason.Reason{
	Disable: reason.New("revoke.disable"), Enable: reason.New("revoke.enable"),
	Delete: reason.New("revoke.delete"), Restore: reason.New("revoke.restore"),
	Quarantine: reason.New("revoke.quarantine"), Release: reason.New("revoke.release"),
	CreatePolicy: reason.New("revoke.create-policy"), AttachPolicy: reason.New("revoke.attach-policy"),
	DetachPolicy: reason.New("revoke.detach-policy"),
}

// Reached reports whether a state is what the action is to achieve.
func (a Action) Reached(s State) bool {
	if a.Thing != nil {
		return a.Thing.reached(s, a.To)
	}
	switch a.Kind {
	case Disable: // a deleted key does not work either
		return s == a.To || s.Deleted()
	case Delete:
		return s.Deleted()
	case Restore: // whether a restored key is enabled is not documented
		return s.Key == Inactive || s.Key == Active
	case CreatePolicy:
		return s.Policy == Detached || s.Policy == Attached
	}
	return s == a.To
}

// Note is a plan's remark about a key.
type Note struct {
	ID      string        `json:"id,omitempty"` // the masked ID
	Text    reason.Reason `json:"text"`
	Hint    reason.Reason `json:"hint,omitzero"`     // what a person can do
	Blocked bool          `json:"blocked,omitempty"` // the plan does nothing with that key
	Person  bool          `json:"person,omitempty"`  // of a clean-up: only a person can do something about it
}

// Plan is what is to be done, with notes on what cannot be.
type Plan struct {
	Version int       `json:"version"`
	Goal    Goal      `json:"goal"`
	Made    time.Time `json:"made"`
	Account string    `json:"account"` // in which everything happens
	By      string    `json:"by"`      // the ARN of who planned
	// WatchSeconds is how long a key must have been inactive when it is deleted; 0 for no such time.
	WatchSeconds int      `json:"watchSeconds,omitempty"`
	Actions      []Action `json:"actions"`
	Notes        []Note   `json:"notes,omitempty"`
}

const (
	// Version is that of the plans which this release writes and reads.
	Version  = 1
	maxPlan  = 8 << 20
	maxWatch = 365 * 24 * 3600
)

// Blocked reports whether there is a key with which the plan can do nothing.
func (p *Plan) Blocked() bool {
	return slices.ContainsFunc(p.Notes, func(n Note) bool { return n.Blocked })
}

// WatchTime is how long a key must have been inactive when it is deleted.
func (p *Plan) WatchTime() time.Duration { return time.Duration(p.WatchSeconds) * time.Second }

// Write writes the plan as JSON.
func (p *Plan) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return reason.NewError("revoke.plan-writing", systemError(err))
	}
	return nil
}

// ReadPlan reads a plan that Write has written. It refuses unknown fields, because an ignored field may be the one that
// matters.
func ReadPlan(r io.Reader) (*Plan, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	if err != nil {
		return nil, systemError(err)
	}
	if len(data) > maxPlan {
		return nil, reason.NewError("revoke.plan-too-long", maxPlan)
	}
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return nil, reason.NewError("revoke.plan-not-ours")
	}
	if dec.More() {
		return nil, reason.NewError("revoke.plan-not-ours")
	}
	return &p, p.Check()
}

// Check refuses a plan that akguard would not make.
func (p *Plan) Check() error {
	switch {
	case p.Version != Version:
		return reason.NewError("revoke.plan-version", p.Version, Version)
	case p.WatchSeconds < 0 || p.WatchSeconds > maxWatch:
		return reason.NewError("revoke.plan-watch-time")
	case !isAccount(p.Account):
		return reason.NewError("revoke.plan-account")
	}
	for i, a := range p.Actions {
		err := a.check(p.Account)
		if p.Goal.CleanUp() {
			err = a.checkCleanUp(p.Goal, p.Account)
		}
		if err != nil {
			return reason.NewError("revoke.plan-action", i+1, err)
		}
	}
	return nil
}

// steps are the states before and after an action.
var steps = map[Kind][2]string{
	Disable: {Active, Inactive}, Enable: {Inactive, Active}, Delete: {Inactive, Recycled}, Restore: {Recycled, Inactive},
	CreatePolicy: {Absent, Detached}, AttachPolicy: {Detached, Attached}, DetachPolicy: {Attached, Detached},
}

func (a Action) check(account string) error {
	step, simple := steps[a.Kind]
	from, to := a.From.Key, a.To.Key
	if a.OnPolicy() {
		from, to = a.From.Policy, a.To.Policy
	}
	if a.Kind == Delete && to == Deleted { // a root key, for which no bin is documented
		to = Recycled
	}
	switch {
	case a.Thing != nil || !simple && a.Kind != Quarantine && a.Kind != Release:
		return reason.NewError("revoke.plan-kind")
	case a.Target.Owner.Account != account:
		return reason.NewError("revoke.plan-other-account")
	case simple && (from != step[0] || to != step[1]):
		return reason.NewError("revoke.plan-states", a.Kind.Reason(), a.From.Reason(), a.To.Reason())
	case !simple && (from != to || from != Active && from != Inactive || a.From.Network == a.To.Network):
		return reason.NewError("revoke.plan-states", a.Kind.Reason(), a.From.Reason(), a.To.Reason())
	case len(a.Target.Fingerprint) != 32:
		return reason.NewError("revoke.plan-no-key")
	case a.Leaked && a.Kind != Disable:
		return reason.NewError("revoke.leaked-key-disables-only")
	case a.OnPolicy():
		return a.checkPolicy()
	case a.Policy != "" || a.Document != "":
		return reason.NewError("revoke.plan-key-and-policy")
	}
	return a.checkNetwork()
}

// checkPolicy accepts only the policies that planDeny makes: an edited plan could attach a policy that permits everything,
// or detach one that protects something.
func (a Action) checkPolicy() error {
	switch {
	case !strings.HasPrefix(a.Policy, DenyPrefix) || a.Target.Owner.Role == "":
		return reason.NewError("revoke.plan-policy-name")
	case !isDeny(a.Document):
		return reason.NewError("revoke.plan-policy-content")
	}
	return nil
}

// checkNetwork makes sure that a plan allows the addresses that it shows.
func (a Action) checkNetwork() error {
	if a.Kind != Quarantine {
		return nil
	}
	if network, err := keypolicy.AllowList(a.CIDRs, a.VPCs); err != nil || network != a.To.Network {
		return reason.NewError("revoke.plan-addresses")
	}
	return nil
}

func isAccount(s string) bool {
	return len(s) == 16 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
