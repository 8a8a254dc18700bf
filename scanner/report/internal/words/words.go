// Package words says what a finding is and what to do about it, in the words that every report for people shares.
// It writes plain text in lower case without a full stop, with nothing in it that a terminal would obey.
package words

import (
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/safe"
	"github.com/akguard/akguard/verifier"
)

// Subject names a credential: "AccessKey pair LTAI5t****c7Kq / Qx****9b".
func Subject(c rules.Credential, whole bool) string {
	return Type(c.Type) + " " + Values(c, whole)
}

// Type names a type of credential.
func Type(t rules.Type) string {
	switch t {
	case rules.AccessKey:
		return "AccessKey pair"
	case rules.AccessKeyID:
		return "AccessKey ID"
	case rules.AccessKeySecret:
		return "AccessKey secret"
	case rules.STS:
		return "temporary credential (STS)"
	}
	return safe.Text(string(t))
}

// Values lists the parts of a credential that were seen.
func Values(c rules.Credential, whole bool) string {
	var seen []string
	for _, s := range []rules.Secret{c.ID, c.Secret, c.Token} {
		if !s.IsZero() {
			seen = append(seen, safe.Value(s, whole))
		}
	}
	return strings.Join(seen, " / ")
}

// Status is a status in words.
func Status(s verifier.Status) string {
	switch s {
	case verifier.Exists:
		return "ID exists"
	case verifier.SecretMismatch:
		return "secret does not match"
	case verifier.NotFound:
		return "not found"
	case verifier.Restricted:
		return "live but restricted"
	}
	return safe.Text(s.String())
}

// Owner says whose credential it is.
func Owner(i verifier.Identity) string {
	account := fmt.Sprintf("account %s (%s)", safe.Text(i.AccountID), safe.Text(i.ARN))
	switch i.Type {
	case "Account":
		return "root " + account
	case "RAMUser":
		return "RAM user of " + account
	case "AssumedRoleUser":
		return "role of " + account
	}
	return safe.Text(i.Type) + " of " + account
}

// Ours says what an inventory knows; "" if there was none.
func Ours(o *verifier.Owner) string {
	switch {
	case o == nil:
		return ""
	case o.Ours != verifier.OursYes:
		return o.Ours.String() + ": " + safe.Text(o.Note.String())
	case o.User == "":
		return "yes: a key of account " + safe.Text(o.AccountID) + " itself (root)"
	}
	return fmt.Sprintf("yes: RAM user %s of account %s", safe.Text(o.User), safe.Text(o.AccountID))
}

// Can says what a live key can do; "" if nobody asked.
func Can(r *verifier.Reach) string {
	switch {
	case r == nil:
		return ""
	case len(r.Can) == 0:
		return safe.Text(r.Limits.String())
	}
	var can []string
	for _, c := range r.Can {
		can = append(can, safe.Text(c.String()))
	}
	return fmt.Sprintf("%s (%s)", strings.Join(can, "; "), safe.Text(r.Limits.String()))
}

// Why gives the reason of a verdict, and the service's code for it; "" if there is neither.
func Why(v verifier.Verdict) string {
	switch {
	case v.Reason.IsZero():
		return safe.Text(v.Code)
	case v.Code == "":
		return safe.Text(v.Reason.String())
	}
	return fmt.Sprintf("%s (%s)", safe.Text(v.Reason.String()), safe.Text(v.Code))
}

// Dead reports whether the verdict says that the credential no longer works for anybody.
func Dead(s verifier.Status) bool { return s == verifier.NotFound || s == verifier.Expired }

// Next says what to do about f now: what the verdict advises, and else what its status calls for.
func Next(f finding.Finding) string {
	if !f.Verdict.Advice.IsZero() {
		return safe.Text(f.Verdict.Advice.String())
	}
	switch f.Verdict.Status {
	case verifier.NotFound:
		return "it no longer works: remove it from the code"
	case verifier.Expired:
		return "it no longer works: remove it from the code, and find what issued it"
	case verifier.Inactive:
		return "it no longer works, at least from here: delete it in the RAM console, and remove it from the code"
	case verifier.Live, verifier.Restricted:
		return stop(f.Credential.Type)
	case verifier.SecretMismatch:
		return "the key exists with another secret: look for that one, and rotate the key if it may be out too"
	}
	return doubt(f.Credential.Type)
}

func stop(t rules.Type) string {
	switch t {
	case rules.AccessKey, rules.AccessKeyID, rules.AccessKeySecret:
		return "disable the key now, with akguard respond or in the RAM console; hotline 95187"
	case rules.STS:
		return "it works until it expires: have its role refused everything until then, with akguard revoke or in the RAM console; hotline 95187"
	}
	return "revoke it now, where it was issued"
}

func doubt(t rules.Type) string {
	switch t {
	case rules.AccessKey:
		return "treat it as live: verify it online, or disable the key in the RAM console right away"
	case rules.AccessKeyID:
		return "an ID alone cannot sign: look for its secret, and disable the key if that may be out too"
	case rules.AccessKeySecret:
		return "treat it as live: look for its ID, which is no secret, and disable that key"
	case rules.STS:
		return "treat it as live until it expires, and verify it online"
	}
	return "treat it as live: revoke it where it was issued"
}
