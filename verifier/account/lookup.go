package account

// Attributes by which events are looked up.
const (
	ByKey     = "EventAccessKeyId"
	ByUser    = "User" // a user's name, or role:session
	ByAddress = "SourceIpAddress"
	ByEvent   = "EventName"
	ByRW      = "EventRW" // Write or Read
)

// Lookup asks for the events with an attribute, exact, case and all.
type Lookup struct {
	By     string
	Value  string // "" for ByKey
	Key    KeyRef // for ByKey
	Region string // "" for all that the account has opened
}

// Follow returns which events are needed besides those of a snapshot that is being read. A reader calls it with what it
// has so far, looks up what it has not looked up yet, and calls it again until nothing is new. The first round is the
// reader's own: the events of the leaked keys, and since the beginning of the exposure every event that wrote something
// (ByRW), up to a limit that the ledger names. The leaked keys are looked up from 30 days before the exposure: the
// addresses that used a key before it leaked are probably the owner's.
type Follow func(*Snapshot) []Lookup

// About is how the ledger names a lookup: the attribute, and the value or the key's reference.
func (l Lookup) About() string {
	if l.By == ByKey {
		return l.By + " " + string(l.Key)
	}
	return l.By + " " + l.Value
}
