package sts

import (
	"context"
	"crypto/rand"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// secretLen is the length of a secret.
const secretLen = 30

// probe asks whether an ID exists, with a secret that is made up for this one call: STS looks the ID up before it checks
// the signature. It never says that a key works. It asks about legacy IDs too, 16 characters without a prefix: only STS
// can distinguish them from words, and an ID is not secret.
func (s *checker) probe(ctx context.Context, c rules.Credential) verifier.Verdict {
	c.Secret = rules.NewSecret(rand.Text() + rand.Text()[:secretLen-26]) // rand.Text is 26 characters
	_, err := s.client.AsKey(c).GetCallerIdentity(ctx)
	if err == nil {
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("sts.not-sts"), Advice: reason.New("sts.ask-real-endpoint")}
	}
	v := judge(err)
	switch v.Status {
	case verifier.SecretMismatch, verifier.Live, verifier.Restricted: // the last two would mean that the endpoint does not check signatures
		v.Status = verifier.Exists
		v.Reason = reason.New("sts.exists")
		v.Advice = reason.New("sts.find-secret")
	case verifier.Inactive:
		v.Reason = reason.New("sts.id-inactive")
	}
	return v
}
