package services

import (
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// imsTrustActions are about who else may become somebody in the account: identity providers and OAuth applications.
func imsTrustActions() map[string]Action {
	act := func(name string, run func(c *Invocation) (wire.Object, *wire.Failure)) Action {
		return Action{permission: "ram:" + name, Run: locked(run)}
	}
	return map[string]Action{
		"ListSAMLProviders":  act("ListSAMLProviders", imsListSAML),
		"CreateSAMLProvider": act("CreateSAMLProvider", imsCreateSAML),
		"DeleteSAMLProvider": act("DeleteSAMLProvider", imsDeleteSAML),
		"ListOIDCProviders":  act("ListOIDCProviders", imsListOIDC),
		"CreateOIDCProvider": act("CreateOIDCProvider", imsCreateOIDC),
		"DeleteOIDCProvider": act("DeleteOIDCProvider", imsDeleteOIDC),
		"ListApplications":   act("ListApplications", imsListApplications),
		"CreateApplication":  act("CreateApplication", imsCreateApplication),
		"DeleteApplication":  act("DeleteApplication", imsDeleteApplication),
		"ListAppSecretIds":   act("ListAppSecretIds", imsListAppSecrets),
	}
}

func imsListSAML(c *Invocation) (wire.Object, *wire.Failure) {
	all, answer, refused := page(c, c.Account.SAML, func(p account.Provider) string { return p.Name })
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("SAMLProviders", "SAMLProvider", all, func(p account.Provider) wire.Object {
		return wire.Object{{"SAMLProviderName", p.Name}, {"Arn", c.Account.ARN("saml-provider/" + p.Name)},
			{"CreateDate", state.Stamp(p.Created)}, {"UpdateDate", state.Stamp(later(p.Created, p.Updated))}}
	})), nil
}

func imsCreateSAML(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("SAMLProviderName")
	if name == "" {
		return nil, wire.Missing("SAMLProviderName")
	}
	if slices.ContainsFunc(c.Account.SAML, func(p account.Provider) bool { return p.Name == name }) {
		return nil, exists("SAMLProvider", name)
	}
	c.Account.SAML = append(c.Account.SAML, account.Provider{Kind: "saml", Name: name, Created: c.Now})
	return wire.Object{{"SAMLProvider", wire.Object{{"SAMLProviderName", name}}}}, nil
}

func imsDeleteSAML(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("SAMLProviderName")
	before := len(c.Account.SAML)
	c.Account.SAML = slices.DeleteFunc(c.Account.SAML, func(p account.Provider) bool { return p.Name == name })
	if len(c.Account.SAML) == before {
		return nil, noEntity("SAMLProvider", "SAML provider", name)
	}
	return nil, nil
}

func imsListOIDC(c *Invocation) (wire.Object, *wire.Failure) {
	all, answer, refused := page(c, byName(c.Account.Providers), (*state.OIDCProvider).Name)
	if refused != nil {
		return nil, refused
	}
	return append(answer, list("OIDCProviders", "OIDCProvider", all, func(p *state.OIDCProvider) wire.Object {
		return wire.Object{{"OIDCProviderName", p.Name()}, {"Arn", c.Account.ARN("oidc-provider/" + p.Name())}, {"IssuerUrl", p.Issuer()},
			{"CreateDate", state.Stamp(p.Created)}, {"UpdateDate", state.Stamp(p.Created)}}
	})), nil
}

func imsCreateOIDC(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("OIDCProviderName")
	if name == "" {
		return nil, wire.Missing("OIDCProviderName")
	}
	if c.Account.Providers[name] != nil {
		return nil, exists("OIDCProvider", name)
	}
	c.Account.PutOIDCProvider(name, c.param("IssuerUrl"), strings.Split(c.param("ClientIds"), ",")...)
	return wire.Object{{"OIDCProvider", wire.Object{{"OIDCProviderName", name}, {"IssuerUrl", c.param("IssuerUrl")}}}}, nil
}

func imsDeleteOIDC(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("OIDCProviderName")
	if c.Account.Providers[name] == nil {
		return nil, noEntity("OIDCProvider", "OIDC provider", name)
	}
	delete(c.Account.Providers, name)
	return nil, nil
}

func applicationObject(p account.Application) wire.Object {
	return wire.Object{{"AppId", p.ID}, {"AppName", p.Name}, {"CreateDate", state.Stamp(p.Created)},
		{"UpdateDate", state.Stamp(later(p.Created, p.Updated))}, {"RedirectUris", wire.Object{{"RedirectUri", p.Redirects}}}}
}

func imsListApplications(c *Invocation) (wire.Object, *wire.Failure) {
	return wire.Object{list("Applications", "Application", c.Account.Applications, applicationObject)}, nil
}

