// Package sts asks Alibaba Cloud's STS whether a leaked credential works, with GetCallerIdentity: it needs no
// permission, changes nothing, and every working credential is answered. The owner's ActionTrail may record it.
//
// It checks AccessKey pairs and temporary credentials with their token, once each: no cache, no repetition. Of an ID
// alone it asks whether it exists, which takes a signature too: one with a secret made up for the call. A secret alone
// is left Unchecked, and so is every other kind of credential: STS has no answer for them.
//
// What goes out is the ID, the security token where there is one, and a signature; no secret leaves the machine.
package sts

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Options say where and how to ask. The zero value asks the public STS endpoint.
type Options struct {
	Endpoint  string           // a URL; https://sts.aliyuncs.com if empty. Plain http is for loopback hosts only
	Timeout   time.Duration    // for one credential; 4 s if zero
	UserAgent string           // names the program to Alibaba Cloud
	Now       func() time.Time // dates verdicts; time.Now if nil
	RootCAs   *x509.CertPool   // who may vouch for the endpoint; the system's if nil
	NoProbe   bool             // ask nothing about an ID alone
}

type checker struct {
	client  *openapi.Client
	now     func() time.Time
	noProbe bool
}

// New returns a Verifier that asks STS. It fails on an unusable endpoint.
func New(o Options) (verifier.Verifier, error) {
	client, err := openapi.New(openapi.Options{Endpoint: o.Endpoint, Timeout: o.Timeout, UserAgent: o.UserAgent, RootCAs: o.RootCAs})
	if err != nil {
		return nil, fmt.Errorf("preparing the STS check: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &checker{client, o.Now, o.NoProbe}, nil
}

// Verify asks STS once, if the credential can be checked at all.
func (s *checker) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if v, ok := uncheckable(c); ok {
		return v
	}
	ask := s.check
	if c.Secret.IsZero() {
		if s.noProbe {
			return verifier.Verdict{Reason: reason.Text("nobody asked whether the ID exists")}
		}
		ask = s.probe
	}
	v := ask(ctx, c)
	v.CheckedAt = s.now().UTC().Truncate(time.Second)
	return v
}

func (s *checker) check(ctx context.Context, c rules.Credential) verifier.Verdict {
	identity, err := s.client.GetCallerIdentity(ctx, c)
	if err != nil {
		return judge(err)
	}
	return verifier.Verdict{
		Status: verifier.Live, Reason: reason.Text("the key works: STS said whose it is"), Identity: &identity, Advice: reason.Text(stop(identity)),
	}
}

// stop says how to end what a live credential can do. RAM knows nothing of root keys.
func stop(i verifier.Identity) string {
	switch {
	case i.Root():
		return "sign in as the account itself and disable the key on its AccessKey page now: no policy limits what it may do; hotline 95187"
	case i.Type == verifier.TypeRole:
		return "it works until it expires: have its role refused everything until then, with akguard revoke or in the RAM console; hotline 95187"
	}
	return "disable the key now, with akguard respond or in the RAM console; hotline 95187"
}

// uncheckable says why STS cannot be asked about the credential, if it cannot.
func uncheckable(c rules.Credential) (v verifier.Verdict, ok bool) {
	switch {
	case c.Type == rules.AccessKeySecret:
		v.Reason = reason.Text("a secret alone cannot be checked: its ID was not found")
	case c.Type != rules.AccessKey && c.Type != rules.AccessKeyID && c.Type != rules.STS:
		v.Reason = reason.Text("akguard never checks this kind of credential online: STS has no answer for it")
	case c.ID.IsZero():
		v.Reason = reason.Text("the credential cannot be checked: its ID was not found")
	case c.Secret.IsZero() && c.Type != rules.AccessKeyID:
		v.Reason = reason.Text("the credential cannot be checked: its secret was not found")
	case c.Type == rules.STS && c.Token.IsZero():
		v.Reason = reason.Text("a temporary credential cannot be checked without its security token, which was not found")
	}
	return v, !v.Reason.IsZero()
}

// judge turns a failed call into a verdict.
func judge(err error) verifier.Verdict {
	var e *openapi.Error
	switch {
	case !errors.As(err, &e): // ctx has ended: that says nothing about the key, nor about the network
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.Text("the check was stopped before STS answered")}
	case e.Unreachable:
		return verifier.Verdict{
			Status:  verifier.Unknown,
			Reason:  reason.Text(fmt.Sprintf("STS could not be reached (%s)", e.Message)),
			Offline: true,
		}
	}
	a := meaning(e)
	return verifier.Verdict{Status: a.status, Code: e.Code, Reason: reason.Text(a.reason), Advice: reason.Text(a.advice), Transient: a.transient}
}
