package cli

import (
	"context"
	"crypto/x509"
	"errors"

	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/admin"
	"github.com/akguard/akguard/verifier/inventory"
	"github.com/akguard/akguard/verifier/reach"
)

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
	credential, err := o.admin(ctx, urls["sts"])
	if err != nil {
		return nil, err
	}
	if o.radius != "none" {
		r := reach.Options{STS: urls["sts"], RAM: urls["ram"], RootCAs: roots, UserAgent: userAgent()}
		if o.radius == "admin" {
			r.Admin = credential
		}
		if v, err = reach.Over(v, r); err != nil {
			return nil, badEndpoint(err)
		}
	}
	if o.inventory {
		v, err = inventory.Over(v, inventory.Options{
			Admin: credential, RootCAs: roots, UserAgent: userAgent(), Timeout: o.timeout,
			Endpoints: inventory.Endpoints{STS: urls["sts"], RAM: urls["ram"], IMS: urls["ims"], ResourceManager: urls["resourcemanager"]},
		})
	}
	return v, badEndpoint(err)
}

// admin finds the administrator's credential, if one is needed.
func (o verification) admin(ctx context.Context, sts string) (*admin.Credential, error) {
	if !o.needsAdmin() {
		return nil, nil
	}
	credential, err := admin.Find(ctx, admin.Options{Profile: o.profile, STS: sts, UserAgent: userAgent()})
	var failed *admin.Error
	if errors.As(err, &failed) {
		return nil, &failure{failed, failed.Hint, exitUsage}
	}
	return credential, err
}

func userAgent() string { return "akguard/" + buildVersion() }

func badEndpoint(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err, "an endpoint is an https URL; http is accepted for this machine only", exitUsage}
}
