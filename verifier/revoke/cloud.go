package revoke

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Admin is the credential that acts.
type Admin interface {
	Get(ctx context.Context) (rules.Credential, error)
	// Owns reports whether the ID is its own, or that of the key behind it.
	Owns(id rules.Secret) bool
}

// Endpoints say where the services are. Empty ones are the public ones.
type Endpoints struct {
	STS, RAM, IMS, ActionTrail, ResourceManager string
}

// cloud makes calls: not too many at a time, and reads again if the service was busy.
type cloud struct {
	sts, ram, ims, trail, organization *openapi.Client
	credential                         func(ctx context.Context) (rules.Credential, error)
	pace                               *pace
	pause                              func(ctx context.Context, d time.Duration) error
}

func newCloud(o Options) (*cloud, error) {
	c := &cloud{pause: o.Pause, pace: &pace{most: o.PerSecond, now: time.Now}}
	e := o.Endpoints
	for _, service := range []struct {
		client        **openapi.Client
		name          string
		given, public string
	}{
		{&c.sts, "STS", e.STS, openapi.EndpointSTS},
		{&c.ram, "RAM", e.RAM, openapi.EndpointRAM},
		{&c.ims, "IMS", e.IMS, openapi.EndpointIMS},
		{&c.trail, "ActionTrail", e.ActionTrail, openapi.EndpointActionTrail},
		{&c.organization, "Resource Manager", e.ResourceManager, openapi.EndpointResourceManager},
	} {
		endpoint := service.given
		if endpoint == "" {
			endpoint = service.public
		}
		client, err := openapi.New(openapi.Options{Endpoint: endpoint, Timeout: o.Timeout, UserAgent: o.UserAgent})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", service.name, err)
		}
		*service.client = client
	}
	return c, nil
}

// with returns a cloud that is called with another credential, at the same pace.
func (c *cloud) with(credential func(context.Context) (rules.Credential, error)) *cloud {
	other := *c
	other.credential = credential
	return &other
}

// pace lets a number of calls through in any second: RAM refuses more than a few, and others need them too.
// The few calls about one key need not wait.
type pace struct {
	most int // below 1: all
	now  func() time.Time

	mu   sync.Mutex
	last []time.Time // of the last calls, most at the most; the oldest first
}

// paceWindow is a little more than a second, since calls that are sent a second apart may arrive closer together.
const paceWindow = 1100 * time.Millisecond

// wait returns how long the next call has to wait.
func (p *pace) wait() time.Duration {
	if p.most < 1 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	at := now
	if len(p.last) == p.most {
		if free := p.last[0].Add(paceWindow); free.After(at) {
			at = free
		}
		p.last = p.last[1:]
	}
	p.last = append(p.last, at)
	return at.Sub(now)
}

// once makes one call, when its turn has come.
func (c *cloud) once(ctx context.Context, call func(cred rules.Credential) error) error {
	cred, err := c.credential(ctx)
	if err != nil {
		return err
	}
	if d := c.pace.wait(); d > 0 {
		if err := c.pause(ctx, d); err != nil {
			return err
		}
	}
	return call(cred)
}

// backoff is how long a read waits before it is tried again.
var backoff = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// read makes a call that changes nothing, again if the service was busy or failed.
func read[T any](ctx context.Context, c *cloud, call func(cred rules.Credential) (T, error)) (result T, err error) {
	for try := 0; ; try++ {
		err = c.once(ctx, func(cred rules.Credential) (err error) {
			result, err = call(cred)
			return err
		})
		if err == nil || try == len(backoff) || !isPassing(err) {
			return result, err
		}
		if err := c.pause(ctx, backoff[try]); err != nil {
			return result, err
		}
	}
}

// isPassing reports whether the service was busy, or failed.
func isPassing(err error) bool {
	var e *openapi.Error
	return openapi.IsThrottled(err) || errors.As(err, &e) && e.HTTPStatus >= 500
}

// sleep waits, and ends early with ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
