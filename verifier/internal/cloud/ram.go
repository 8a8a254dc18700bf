package cloud

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// The states of an AccessKey, as RAM and IMS write them.
const (
	Active   = "Active"
	Inactive = "Inactive"
)

// User is a RAM user. RAM names it by Name, IMS by Principal (name@domain); each leaves the other empty.
type User struct {
	ID          string
	Name        string
	Principal   string
	DisplayName string
	Created     time.Time
	LastLogin   time.Time // zero if never, or if the service does not say
}

// Login returns the user's name, taken from the login name if the service returns only that.
func (u User) Login() string {
	name, _, _ := strings.Cut(u.Principal, "@")
	return cmp.Or(u.Name, name)
}

// AccessKey is a key in a list.
type AccessKey struct {
	ID      rules.Secret
	Status  string // Active or Inactive
	Created time.Time
	Updated time.Time // the last change of its status; zero where the service does not report it
}

// Used is the last recorded use of a key.
type Used struct {
	At      time.Time // zero if never, or if the service does not say
	Service string    // "" where the service does not tell
}

func ram(action string, params map[string]string, hide ...rules.Secret) call {
	return call{RAM, action, params, hide}
}

type userInfo struct {
	UserID            string `json:"UserId"`
	UserName          string
	UserPrincipalName string
	DisplayName       string
	CreateDate        string
	LastLoginDate     string
}

func (u userInfo) user() User {
	return User{u.UserID, u.UserName, u.UserPrincipalName, u.DisplayName, when(u.CreateDate), when(u.LastLoginDate)}
}

type userAnswer struct {
	answer
	User userInfo
}

type usersAnswer struct {
	answer
	IsTruncated bool
	Marker      string
	Users       *struct{ User []userInfo } // nil: not understood
}

type keysAnswer struct {
	answer
	IsTruncated bool
	Marker      string
	AccessKeys  *struct { // nil: not understood
		AccessKey []struct {
			AccessKeyID string `json:"AccessKeyId"`
			Status      string
			CreateDate  string
			UpdateDate  string
		}
	}
}

func (a keysAnswer) keys() []AccessKey {
	var keys []AccessKey
	for _, k := range a.AccessKeys.AccessKey {
		keys = append(keys, AccessKey{rules.NewSecret(k.AccessKeyID), k.Status, when(k.CreateDate), when(k.UpdateDate)})
	}
	return keys
}

type usedAnswer struct {
	answer
	AccessKeyLastUsed struct {
		LastUsedDate string
		ServiceName  string
	}
}

func (a usedAnswer) used() Used {
	return Used{when(a.AccessKeyLastUsed.LastUsedDate), a.AccessKeyLastUsed.ServiceName}
}

// UsersPage returns the users after marker, "" for the first, and the marker of the next page, "" after the last.
func (c *Client) UsersPage(ctx context.Context, marker string) (users []User, next string, err error) {
	var a usersAnswer
	q := ram("ListUsers", map[string]string{"MaxItems": "100", "Marker": marker})
	if err := c.read(ctx, q, &a); err != nil {
		return nil, "", err
	}
	if a.Users == nil {
		return nil, "", notUnderstood(a.GetHttpStatus())
	}
	for _, u := range a.Users.User {
		users = append(users, u.user())
	}
	if a.IsTruncated && a.Marker != marker {
		next = a.Marker
	}
	return users, next, nil
}

// maxPages ends an endless list. No account can have more.
const maxPages = 200

// ListUsers returns all users of the account, up to 20,000.
func (c *Client) ListUsers(ctx context.Context) ([]User, error) {
	var all []User
	marker := ""
	for range maxPages {
		users, next, err := c.UsersPage(ctx, marker)
		if err != nil {
			return all, err
		}
		all = append(all, users...)
		if next == "" {
			return all, nil
		}
		marker = next
	}
	return all, failure(reason.New("cloud.endless-list"))
}

// GetUser returns the user of that name.
func (c *Client) GetUser(ctx context.Context, name string) (User, error) {
	var a userAnswer
	err := c.read(ctx, ram("GetUser", map[string]string{"UserName": name}), &a)
	return a.User.user(), err
}

// ListAccessKeys returns the keys of a user, the caller's own if user is "".
func (c *Client) ListAccessKeys(ctx context.Context, user string) ([]AccessKey, error) {
	return c.allKeys(ctx, ram("ListAccessKeys", map[string]string{"UserName": user}))
}

// allKeys reads all pages of a list of keys. A user has two at most, but a page may be empty and the next one not.
func (c *Client) allKeys(ctx context.Context, q call) ([]AccessKey, error) {
	var all []AccessKey
	for range maxPages {
		var a keysAnswer
		if err := c.read(ctx, q, &a); err != nil {
			return nil, err
		}
		if a.AccessKeys == nil {
			return nil, notUnderstood(a.GetHttpStatus())
		}
		all = append(all, a.keys()...)
		if !a.IsTruncated || a.Marker == "" || a.Marker == q.params["Marker"] {
			return all, nil
		}
		q.params["Marker"] = a.Marker
	}
	return nil, failure(reason.New("cloud.endless-list"))
}

// UpdateAccessKey makes a user's key Active or Inactive.
func (c *Client) UpdateAccessKey(ctx context.Context, user string, id rules.Secret, status string) error {
	params := map[string]string{"UserName": user, "UserAccessKeyId": id.Reveal(), "Status": status}
	return c.change(ctx, ram("UpdateAccessKey", params, id))
}

// DeleteAccessKey deletes a user's key. Alibaba Cloud keeps it in a recycle bin for a while.
func (c *Client) DeleteAccessKey(ctx context.Context, user string, id rules.Secret) error {
	params := map[string]string{"UserName": user, "UserAccessKeyId": id.Reveal()}
	return c.change(ctx, ram("DeleteAccessKey", params, id))
}

// GetAccessKeyLastUsed returns when a user's key was last used.
func (c *Client) GetAccessKeyLastUsed(ctx context.Context, user string, id rules.Secret) (Used, error) {
	var a usedAnswer
	params := map[string]string{"UserName": user, "UserAccessKeyId": id.Reveal()}
	err := c.read(ctx, ram("GetAccessKeyLastUsed", params, id), &a)
	return a.used(), err
}

// ListGroupsForUser returns the names of the groups that a user is in.
func (c *Client) ListGroupsForUser(ctx context.Context, user string) ([]string, error) {
	var a struct {
		answer
		Groups *struct{ Group []struct{ GroupName string } }
	}
	err := c.read(ctx, ram("ListGroupsForUser", map[string]string{"UserName": user}), &a)
	if err == nil && a.Groups == nil {
		err = notUnderstood(a.GetHttpStatus())
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range a.Groups.Group {
		names = append(names, g.GroupName)
	}
	return names, err
}

// HasLoginProfile reports whether a user can log in to the console. If the user has no
// log-in profile, the service may also answer with an error, which IsAbsent recognizes.
func (c *Client) HasLoginProfile(ctx context.Context, user string) (bool, error) {
	var a struct {
		answer
		LoginProfile *struct{ UserName string }
	}
	if err := c.read(ctx, ram("GetLoginProfile", map[string]string{"UserName": user}), &a); err != nil {
		return false, err
	}
	if a.LoginProfile == nil {
		return false, notUnderstood(a.GetHttpStatus())
	}
	return true, nil
}