func imsCreateApplication(c *Invocation) (wire.Object, *wire.Failure) {
	p := account.Application{ID: "47" + state.RandomText("0123456789", 17), Name: c.param("AppName"), Created: c.Now, Redirects: []string{}}
	if uris := c.param("RedirectUris"); uris != "" {
		p.Redirects = strings.Split(uris, ";")
	}
	c.Account.Applications = append(c.Account.Applications, p)
	return wire.Object{{"Application", applicationObject(p)}}, nil
}

func (c *Invocation) application() (int, *wire.Failure) {
	id := c.param("AppId")
	i := slices.IndexFunc(c.Account.Applications, func(p account.Application) bool { return p.ID == id })
	if i < 0 {
		return 0, noEntity("Application", "application", id)
	}
	return i, nil
}

func imsDeleteApplication(c *Invocation) (wire.Object, *wire.Failure) {
	i, refused := c.application()
	if refused != nil {
		return nil, refused
	}
	c.Account.Applications = slices.Delete(c.Account.Applications, i, i+1)
	return nil, nil
}

func imsListAppSecrets(c *Invocation) (wire.Object, *wire.Failure) {
	i, refused := c.application()
	if refused != nil {
		return nil, refused
	}
	var secrets []wire.Object
	for n, at := range c.Account.Applications[i].Secrets {
		secrets = append(secrets, wire.Object{{"AppSecretId", strconv.Itoa(n + 1)}, {"AppId", c.param("AppId")}, {"CreateDate", state.Stamp(at)}})
	}
	return wire.Object{{"AppSecrets", wire.Object{{"AppSecret", secrets}}}}, nil
}

// imsServiceActions are about credentials of single services, and about the network policy for all keys.
func imsServiceActions() map[string]Action {
	return map[string]Action{
		"ListServiceCredentials":       {permission: "ram:ListServiceCredentials", resource: imsUserARN, Run: locked(imsListServiceCredentials)},
		"CreateServiceCredential":      {permission: "ram:CreateServiceCredential", resource: imsUserARN, Run: locked(imsCreateServiceCredential)},
		"DeleteServiceCredential":      {permission: "ram:DeleteServiceCredential", resource: imsUserARN, Run: locked(imsDeleteServiceCredential)},
		"GetAccessKeyPolicyForAccount": {permission: "ram:GetAccessKeyPolicyForAccount", Run: locked(imsGetAccountNetwork)},
		"SetAccessKeyPolicyForAccount": {permission: "ram:SetAccessKeyPolicyForAccount", Run: locked(imsSetAccountNetwork)},
	}
}

func serviceObject(s account.Service) wire.Object {
	status := "Inactive"
	if s.Active {
		status = "Active"
	}
	return wire.Object{{"ServiceCredentialId", s.ID}, {"ServiceName", s.Service}, {"Status", status}, {"CreateTime", state.Stamp(s.Created)}}
}

func imsListServiceCredentials(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsPrincipal()
	if refused != nil {
		return nil, refused
	}
	all := []wire.Object{}
	for _, s := range u.Services {
		all = append(all, serviceObject(s))
	}
	return wire.Object{{"IsTruncated", false}, {"ServiceCredentials", all}}, nil
}

func imsCreateServiceCredential(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsPrincipal()
	if refused != nil {
		return nil, refused
	}
	s := account.Service{ID: "SC" + state.RandomText(state.Alphanum, 16), Service: c.param("ServiceName"), Active: true, Created: c.Now}
	u.Services = append(u.Services, s)
	return wire.Object{{"ServiceCredential", serviceObject(s)}}, nil
}

func imsDeleteServiceCredential(c *Invocation) (wire.Object, *wire.Failure) {
	u, refused := c.imsPrincipal()
	if refused != nil {
		return nil, refused
	}
	id, before := c.param("ServiceCredentialId"), len(u.Services)
	u.Services = slices.DeleteFunc(u.Services, func(s account.Service) bool { return s.ID == id })
	if len(u.Services) == before {
		return nil, noEntity("ServiceCredential", "service credential", id)
	}
	return nil, nil
}

func imsGetAccountNetwork(c *Invocation) (wire.Object, *wire.Failure) {
	text := c.Account.AccountNetwork
	if text == "" {
		text = "{}"
	}
	return wire.Object{{"AccessKeyPolicy", text}}, nil
}

func imsSetAccountNetwork(c *Invocation) (wire.Object, *wire.Failure) {
	text := c.param("AccessKeyPolicy")
	if _, ok := state.ParseNetworkPolicy(text); !ok {
		return nil, wire.Invalid("AccessKeyPolicy")
	}
	c.Account.AccountNetwork = text
	return wire.Object{{"AccessKeyPolicy", text}}, nil
}
