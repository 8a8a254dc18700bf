package read

import (
	"context"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

func ims(action string, params map[string]string, hide ...rules.Secret) cloud.Query {
	return cloud.Query{Service: cloud.IMS, Action: action, Params: params, Hide: hide}
}

func ram(action string, params map[string]string) cloud.Query {
	return cloud.Query{Service: cloud.RAM, Action: action, Params: params}
}

// Users returns the account's users, without what has to be asked of each, and the domain of their principals.
func Users(ctx context.Context, c *cloud.Client) (users []account.User, domain string, err error) {
	type answer struct {
		cloud.Answer
		IsTruncated bool
		Marker      string
		Users       struct {
			User []struct {
				UserID            string `json:"UserId"`
				UserPrincipalName string
				DisplayName       string
				ProvisionType     string
				CreateDate        string
				LastLoginDate     string
			}
		}
	}
	q := ims("ListUsers", map[string]string{"MaxItems": "100"})
	err = pages[answer](ctx, c, q, "Marker", func(a *answer) string {
		for _, u := range a.Users.User {
			var name string
			name, domain = split(u.UserPrincipalName)
			users = append(users, account.User{Name: name, ID: u.UserID, DisplayName: u.DisplayName, Provision: u.ProvisionType,
				Created: cloud.When(u.CreateDate), LastLogin: cloud.When(u.LastLoginDate)})
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return users, domain, err
}

type keyInfo struct {
	AccessKeyID                                             string `json:"AccessKeyId"`
	Status, CreateDate, UpdateDate, RecycleDate, DeleteDate string
}

// Keys returns the AccessKeys of a principal, those of the account itself if it is "" and the caller is root, and their IDs.
func Keys(ctx context.Context, c *cloud.Client, principal string) ([]account.Key, IDs, error) {
	var a struct {
		cloud.Answer
		AccessKeys struct{ AccessKey []keyInfo }
	}
	err := c.Read(ctx, ims("ListAccessKeys", map[string]string{"UserPrincipalName": principal}), &a)
	ids := IDs{}
	var keys []account.Key
	for _, k := range a.AccessKeys.AccessKey {
		keys = append(keys, account.Key{Ref: ids.add(rules.NewSecret(k.AccessKeyID)), Active: k.Status == cloud.Active,
			Created: cloud.When(k.CreateDate), Updated: cloud.When(k.UpdateDate)})
	}
	return keys, ids, err
}

// Login returns a user's log-in profile, nil if it has none.
func Login(ctx context.Context, c *cloud.Client, principal string) (*account.Login, error) {
	var a struct {
		cloud.Answer
		LoginProfile *struct {
			Status          string
			MFABindRequired bool
			CreateDate      string
			UpdateDate      string
		}
	}
	err := c.Read(ctx, ims("GetLoginProfile", map[string]string{"UserPrincipalName": principal}), &a)
	if cloud.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := a.LoginProfile
	if p == nil {
		return nil, cloud.NotUnderstood(&a.Answer)
	}
	created := cloud.When(p.CreateDate)
	if created.IsZero() { // not every answer has it
		created = cloud.When(p.UpdateDate)
	}
	return &account.Login{Created: created, Enabled: p.Status != cloud.Inactive, MFABind: p.MFABindRequired}, nil
}

// MFA reports whether a user has a second factor.
func MFA(ctx context.Context, c *cloud.Client, principal string) (bool, error) {
	var a struct {
		cloud.Answer
		MFADevice *struct{ SerialNumber string }
	}
	err := c.Read(ctx, ims("GetUserMFAInfo", map[string]string{"UserPrincipalName": principal}), &a)
	if cloud.IsAbsent(err) {
		return false, nil
	}
	if err == nil && a.MFADevice == nil {
		return false, cloud.NotUnderstood(&a.Answer)
	}
	return err == nil && a.MFADevice.SerialNumber != "", err
}

// Memberships returns the groups that a user is in, and since when.
func Memberships(ctx context.Context, c *cloud.Client, user string) ([]account.Membership, error) {
	var a struct {
		cloud.Answer
		Groups struct {
			Group []struct{ GroupName, JoinDate string }
		}
	}
	err := c.Read(ctx, ram("ListGroupsForUser", map[string]string{"UserName": user}), &a)
	var all []account.Membership
	for _, g := range a.Groups.Group {
		all = append(all, account.Membership{Group: g.GroupName, Since: cloud.When(g.JoinDate)})
	}
	return all, err
}

// ServiceCredentials returns the credentials of single services that a user has.
func ServiceCredentials(ctx context.Context, c *cloud.Client, principal string) ([]account.Service, error) {
	type answer struct {
		cloud.Answer
		NextToken          string
		ServiceCredentials []struct {
			ServiceCredentialID string `json:"ServiceCredentialId"`
			ServiceName         string
			Status              string
			CreateTime          string
		}
	}
	var all []account.Service
	q := ims("ListServiceCredentials", map[string]string{"UserPrincipalName": principal})
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		for _, s := range a.ServiceCredentials {
			all = append(all, account.Service{ID: s.ServiceCredentialID, Service: s.ServiceName, Active: s.Status == cloud.Active,
				Created: cloud.When(s.CreateTime)})
		}
		return a.NextToken
	})
	return all, err
}

// RecycledUsers returns the deleted users that can be restored.
func RecycledUsers(ctx context.Context, c *cloud.Client) ([]account.Recycled, error) {
	type answer struct {
		cloud.Answer
		IsTruncated bool
		Marker      string
		Users       struct {
			User []struct{ UserPrincipalName, CreateDate, RecycleDate, DeleteDate string }
		}
	}
	var all []account.Recycled
	err := pages[answer](ctx, c, ims("ListUsersInRecycleBin", map[string]string{"MaxItems": "100"}), "Marker", func(a *answer) string {
		for _, u := range a.Users.User {
			name, _ := split(u.UserPrincipalName)
			all = append(all, account.Recycled{User: name, Created: cloud.When(u.CreateDate), Deleted: cloud.When(u.RecycleDate), Ends: cloud.When(u.DeleteDate)})
		}
		return marker(a.IsTruncated, a.Marker)
	})
	return all, err
}

// RecycledKeys returns the deleted keys of a user, by its number, that can be restored.
func RecycledKeys(ctx context.Context, c *cloud.Client, user account.User) ([]account.Recycled, IDs, error) {
	var a struct {
		cloud.Answer
		AccessKeys struct{ AccessKey []keyInfo }
	}
	err := c.Read(ctx, ims("ListAccessKeysInRecycleBin", map[string]string{"UserId": user.ID}), &a)
	ids := IDs{}
	var all []account.Recycled
	for _, k := range a.AccessKeys.AccessKey {
		all = append(all, account.Recycled{User: user.Name, Key: ids.add(rules.NewSecret(k.AccessKeyID)), Created: cloud.When(k.CreateDate),
			Deleted: cloud.When(k.RecycleDate), Ends: cloud.When(k.DeleteDate)})
	}
	return all, ids, err
}

// Used returns when, and for which service, a key was last used.
func Used(ctx context.Context, c *cloud.Client, principal string, id rules.Secret) (at time.Time, service string, err error) {
	var a struct {
		cloud.Answer
		AccessKeyLastUsed *struct{ LastUsedDate, ServiceName string }
	}
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal()}
	if err := c.Read(ctx, ims("GetAccessKeyLastUsed", params, id), &a); err != nil {
		return time.Time{}, "", err
	}
	if a.AccessKeyLastUsed == nil {
		return time.Time{}, "", cloud.NotUnderstood(&a.Answer)
	}
	return cloud.When(a.AccessKeyLastUsed.LastUsedDate), a.AccessKeyLastUsed.ServiceName, nil
}

// KeyRestriction returns the network policy of a key.
func KeyRestriction(ctx context.Context, c *cloud.Client, principal string, id rules.Secret) (account.Restriction, error) {
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal()}
	document, err := restriction(ctx, c, ims("GetAccessKeyPolicy", params, id))
	user, _ := split(principal)
	return account.Restriction{User: user, Key: account.Ref(id), Document: document}, err
}

// restriction asks for a network policy, which the answer holds as text.
func restriction(ctx context.Context, c *cloud.Client, q cloud.Query) (string, error) {
	var a struct {
		cloud.Answer
		AccessKeyPolicy *string
	}
	if err := c.Read(ctx, q, &a); err != nil {
		return "", err
	}
	if a.AccessKeyPolicy == nil {
		return "", cloud.NotUnderstood(&a.Answer)
	}
	return *a.AccessKeyPolicy, nil
}
