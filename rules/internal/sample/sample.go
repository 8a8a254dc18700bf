// Package sample knows the credentials that documentation prints in full, and that thousands of projects copied. They open nothing.
// It holds their hashes alone, so that no scanner stumbles over this repository.
package sample

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/akguard/akguard/rules/reason"
)

// origins say which documentation a value is from, by its SHA-256. Each has been seen there.
var origins = map[string]reason.Reason{
	"6ae3ad97078ec9242fa8bd87e5f8bbe37a9218656c66c3da83c6f7a3b2f4cb17": reason.New("rules.sample.acme"),
	"6c847b93172b3fe5743223f086bcb9b1b47c8eefd1e5cda1960123159f9e063b": reason.New("rules.sample.acme"),
	"0394fc683d2256818037ac82cf7736d8a27f244e93dd7480952dd92311cd0e85": reason.New("rules.sample.oss-upload"),
	"8854f117700766eeafa20a019235d59da1b4e554d6524d4a269787b56e216bef": reason.New("rules.sample.oss-upload"),
	"3659497c2446a401e75b76b1e806bd3870188365a40f212efe6d39d2aa02e694": reason.New("rules.sample.marketplace"),
	"1c9f5c90b47ded1ebcfc6fe1f172de89b12f78617cf25378332140e55255d30a": reason.New("rules.sample.assume-role"),
	"cf6cc5bc64cd5714af67b7a988930255e68c7bfce794cf27f47ee7bdb806e2fc": reason.New("rules.sample.assume-role"),
}

// Of says which documentation a value is a sample of. It returns false for any other value.
func Of(value []byte) (reason.Reason, bool) {
	sum := sha256.Sum256(value)
	from, ok := origins[hex.EncodeToString(sum[:])]
	return from, ok
}

// Is reports whether a value is a sample.
func Is(value []byte) bool {
	_, ok := Of(value)
	return ok
}
