package rules

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Type says what kind of credential leaked.
type Type string

// The credential types that the built-in rules find.
const (
	AccessKey       Type = "accesskey"        // an AccessKey pair: ID and secret
	AccessKeyID     Type = "accesskey-id"     // an ID without its secret
	AccessKeySecret Type = "accesskey-secret" // a secret without its ID, beside a telling key name
	STS             Type = "sts"              // a temporary credential: ID, secret and, where it was seen, token
)

// Credential is what leaked. Parts that were not seen are zero.
type Credential struct {
	Type   Type
	ID     Secret
	Secret Secret
	Token  Secret
}

// fingerprintRounds makes guessing the unseen characters of a masked 16-character ID from its fingerprint
// (47 bits) cost 2^59 hashes, while a thousand findings cost about a second.
const fingerprintRounds = 4096

// Fingerprint identifies the credential across scans, files and commits: 32 hex digits that depend on its type
// and its ID (or on its secret, where there is no ID) alone, and cannot be turned back into either.
// A type is part of it so that accepting an ID that stood alone does not accept its secret when that leaks too.
func (c Credential) Fingerprint() string {
	name := c.ID
	if name.IsZero() {
		name = c.Secret
	}
	salt := []byte("akguard fingerprint 1 " + string(c.Type))
	key, err := pbkdf2.Key(sha256.New, name.Reveal(), salt, fingerprintRounds, 16)
	if err != nil { // only for key lengths that are out of range or barred in FIPS mode
		panic(fmt.Sprintf("deriving a fingerprint: %v", err))
	}
	return hex.EncodeToString(key)
}
