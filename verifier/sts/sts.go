// Package sts asks Alibaba Cloud's STS whether a leaked credential works. It calls GetCallerIdentity, which needs no
// permission, changes nothing, and answers every working credential. The owner's ActionTrail may record the call.
//
// It checks AccessKey pairs, and temporary credentials with their token, once each: without a cache or retries. For a
// lone ID it asks whether the ID exists; that call needs a signature too, so it is signed with a made-up secret. A
// secret alone stays Unchecked, as does every other kind of credential: STS has no answer for them.
//
// The ID, the security token if there is one, and a signature leave the machine. The secret never does.
package sts

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Options say how to ask.
type Options struct {
	Connection *connection.Connection
	Timeout    time.Duration    // for one credential; that of the connection if zero
	Now        func() time.Time // dates verdicts; time.Now if nil
	NoProbe    bool             // ask nothing about a lone ID
}

type checker struct {
	client  *cloud.Client
	now     func() time.Time
	noProbe bool
}

// New returns a Verifier that asks STS. It fails if STS has no endpoint in the connection's region.
func New(o Options) (verifier.Verifier, error) {
	client := o.Connection.Client().Once()
	if _, err := client.Endpoint(cloud.STS); err != nil {
		return nil, err
	}
	if o.Timeout > 0 {
		client = client.WithTimeout(o.Timeout)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &checker{client, o.Now, o.NoProbe}, nil
}

// Verify asks STS once, if the credential can be checked at all.
func (s *checker) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if r := uncheckable(c); !r.IsZero() {
		return verifier.Verdict{Reason: r}
	}
	ask := s.check
	if c.Secret.IsZero() {
		if s.noProbe {
			return verifier.Verdict{Reason: reason.New("sts.not-probed")}
		}
		ask = s.probe
	}
	v := ask(ctx, c)
	v.CheckedAt = s.now().UTC().Truncate(time.Second)
	return v
}

func (s *checker) check(ctx context.Context, c rules.Credential) verifier.Verdict {
	identity, err := s.client.AsKey(c).GetCallerIdentity(ctx)
	if err != nil {
		return judge(err)
	}
	return verifier.Verdict{Status: verifier.Live, Reason: reason.New("sts.live"), Identity: &identity, Advice: stop(identity)}
}

// stop returns the advice for a live credential: how to disable it.
func stop(i verifier.Identity) reason.Reason {
	switch {
	case i.Root(): // RAM cannot change root keys
		return reason.New("sts.stop-root")
	case i.Type == verifier.TypeRole:
		return reason.New("sts.stop-role")
	}
	return reason.New("sts.stop-key")
}

// uncheckable says why STS cannot be asked about the credential, if it cannot.
func uncheckable(c rules.Credential) (r reason.Reason) {
	switch {
	case c.Type == rules.AccessKeySecret:
		r = reason.New("sts.secret-alone")
	case c.Type != rules.AccessKey && c.Type != rules.AccessKeyID && c.Type != rules.STS:
		r = reason.New("sts.no-online-check")
	case c.ID.IsZero():
		r = reason.New("sts.no-id")
	case c.Secret.IsZero() && c.Type != rules.AccessKeyID:
		r = reason.New("sts.no-secret")
	case c.Type == rules.STS && c.Token.IsZero():
		r = reason.New("sts.no-token")
	}
	return r
}

// judge turns a failed call into a verdict.
func judge(err error) verifier.Verdict {
	var e *cloud.Error
	switch {
	case !errors.As(err, &e): // ctx has ended, which says nothing about the key or the network
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("verifier.stopped")}
	case e.Unreachable:
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("sts.unreachable", e.Reason()), Offline: true}
	}
	a := meaning(e)
	return verifier.Verdict{Status: a.status, Code: e.Code, Reason: a.reason, Advice: a.advice, Transient: a.transient}
}
