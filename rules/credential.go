package rules

// Type is the type of a credential.
type Type string

// The credential types that STS can be asked about, and their parts. Those of single services are in package service.
const (
	AccessKey       Type = "accesskey"        // an AccessKey pair: ID and secret
	AccessKeyID     Type = "accesskey-id"     // an ID without its secret
	AccessKeySecret Type = "accesskey-secret" // a secret without its ID, beside a key name of Alibaba Cloud's
	STS             Type = "sts"              // a temporary credential: ID, secret and, if it was found, token
)

// The prefixes that Alibaba Cloud gives its IDs. Masks leave them visible.
const (
	LongTermPrefix  = "LTAI"
	TemporaryPrefix = "STS."
)

// MinIDLength is the length of the shortest IDs, prefix included.
const MinIDLength = 16

// Credential is what leaked. A part that was not found is zero.
type Credential struct {
	Type   Type
	ID     Secret
	Secret Secret
	Token  Secret
}
