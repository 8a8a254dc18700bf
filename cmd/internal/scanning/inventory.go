package scanning

import (
	"context"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/credentials"
	"github.com/akguard/akguard/verifier/inventory"
	"github.com/akguard/akguard/verifier/reach"
)

// NeedsAdmin reports whether an administrator's credential is asked for.
func (o Verification) NeedsAdmin() bool { return o.inventory || o.radius == "admin" }

// withOwners adds to the verdicts of v what a key can do and who owns it, which services other than STS know.
func (a *Runner) withOwners(ctx context.Context, v verifier.Verifier, o Verification, c *connection.Connection) (verifier.Verifier, error) {
	var credential *credentials.Credential
	var err error
	if o.NeedsAdmin() {
		if credential, err = o.Cloud.Administrator(ctx, c); err != nil {
			return nil, err
		}
	}
	if o.radius != "none" {
		r := reach.Options{Connection: c, Timeout: o.timeout}
		if o.radius == "admin" {
			r.Admin = credential
		}
		if v, err = reach.Over(v, r); err != nil {
			return nil, cloud.AsUsage(err)
		}
	}
	if o.inventory {
		v, err = inventory.Over(v, inventory.Options{Admin: credential, Connection: c, Timeout: o.timeout})
	}
	return v, cloud.AsUsage(err)
}
