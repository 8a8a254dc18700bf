package cli

import (
	"context"
	"crypto/x509"
	"errors"

	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/admin"
	"github.com/akguard/akguard/verifier/inventory"
)

// overInventory adds to the verdicts of v whose keys they are, with the credential of an administrator.
func (o verification) overInventory(ctx context.Context, v verifier.Verifier, roots *x509.CertPool) (verifier.Verifier, error) {
	urls := map[string]string{}
	for _, service := range services() {
		url, err := o.endpoint(service)
		if err != nil {
			return nil, err
		}
		urls[service] = url
	}
	agent := "akguard/" + buildVersion()
	credential, err := admin.Find(ctx, admin.Options{Profile: o.profile, STS: urls["sts"], UserAgent: agent})
	if err != nil {
		var failed *admin.Error
		if errors.As(err, &failed) {
			return nil, &failure{failed, failed.Hint, exitUsage}
		}
		return nil, err
	}
	owners, err := inventory.Over(v, inventory.Options{
		Admin: credential, RootCAs: roots, UserAgent: agent,
		Endpoints: inventory.Endpoints{STS: urls["sts"], RAM: urls["ram"], IMS: urls["ims"], ResourceManager: urls["resourcemanager"]},
	})
	if err != nil {
		return nil, &failure{err, "an endpoint is an https URL; http is accepted for this machine only", exitUsage}
	}
	return owners, nil
}
