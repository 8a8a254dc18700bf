// Package sts asks Alibaba Cloud's STS whether a leaked credential works, with GetCallerIdentity: it needs no
// permission, changes nothing, and every working credential is answered. The owner's ActionTrail may record it.
//
// It checks AccessKey pairs and temporary credentials with their token, once each: no cache, no repetition. An
// ID or a secret alone is left Unchecked.
package sts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Options say where and how to ask. The zero value asks the public STS endpoint.
type Options struct {
	Endpoint  string           // a URL; https://sts.aliyuncs.com if empty. Plain http is for loopback hosts only
	Timeout   time.Duration    // for one credential; 4 s if zero
	UserAgent string           // names the program to Alibaba Cloud
	Now       func() time.Time // dates verdicts; time.Now if nil
}

type checker struct {
	client *openapi.Client
	now    func() time.Time
}

// New returns a Verifier that asks STS. It fails on an unusable endpoint.
func New(o Options) (verifier.Verifier, error) {
	client, err := openapi.New(openapi.Options{Endpoint: o.Endpoint, Timeout: o.Timeout, UserAgent: o.UserAgent})
	if err != nil {
		return nil, fmt.Errorf("preparing the STS check: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &checker{client, o.Now}, nil
}

// Verify asks STS once, if the credential can be checked at all.
func (s *checker) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if reason := uncheckable(c); reason != "" {
		return verifier.Verdict{Reason: reason}
	}
	identity, err := s.client.GetCallerIdentity(ctx, c)
	v := verifier.Verdict{Status: verifier.Live, Reason: "the key works: STS said whose it is", Identity: &identity}
	if err != nil {
		v = judge(err)
	}
	v.CheckedAt = s.now().UTC().Truncate(time.Second)
	return v
}

// uncheckable says why STS cannot be asked about the credential; it is empty if it can.
func uncheckable(c rules.Credential) string {
	switch {
	case c.Type == rules.AccessKeyID:
		return "an ID alone cannot be checked: its secret was not found"
	case c.Type == rules.AccessKeySecret:
		return "a secret alone cannot be checked: its ID was not found"
	case c.Type != rules.AccessKey && c.Type != rules.STS:
		return "STS cannot check this kind of credential"
	case c.ID.IsZero() || c.Secret.IsZero():
		return "the credential cannot be checked: its ID or its secret was not found"
	case c.Type == rules.STS && c.Token.IsZero():
		return "a temporary credential cannot be checked without its security token, which was not found"
	}
	return ""
}

// judge turns a failed call into a verdict.
func judge(err error) verifier.Verdict {
	var e *openapi.Error
	switch {
	case !errors.As(err, &e): // ctx has ended: that says nothing about the key, nor about the network
		return verifier.Verdict{Status: verifier.Unknown, Reason: "the check was stopped before STS answered"}
	case e.Unreachable:
		return verifier.Verdict{
			Status:  verifier.Unknown,
			Reason:  fmt.Sprintf("STS could not be reached (%s)", e.Message),
			Offline: true,
		}
	}
	status, reason := meaning(e)
	return verifier.Verdict{Status: status, Code: e.Code, Reason: reason}
}
