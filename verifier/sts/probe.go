package sts

import (
	"context"
	"crypto/rand"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// secretLen is how long a secret is.
const secretLen = 30

// probe asks about an ID whose secret was not found, with a secret that is made up for this one call: STS looks the ID
// up before it looks at the signature. It never says that a key works. IDs of the old kind, 16 characters without a
// prefix, are asked about too: STS alone can tell them from words, and an ID is no secret.
func (s *checker) probe(ctx context.Context, c rules.Credential) verifier.Verdict {
	c.Secret = rules.NewSecret(rand.Text() + rand.Text()[:secretLen-26]) // rand.Text is 26 characters
	_, err := s.client.GetCallerIdentity(ctx, c)
	if err == nil {
		return verifier.Verdict{
			Status: verifier.Unknown,
			Reason: reason.Text("the endpoint took a secret that was made up: it is not STS, or does not look at signatures"),
			Advice: reason.Text("verify it again with STS's own endpoint"),
		}
	}
	v := judge(err)
	switch v.Status {
	case verifier.SecretMismatch, verifier.Live, verifier.Restricted: // the last two answer what nobody has signed
		v.Status = verifier.Exists
		v.Reason = reason.Text("the ID exists; whether its secret leaked too is not known")
		v.Advice = reason.Text("an ID alone cannot sign: look for its secret, and disable the key if that may be out too")
	case verifier.Inactive:
		v.Reason = reason.Text("the key of this ID is disabled, or restricted by source IP")
	}
	return v
}
