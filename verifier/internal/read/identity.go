package read

import (
	"context"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

func split(principal string) (name, domain string) {
	name, domain, _ = strings.Cut(principal, "@")
	return name, domain
}

// The holders of policies.
const (
	ForUser  = "User"
	ForGroup = "Group"
	ForRole  = "Role"
)

// Attached returns the policies that a user, group or role has.
func Attached(ctx context.Context, c *cloud.Client, kind, name string) ([]account.Attached, error) {
	var a struct {
		cloud.Answer
		Policies struct {
			Policy []struct{ PolicyName, PolicyType, AttachDate string }
		}
	}
	err := c.Read(ctx, ram("ListPoliciesFor"+kind, map[string]string{kind + "Name": name}), &a)
	var all []account.Attached
	for _, p := range a.Policies.Policy {
		all = append(all, account.Attached{Policy: p.PolicyName, System: p.PolicyType == "System", At: cloud.When(p.AttachDate)})
	}
	return all, err
}

// Groups returns the groups, without their policies.
func Groups(ctx context.Context, c *cloud.Client) ([]account.Group, error) {
	type answer struct {
		cloud.Answer
		IsTruncated bool
		Marker      string
		Groups      struct {
			Group []struct{ GroupName, CreateDate, UpdateDate string }
		}
	}
	var all []account.Group
	err := pages[answer](ctx, c, ram("ListGroups", map[string]string{"MaxItems": "100"}), "Marker", func(a *answer) string {
		for _, g := range a.Groups.Group {
			all = append(all, account.Group{Name: g.GroupName, Created: cloud.When(g.CreateDate), Updated: cloud.When(g.UpdateDate)})
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return all, err
}

// Roles returns the roles, without their policies, and without trust policies where the list leaves them out.
func Roles(ctx context.Context, c *cloud.Client) ([]account.Role, error) {
	type answer struct {
		cloud.Answer
		IsTruncated bool
		Marker      string
		Roles       struct{ Role []roleInfo }
	}
	var all []account.Role
	err := pages[answer](ctx, c, ram("ListRoles", map[string]string{"MaxItems": "100"}), "Marker", func(a *answer) string {
		for _, r := range a.Roles.Role {
			all = append(all, r.role())
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return all, err
}

type roleInfo struct{ RoleName, CreateDate, UpdateDate, AssumeRolePolicyDocument string }

func (r roleInfo) role() account.Role {
	return account.Role{Name: r.RoleName, Created: cloud.When(r.CreateDate), Updated: cloud.When(r.UpdateDate), Trust: r.AssumeRolePolicyDocument}
}

// Role returns a role with its trust policy.
func Role(ctx context.Context, c *cloud.Client, name string) (account.Role, error) {
	var a struct {
		cloud.Answer
		Role *roleInfo
	}
	if err := c.Read(ctx, ram("GetRole", map[string]string{"RoleName": name}), &a); err != nil {
		return account.Role{}, err
	}
	if a.Role == nil {
		return account.Role{}, cloud.NotUnderstood(&a.Answer)
	}
	return a.Role.role(), nil
}

// Policies returns the custom policies, without their documents and versions.
func Policies(ctx context.Context, c *cloud.Client) ([]account.Policy, error) {
	type answer struct {
		cloud.Answer
		IsTruncated bool
		Marker      string
		Policies    struct {
			Policy []struct {
				PolicyName, DefaultVersion, CreateDate, UpdateDate string
				AttachmentCount                                    int
			}
		}
	}
	var all []account.Policy
	q := ram("ListPolicies", map[string]string{"PolicyType": "Custom", "MaxItems": "100"})
	err := pages[answer](ctx, c, q, "Marker", func(a *answer) string {
		for _, p := range a.Policies.Policy {
			all = append(all, account.Policy{Name: p.PolicyName, Default: p.DefaultVersion, Attached: p.AttachmentCount,
				Created: cloud.When(p.CreateDate), Updated: cloud.When(p.UpdateDate)})
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return all, err
}

// Versions returns the versions of a custom policy.
func Versions(ctx context.Context, c *cloud.Client, policy string) ([]account.Version, error) {
	var a struct {
		cloud.Answer
		PolicyVersions struct {
			PolicyVersion []struct {
				VersionID        string `json:"VersionId"`
				CreateDate       string
				IsDefaultVersion bool
			}
		}
	}
	err := c.Read(ctx, ram("ListPolicyVersions", map[string]string{"PolicyType": "Custom", "PolicyName": policy}), &a)
	var all []account.Version
	for _, v := range a.PolicyVersions.PolicyVersion {
		all = append(all, account.Version{ID: v.VersionID, Created: cloud.When(v.CreateDate), Default: v.IsDefaultVersion})
	}
	return all, err
}

// Document returns the document of a version of a custom policy.
func Document(ctx context.Context, c *cloud.Client, policy, version string) (string, error) {
	var a struct {
		cloud.Answer
		PolicyVersion struct{ PolicyDocument string }
	}
	params := map[string]string{"PolicyType": "Custom", "PolicyName": policy, "VersionId": version}
	err := c.Read(ctx, ram("GetPolicyVersion", params), &a)
	if err == nil && a.PolicyVersion.PolicyDocument == "" {
		err = cloud.NotUnderstood(&a.Answer)
	}
	return a.PolicyVersion.PolicyDocument, err
}

type providerInfo struct {
	SAMLProviderName, OIDCProviderName, IssuerURL string
	CreateDate, UpdateDate                        string
	GmtCreate, GmtModified                        string
}

func (p providerInfo) provider(kind string) account.Provider {
	first := func(a, b string) time.Time {
		if t := cloud.When(a); !t.IsZero() {
			return t
		}
		return cloud.When(b)
	}
	return account.Provider{Kind: kind, Name: p.SAMLProviderName + p.OIDCProviderName, Issuer: p.IssuerURL,
		Created: first(p.CreateDate, p.GmtCreate), Updated: first(p.UpdateDate, p.GmtModified)}
}

// The kinds of identity providers.
const (
	SAML = "saml"
	OIDC = "oidc"
)

// Providers returns the identity providers of a kind.
func Providers(ctx context.Context, c *cloud.Client, kind string) ([]account.Provider, error) {
	type answer struct {
		cloud.Answer
		IsTruncated   bool
		Marker        string
		SAMLProviders struct{ SAMLProvider []providerInfo }
		OIDCProviders struct{ OIDCProvider []providerInfo }
	}
	var all []account.Provider
	q := ims("List"+strings.ToUpper(kind)+"Providers", map[string]string{"MaxItems": "100"})
	err := pages[answer](ctx, c, q, "Marker", func(a *answer) string {
		for _, p := range append(a.SAMLProviders.SAMLProvider, a.OIDCProviders.OIDCProvider...) {
			all = append(all, p.provider(kind))
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return all, err
}

// Applications returns the OAuth applications, without their secrets' dates.
func Applications(ctx context.Context, c *cloud.Client) ([]account.Application, error) {
	var a struct {
		cloud.Answer
		Applications struct {
			Application []struct {
				AppID                           string `json:"AppId"`
				AppName, CreateDate, UpdateDate string
				RedirectUris                    struct{ RedirectUri []string }
			}
		}
	}
	err := c.Read(ctx, ims("ListApplications", nil), &a)
	var all []account.Application
	for _, p := range a.Applications.Application {
		all = append(all, account.Application{ID: p.AppID, Name: p.AppName, Redirects: p.RedirectUris.RedirectUri,
			Created: cloud.When(p.CreateDate), Updated: cloud.When(p.UpdateDate)})
	}
	return all, err
}

// AppSecrets returns when each secret of an application was made.
func AppSecrets(ctx context.Context, c *cloud.Client, id string) ([]time.Time, error) {
	var a struct {
		cloud.Answer
		AppSecrets struct{ AppSecret []struct{ CreateDate string } }
	}
	err := c.Read(ctx, ims("ListAppSecretIds", map[string]string{"AppId": id}), &a)
	var all []time.Time
	for _, s := range a.AppSecrets.AppSecret {
		all = append(all, cloud.When(s.CreateDate))
	}
	return all, err
}
