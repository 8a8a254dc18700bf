package rules

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Type is the type of a credential.
type Type string

// The credential types that STS can be asked about, and their parts. Those of single services are in package service.
const (
	AccessKey       Type = "accesskey"        // an AccessKey pair: ID and secret
	AccessKeyID     Type = "accesskey-id"     // an ID without its secret
	AccessKeySecret Type = "accesskey-secret" // a secret without its ID, beside a key name of Alibaba Cloud's
	STS             Type = "sts"              // a temporary credential: ID, secret and, if it was seen, token
)

// The prefixes that Alibaba Cloud gives its IDs. Masks leave them visible.
const (
	LongTermPrefix  = "LTAI"
	TemporaryPrefix = "STS."
)

// MinIDLength is the length of the shortest IDs, prefix included.
const MinIDLength = 16

// Credential is what leaked. A part that was not seen is zero.
type Credential struct {
	Type   Type
	ID     Secret
	Secret Secret
	Token  Secret
}

// fingerprintRounds makes guessing the hidden characters of a masked 16-character ID (47 bits) from its fingerprint cost
// 2^59 hashes, while a thousand findings cost about a second.
const fingerprintRounds = 4096

// Fingerprint identifies the credential across scans, files and commits. Its 32 hex digits depend only on the type and
// the ID, or on the secret where there is no ID, and cannot be turned back into either. The type is part of it so that
// accepting a lone ID does not accept its secret when that leaks too.
func (c Credential) Fingerprint() string {
	name := c.ID
	if name.IsZero() {
		name = c.Secret
	}
	salt := []byte("akguard fingerprint 1 " + string(c.Type))
	key, err := pbkdf2.Key(sha256.New, name.Reveal(), salt, fingerprintRounds, 16)
	if err != nil { // only for key lengths that are out of range or not allowed in FIPS mode
		panic(fmt.Sprintf("deriving a fingerprint: %v", err))
	}
	return hex.EncodeToString(key)
}
