// Package account describes what was read of an Alibaba Cloud account: its users, keys, rules, instances and events, and, for each
// question that was asked, whether it was answered. It is data that encodes to JSON and back, so that a reading can be
// resumed, judged again, compared with a later one, and kept as evidence.
//
// An empty list says nothing by itself: the [Ledger] says whether the question was answered. Package survey reads a
// Snapshot; package investigate judges it.
//
// Limits: no secret is in a Snapshot, and an AccessKey ID is there as a [KeyRef], which can be compared but not used.
package account

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
)

// Snapshot is what was read of one account.
type Snapshot struct {
	Account       string    `json:"account"`                 // its number, 16 digits
	Alias         string    `json:"alias,omitempty"`         // the domain of its users' principals
	International bool      `json:"international,omitempty"` // it belongs to the international site
	Taken         time.Time `json:"taken"`                   // by the service's clock
	Since         time.Time `json:"since"`                   // the beginning of the exposure: what is older is not suspicious
	Leaked        []KeyRef  `json:"leaked,omitempty"`        // the keys that leaked
	Regions       []string  `json:"regions,omitempty"`       // those that the account has opened
	Ledger        Ledger    `json:"ledger"`

	Identity
	Trails
	Network
	Compute
	Data
	Money
	Notices
}

// Trails are what ActionTrail recorded, and whether it records.
type Trails struct {
	Events []Event `json:"events,omitempty"` // each once, the oldest first
	Usage  []Usage `json:"usage,omitempty"`
	Trails []Trail `json:"trails,omitempty"`
}

// KeyRef names an AccessKey: its masked ID, and a hash of the ID by which two are told apart.
type KeyRef string

// Ref returns the name of an AccessKey ID, "" for none.
func Ref(id rules.Secret) KeyRef {
	if id.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte("akguard key " + id.Reveal()))
	return KeyRef(id.String() + "#" + hex.EncodeToString(sum[:6]))
}

// String returns the masked ID.
func (r KeyRef) String() string {
	masked, _, _ := strings.Cut(string(r), "#")
	return masked
}

// Event is one call that ActionTrail recorded.
type Event struct {
	ID        string            `json:"id"`
	Time      time.Time         `json:"time"`
	Service   string            `json:"service"` // Ecs
	Name      string            `json:"name"`    // RunInstances
	Region    string            `json:"region,omitempty"`
	SourceIP  string            `json:"sourceIp,omitempty"` // an address, or the name of a service that made the call
	UserAgent string            `json:"userAgent,omitempty"`
	Write     bool              `json:"write,omitempty"`
	Error     string            `json:"error,omitempty"` // the code of a call that failed
	Actor     Actor             `json:"actor"`
	Params    map[string]string `json:"params,omitempty"`    // the request's parameters, nested ones with dots; no secrets
	Resources []Resource        `json:"resources,omitempty"` // what the call was about, or made
	Keys      []KeyRef          `json:"keys,omitempty"`      // the AccessKeys that it names, besides the caller's
}

// Kinds of actors, as ActionTrail writes them.
const (
	RAMUser     = "ram-user"
	RootAccount = "root-account"
	AssumedRole = "assumed-role"
)

// Actor is who made a call.
type Actor struct {
	Kind    string `json:"kind,omitempty"` // ram-user, root-account, assumed-role, …
	Name    string `json:"name,omitempty"` // of the user or the role
	Session string `json:"session,omitempty"`
	Key     KeyRef `json:"key,omitempty"` // "" for calls from the console
	Account string `json:"account,omitempty"`
}

// Resource is something that has a name of its own in the account.
type Resource struct {
	Type    string    `json:"type"` // ACS::ECS::Instance
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	Region  string    `json:"region,omitempty"`
	Created time.Time `json:"created,omitzero"`
}

// Usage is what ActionTrail remembers of a leaked key for 400 days: an address, service, resource or call that it was used
// from or for.
type Usage struct {
	Key    KeyRef    `json:"key"`
	Kind   string    `json:"kind"` // ip, product, resource, event
	Value  string    `json:"value"`
	Detail string    `json:"detail,omitempty"`
	Last   time.Time `json:"last,omitzero"`
}

// Trail is a trail that delivers events to the account's storage.
type Trail struct {
	Name    string    `json:"name"`
	Region  string    `json:"region,omitempty"` // its home
	Logging bool      `json:"logging"`
	Stopped time.Time `json:"stopped,omitzero"`
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
	Bucket  string    `json:"bucket,omitempty"`
	EventRW string    `json:"eventRW,omitempty"` // Write, Read or All
	Regions string    `json:"regions,omitempty"` // whose events it takes; All
}
