package state

import (
	"slices"

	"github.com/akguard/akguard/verifier/account"
)

// Identities are what else may act in an account, or watches who does.
type Identities struct {
	SAML           []account.Provider
	Applications   []account.Application
	AccountNetwork string // the network policy for all keys, as it was set
	Trails         []account.Trail
}

// put adds an item, or replaces the one that is the same.
func put[T any](list []T, item T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = item
		return list
	}
	return append(list, item)
}

// AddTrail adds a trail, or replaces the one of its name.
func (a *Account) AddTrail(t account.Trail) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Trails = put(a.Trails, t, func(old account.Trail) bool { return old.Name == t.Name })
}

// AddSAMLProvider adds a SAML provider, or replaces the one of its name.
func (a *Account) AddSAMLProvider(p account.Provider) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if p.Created.IsZero() {
		p.Created = a.Now()
	}
	a.SAML = put(a.SAML, p, func(old account.Provider) bool { return old.Name == p.Name })
}

// AddApplication adds an OAuth application, or replaces the one of its ID.
func (a *Account) AddApplication(p account.Application) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Applications = put(a.Applications, p, func(old account.Application) bool { return old.ID == p.ID })
}

// AddServiceCredential gives the user, who must exist, a credential of a single service.
func (a *Account) AddServiceCredential(user string, s account.Service) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	u := a.seeUser(user)
	u.Services = put(u.Services, s, func(old account.Service) bool { return old.ID == s.ID })
}

// SetAccountNetworkPolicy sets the network policy for all keys of the account.
func (a *Account) SetAccountNetworkPolicy(text string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.AccountNetwork = text
}
