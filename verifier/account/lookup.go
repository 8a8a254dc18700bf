package account

// Attributes by which events are looked up.
const (
	ByKey     = "EventAccessKeyId"
	ByUser    = "User" // a user's name, or role:session
	ByAddress = "SourceIpAddress"
	ByEvent   = "EventName"
)

// Lookup asks for the events with an attribute: one attribute, exact, case and all.
type Lookup struct {
	By    string
	Value string // "" for ByKey
	Key   KeyRef // for ByKey
}
