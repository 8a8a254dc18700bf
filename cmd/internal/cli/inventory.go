package cli

import (
	"context"
	"crypto/x509"

	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/admin"
	"github.com/akguard/akguard/verifier/inventory"
	"github.com/akguard/akguard/verifier/reach"
)

// ramCalls is how many calls a second RAM and IMS get.
const ramCalls = 10

// needsAdmin reports whether an administrator's credential is asked for.
func (o verification) needsAdmin() bool { return o.inventory || o.radius == "admin" }

// overOthers adds to the verdicts of v what other services than STS say of a key: what it can do, and whose it is.
func (o verification) overOthers(ctx context.Context, v verifier.Verifier, roots *x509.CertPool) (verifier.Verifier, error) {
	if !o.needsAdmin() && o.radius == "none" {
		return v, nil
	}
	urls := map[string]string{}
	for _, service := range services() {
		url, err := o.endpoint(service)
		if err != nil {
			return nil, err
		}
		urls[service] = url
	}
	credential, err := o.admin(ctx, urls["sts"], roots)
	if err != nil {
		return nil, err
	}
	perSecond := ramCalls
	if o.inventory && o.radius != "none" {
		perSecond /= 2 // they share what RAM takes
	}
	if o.radius != "none" {
		r := reach.Options{STS: urls["sts"], RAM: urls["ram"], RootCAs: roots, UserAgent: userAgent(), Timeout: o.timeout, PerSecond: perSecond}
		if o.radius == "admin" {
			r.Admin = credential
		}
		if v, err = reach.Over(v, r); err != nil {
			return nil, badEndpoint(err)
		}
	}
	if o.inventory {
		v, err = inventory.Over(v, inventory.Options{
			Admin: credential, RootCAs: roots, UserAgent: userAgent(), Timeout: o.timeout, PerSecond: perSecond,
			Endpoints: inventory.Endpoints{STS: urls["sts"], RAM: urls["ram"], IMS: urls["ims"], ResourceManager: urls["resourcemanager"]},
		})
	}
	return v, badEndpoint(err)
}

// admin finds the administrator's credential, if one is needed.
func (o verification) admin(ctx context.Context, sts string, roots *x509.CertPool) (*admin.Credential, error) {
	if !o.needsAdmin() {
		return nil, nil
	}
	credential, err := admin.Find(ctx, admin.Options{Profile: o.profile, STS: sts, RootCAs: roots, UserAgent: userAgent()})
	if err != nil {
		return nil, adminFailure(err)
	}
	return credential, nil
}

func userAgent() string { return "akguard/" + buildVersion() }

func badEndpoint(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err, "an endpoint is an https URL; http is accepted for this machine only", exitUsage}
}
