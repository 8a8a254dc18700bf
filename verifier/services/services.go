// Package services asks single services whether a leaked key of theirs works, where a call that changes nothing tells: Model
// Studio, robots of DingTalk, Container Registry. Each has its own file.
//
// Unlike a check with STS, such a call sends the credential itself, to the service that issued it and to nobody else. So nothing
// here runs unless the user asked for it.
//
// What the services answer is inferred from their clients, not documented. So each is asked a second time, about a value that is made
// up: only where it refuses that one does its answer prove that the leaked one works. Any other answer is Unknown.
package services

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Options say how to ask.
type Options struct {
	Connection *connection.Connection
	Timeout    time.Duration    // for one credential; that of the connection if zero
	Now        func() time.Time // dates verdicts; time.Now if nil
}

// Verifiers is who answers for each type of credential. The caller may wrap each of them.
type Verifiers map[rules.Type]verifier.Verifier

// New returns the verifiers of single services. They ask once, without a cache or retries.
func New(o Options) Verifiers {
	client := o.Connection.Client().Once()
	if o.Timeout > 0 {
		client = client.WithTimeout(o.Timeout)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return Verifiers{
		service.DashScopeKey:  &checker{client, o.Now, dashScope},
		service.DingTalkToken: &checker{client, o.Now, robot},
		service.RegistryLogin: &checker{client, o.Now, registry},
	}
}

// Or returns a verifier that asks these about their types, and another one about all others.
func (v Verifiers) Or(other verifier.Verifier) verifier.Verifier { return router{v, other} }

type router struct {
	known Verifiers
	other verifier.Verifier
}

// Verify asks the verifier of the credential's type.
func (r router) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if v, ok := r.known[c.Type]; ok {
		return v.Verify(ctx, c)
	}
	return r.other.Verify(ctx, c)
}

// checker asks a question about a key, and gives its verdict the time of the answer.
type checker struct {
	client *cloud.Client
	now    func() time.Time
	ask    func(ctx context.Context, client *cloud.Client, secret rules.Secret) verifier.Verdict
}

// Verify asks the service once.
func (k *checker) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	if c.Secret.IsZero() {
		return verifier.Verdict{Reason: reason.New("services.no-value")}
	}
	v := k.ask(ctx, k.client, c.Secret)
	if v.Status != verifier.Unchecked {
		v.CheckedAt = k.now().UTC().Truncate(time.Second)
	}
	return v
}

// made returns n hexadecimal digits that nobody has issued.
func made(n int) string {
	b := make([]byte, (n+1)/2)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)[:n]
}

// live is the verdict about a credential that works.
func live(why string) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Live, Reason: reason.New(why), Advice: reason.New("services.stop")}
}

// failed is the verdict of a call without an answer.
func failed(err error) verifier.Verdict {
	var e *cloud.Error
	switch {
	case !errors.As(err, &e):
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("verifier.stopped")}
	case e.Unreachable:
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("services.unreachable", e.Reason()), Offline: true}
	}
	return verifier.Verdict{Status: verifier.Unknown, Reason: e.Reason(), Transient: e.HTTPStatus >= 500}
}

// unclear is the verdict of an answer that says nothing about the credential.
func unclear(a cloud.PlainAnswer) verifier.Verdict {
	const tooMany = 429
	return verifier.Verdict{
		Status: verifier.Unknown, Reason: reason.New("services.unclear", a.Status), Transient: a.Status == tooMany || a.Status >= 500,
	}
}
