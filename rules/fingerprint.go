package rules

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// FingerprintVersion is the version of the derivation of fingerprints. It is part of the derivation, so that fingerprints
// of two versions never compare equal by accident. Version 1 used the slow hash for every credential.
const FingerprintVersion = 2

// fingerprintRounds makes guessing the hidden characters of a masked 16-character ID (47 bits) from its fingerprint cost
// 2^59 hashes, while a thousand of them cost about a second.
const fingerprintRounds = 4096

// unguessable is the number of characters from which on an ID hides enough behind its mask: a masked ID of 20 characters
// hides 12 (71 bits), one of 24 characters 14 (83 bits).
const unguessable = 20

// fingerprintSize is in bytes.
const fingerprintSize = 16

// Fingerprint identifies the credential across scans, files and commits. Its 32 hex digits depend only on the type and
// the ID, or on the secret where there is no ID, and cannot be turned back into either. The type is part of it so that
// accepting a lone ID does not accept its secret when that leaks too.
func (c Credential) Fingerprint() string {
	label := fmt.Sprintf("akguard fingerprint %d %s", FingerprintVersion, c.Type)
	if c.Guessable() {
		return stretch(c.name(), label)
	}
	mac := hmac.New(sha256.New, []byte(label))
	_, _ = mac.Write([]byte(c.name())) // a hash never fails
	return hex.EncodeToString(mac.Sum(nil)[:fingerprintSize])
}

// FingerprintV1 is the fingerprint that earlier releases gave the credential, for reading what they wrote.
func (c Credential) FingerprintV1() string {
	return stretch(c.name(), "akguard fingerprint 1 "+string(c.Type))
}

// Guessable reports whether the value could be guessed from a fast hash of it, so that its fingerprint takes a slow one:
// a short ID whose masked form is known, or what a person may have chosen, such as a password or the match of a custom
// rule. The other parts of an AccessKey are random.
func (c Credential) Guessable() bool {
	switch c.Type {
	case AccessKey, AccessKeyID, AccessKeySecret, STS:
		return len(c.name()) < unguessable
	}
	return true
}

// name is what distinguishes the credential from others of its type.
func (c Credential) name() string {
	if c.ID.IsZero() {
		return c.Secret.Reveal()
	}
	return c.ID.Reveal()
}

// stretch derives a fingerprint with a hash that is slow to guess against.
func stretch(name, salt string) string {
	key, err := pbkdf2.Key(sha256.New, name, []byte(salt), fingerprintRounds, fingerprintSize)
	if err != nil { // only for key lengths that are out of range or not allowed in FIPS mode
		panic(fmt.Sprintf("deriving a fingerprint: %v", err))
	}
	return hex.EncodeToString(key)
}
