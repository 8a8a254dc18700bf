package cloud

import (
	"context"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// IMS manages identities. It names users by their principal, name@domain; without one, a call is about the caller, which is
// the only way to reach the keys of an account itself.

func ims(action string, params map[string]string, hide ...rules.Secret) call {
	return call{IMS, action, params, hide}
}

// IdentityOfKey returns the user to whom a key of this account belongs. It cannot distinguish the account's own keys from
// those of other accounts: neither belongs to a user.
func (c *Client) IdentityOfKey(ctx context.Context, id rules.Secret) (User, error) {
	var a userAnswer
	err := c.read(ctx, ims("GetUser", map[string]string{"UserAccessKeyId": id.Reveal()}, id), &a)
	if err == nil && a.User.UserPrincipalName == "" {
		err = notUnderstood(a.GetHttpStatus())
	}
	return a.User.user(), err
}

// IdentityKeys returns the keys of a principal, the caller's own if it is "".
func (c *Client) IdentityKeys(ctx context.Context, principal string) ([]AccessKey, error) {
	return c.allKeys(ctx, ims("ListAccessKeys", map[string]string{"UserPrincipalName": principal}))
}

// UpdateIdentityKey makes a principal's key Active or Inactive, the caller's own if principal is "".
func (c *Client) UpdateIdentityKey(ctx context.Context, principal string, id rules.Secret, status string) error {
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal(), "Status": status}
	return c.change(ctx, ims("UpdateAccessKey", params, id))
}

// DeleteIdentityKey deletes a principal's key, the caller's own if principal is "".
func (c *Client) DeleteIdentityKey(ctx context.Context, principal string, id rules.Secret) error {
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal()}
	return c.change(ctx, ims("DeleteAccessKey", params, id))
}

// IdentityKeyLastUsed returns when, and for which service, a principal's key was last used.
func (c *Client) IdentityKeyLastUsed(ctx context.Context, principal string, id rules.Secret) (Used, error) {
	var a usedAnswer
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal()}
	err := c.read(ctx, ims("GetAccessKeyLastUsed", params, id), &a)
	return a.used(), err
}

// AccessKeyPolicy returns the network restriction of a key as JSON, "" or "{}" if it never had one. For a few seconds after
// a change it may return the previous one.
func (c *Client) AccessKeyPolicy(ctx context.Context, principal string, id rules.Secret) (string, error) {
	var a struct {
		answer
		AccessKeyPolicy string
	}
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal()}
	err := c.read(ctx, ims("GetAccessKeyPolicy", params, id), &a)
	return a.AccessKeyPolicy, err
}

// SetAccessKeyPolicy replaces the network restriction of a key. An empty document is refused; to remove the restriction,
// send one that is Inactive and has no statements.
func (c *Client) SetAccessKeyPolicy(ctx context.Context, principal string, id rules.Secret, document string) error {
	params := map[string]string{"UserPrincipalName": principal, "UserAccessKeyId": id.Reveal(), "AccessKeyPolicy": document}
	return c.change(ctx, ims("SetAccessKeyPolicy", params, id))
}

// RecycledKey is a deleted key in the recycle bin.
type RecycledKey struct {
	ID        rules.Secret
	UserID    string
	Principal string // "" in lists
	Created   time.Time
	Recycled  time.Time // when it was deleted
	Ends      time.Time // when it cannot be restored any more
}

type recycledInfo struct {
	AccessKeyID       string `json:"AccessKeyId"`
	UserID            string `json:"UserId"`
	UserPrincipalName string
	CreateDate        string
	RecycleDate       string
	DeleteDate        string
}

func (k recycledInfo) key() RecycledKey {
	return RecycledKey{rules.NewSecret(k.AccessKeyID), k.UserID, k.UserPrincipalName,
		when(k.CreateDate), when(k.RecycleDate), when(k.DeleteDate)}
}

// RecycledKeys returns the deleted keys of the user with that number.
func (c *Client) RecycledKeys(ctx context.Context, userID string) ([]RecycledKey, error) {
	var a struct {
		answer
		AccessKeys *struct{ AccessKey []recycledInfo }
	}
	if err := c.read(ctx, ims("ListAccessKeysInRecycleBin", map[string]string{"UserId": userID}), &a); err != nil {
		return nil, err
	}
	if a.AccessKeys == nil {
		return nil, notUnderstood(a.GetHttpStatus())
	}
	var keys []RecycledKey
	for _, k := range a.AccessKeys.AccessKey {
		k.UserID = userID
		keys = append(keys, k.key())
	}
	return keys, nil
}

// RecycledKey returns one deleted key of any user of the account.
func (c *Client) RecycledKey(ctx context.Context, id rules.Secret) (RecycledKey, error) {
	var a struct {
		answer
		AccessKey recycledInfo
	}
	err := c.read(ctx, ims("GetAccessKeyInfoInRecycleBin", map[string]string{"UserAccessKeyId": id.Reveal()}, id), &a)
	if err == nil && a.AccessKey.UserID == "" {
		err = notUnderstood(a.GetHttpStatus())
	}
	return a.AccessKey.key(), err
}

// RestoreKey restores a key of the user with that number from the recycle bin.
func (c *Client) RestoreKey(ctx context.Context, userID string, id rules.Secret) error {
	params := map[string]string{"UserId": userID, "UserAccessKeyId": id.Reveal()}
	return c.change(ctx, ims("RestoreAccessKeyFromRecycleBin", params, id))
}

// DeleteRecycledKey deletes a key of the user with that number for good.
func (c *Client) DeleteRecycledKey(ctx context.Context, userID string, id rules.Secret) error {
	params := map[string]string{"UserId": userID, "UserAccessKeyId": id.Reveal()}
	return c.change(ctx, ims("DeleteAccessKeyInRecycleBin", params, id))
}

// RecycledUsers returns the deleted users that can still be restored, up to 20,000. Their keys come back with them.
func (c *Client) RecycledUsers(ctx context.Context) ([]User, error) {
	var all []User
	marker := ""
	for range maxPages {
		var a usersAnswer
		if err := c.read(ctx, ims("ListUsersInRecycleBin", map[string]string{"MaxItems": "100", "Marker": marker}), &a); err != nil {
			return all, err
		}
		if a.Users == nil {
			return all, notUnderstood(a.GetHttpStatus())
		}
		for _, u := range a.Users.User {
			all = append(all, u.user())
		}
		if !a.IsTruncated || a.Marker == marker {
			return all, nil
		}
		marker = a.Marker
	}
	return all, failure(reason.New("cloud.endless-list"))
}
