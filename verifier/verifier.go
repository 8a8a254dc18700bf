// Package verifier answers one question about a leaked credential: does it still work?
//
// A Verifier never claims more than it knows. The zero Status is Unchecked; a question without a usable answer is Unknown,
// with a reason. Neither ever means "not live". Verifiers are small and wrap one another: package sts asks Alibaba Cloud,
// Retry repeats transient failures, Breaker stops when the network is down, Budget stops when the time is used up, and
// package cache caches verdicts.
package verifier

import (
	"context"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Verifier checks one credential. Verify never fails: what went wrong is an Unknown verdict with its reason.
// Implementations are safe for concurrent use and return soon after ctx ends.
type Verifier interface {
	Verify(ctx context.Context, c rules.Credential) Verdict
}

// Status is what is known about a credential.
type Status string

// The statuses, as the JSON stream writes them.
const (
	Unchecked      Status = ""                // nobody asked; written "unchecked"
	Live           Status = "live"            // it works
	Exists         Status = "exists"          // the ID exists; its secret is not known
	SecretMismatch Status = "secret-mismatch" // the ID exists; this is not its secret
	Inactive       Status = "inactive"        // disabled, or restricted by source IP
	NotFound       Status = "not-found"       // deleted, or never existed
	Expired        Status = "expired"         // a temporary credential past its time
	Restricted     Status = "restricted"      // it works, but under restrictive protection
	Unknown        Status = "unknown"         // there was no usable answer
)

// String returns the status's name; the zero Status is "unchecked".
func (s Status) String() string {
	if s == Unchecked {
		return "unchecked"
	}
	return string(s)
}

// Verdict is the answer about one credential.
type Verdict struct {
	Status    Status
	Code      string        // the service's error code, if it gave one
	Reason    reason.Reason // why; its arguments hold no part of the credential
	Advice    reason.Reason // what to do now; zero where the status says it all
	CheckedAt time.Time     // when the answer came; zero if nobody asked
	Identity  *Identity     // whose key it is; nil unless Live
	Reach     *Reach        // what it can do; nil if that was not asked
	Owner     *Owner        // the owner according to an inventory; nil if none was asked
	Offline   bool          // the service could not be reached at all
	Transient bool          // the service was too busy, or failed: it may answer when it is asked again
}

// Identity is the principal that a live credential belongs to, as STS GetCallerIdentity names it.
type Identity struct {
	Type      string // TypeRoot, TypeUser or TypeRole
	AccountID string // 16 digits
	ARN       string // acs:ram::<account>:user/<name>
	UserID    string
}

// Reach is what a live key can do.
type Reach struct {
	Can    []reason.Reason // each thing, the worst first; empty if that is not known
	Limits reason.Reason   // what that is based on, or why it is not known
}

// Owner is the owner of an ID according to an inventory of keys, whether the key works or not.
type Owner struct {
	Ours      Ours
	AccountID string        // the account that owns it; "" if it is not ours
	User      string        // the RAM user who has it; "" for the account itself
	Note      reason.Reason // where akguard searched, or why it is not known; zero if it is ours
}

// Ours says whether a key is the owner's own. The zero value means that it is not known.
type Ours string

// The answers of an inventory.
const (
	OursUnknown Ours = ""
	OursYes     Ours = "yes"
	OursNo      Ours = "no"
)

// String returns the answer; the zero Ours is "unknown".
func (o Ours) String() string {
	if o == OursUnknown {
		return "unknown"
	}
	return string(o)
}

// The types of Identity.
const (
	TypeRoot = "Account"
	TypeUser = "RAMUser"
	TypeRole = "AssumedRoleUser"
)

// Root reports whether the credential is the account's own, which no policy limits.
func (i *Identity) Root() bool { return i != nil && i.Type == TypeRoot }
