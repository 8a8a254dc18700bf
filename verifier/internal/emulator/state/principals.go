package state

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
)

// User is a RAM user. Only the name is needed.
type User struct {
	Name        string
	DisplayName string // Name if empty
	Email       string
	Comments    string
	Created     time.Time // now if zero
	LastLogin   time.Time // in the console; never if zero
	Console     bool      // has a log-in profile: may log in with a password
	MFARequired bool      // of that profile
	MFA         bool      // has a second factor bound
}

// Role is a RAM role. Only the name is needed.
type Role struct {
	Name        string
	Description string
	Trust       string        // the trust policy; if empty, the account's own users may assume the role
	MaxSession  time.Duration // an hour if zero
	Created     time.Time     // now if zero
}

// UserRecord is a user with the service's records of it.
type UserRecord struct {
	User
	ID       string
	Updated  time.Time
	Profile  time.Time // when the log-in profile was made
	Attached []Attachment
	Services []account.Service
}

// Group is a RAM group.
type Group struct {
	Name, ID string
	Created  time.Time
	Users    []string
	Joined   map[string]time.Time // when each user came
	Attached []Attachment
}

// Join adds a user, and reports whether it was not in the group.
func (g *Group) Join(user string, now time.Time) bool {
	if slices.Contains(g.Users, user) {
		return false
	}
	g.Users = append(g.Users, user)
	if g.Joined == nil {
		g.Joined = map[string]time.Time{}
	}
	g.Joined[user] = now
	return true
}

// RoleRecord is a role with the service's records of it.
type RoleRecord struct {
	Role
	ID       string
	Updated  time.Time
	Attached []Attachment
}

// Attachment is a policy that somebody has.
type Attachment struct {
	Kind, Name string // "System" or "Custom", and the policy's name
	Date       time.Time
}

// AddUser adds the user, or replaces an earlier definition. Its keys and policies stay.
func (a *Account) AddUser(u User) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.PutUser(u)
}

// PutUser adds the user. The caller holds Mu.
func (a *Account) PutUser(u User) *UserRecord {
	old, ok := a.Users[u.Name]
	if !ok {
		old = &UserRecord{ID: "2" + RandomText(digits, 15)}
		a.Users[u.Name] = old
	}
	u.DisplayName = cmp.Or(u.DisplayName, u.Name)
	if u.Created.IsZero() {
		u.Created = a.Now()
	}
	old.User, old.Updated, old.Profile = u, u.Created, u.Created
	return old
}

// seeUser adds the user if it is new.
func (a *Account) seeUser(name string) *UserRecord {
	if u, ok := a.Users[name]; ok {
		return u
	}
	return a.PutUser(User{Name: name})
}

// RecycleUser moves the user to the recycle bin of users, and its keys with it: they are deleted, and come back with the
// user. That the service keeps them is inferred from the field UserRecycled of a recycled key.
func (a *Account) RecycleUser(name string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.Recycle(name)
}

// Recycle is RecycleUser. The caller holds Mu.
func (a *Account) Recycle(name string) {
	u, ok := a.Users[name]
	if !ok {
		return
	}
	delete(a.Users, name)
	u.Updated = a.Now()
	a.Recycled[name] = u
	for _, k := range a.KeysOf(name, Active, Inactive) {
		k.Set(Recycled, u.Updated)
	}
}

// UserID returns the user's number, with which IMS knows it; empty if there is no such user.
func (a *Account) UserID(name string) string {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	if u, ok := a.Users[name]; ok {
		return u.ID
	}
	return ""
}

// PrincipalName returns what IMS calls the user: <name>@<uid>.onaliyun.com.
func (a *Account) PrincipalName(user string) string { return user + "@" + a.Domain() }

// AddGroup adds a group, with these users besides those that it may have. It adds users that are new.
func (a *Account) AddGroup(name string, users ...string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	g := a.PutGroup(name)
	for _, u := range users {
		a.seeUser(u)
		g.Join(u, a.Now())
	}
}

// PutGroup adds the group, unless there is one. The caller holds Mu.
func (a *Account) PutGroup(name string) *Group {
	g, ok := a.Groups[name]
	if !ok {
		g = &Group{Name: name, ID: "g-" + RandomText(Alphanum, 16), Created: a.Now()}
		a.Groups[name] = g
	}
	return g
}

// AddRole adds the role, or replaces an earlier definition. Its sessions and policies stay.
func (a *Account) AddRole(r Role) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	a.PutRole(r)
}

// PutRole adds the role. The caller holds Mu.
func (a *Account) PutRole(r Role) *RoleRecord {
	old, ok := a.Roles[r.Name]
	if !ok {
		old = &RoleRecord{ID: "3" + RandomText(digits, 15)}
		a.Roles[r.Name] = old
	}
	r.Trust = cmp.Or(r.Trust, `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["`+
		a.ARN("root")+`"]}}],"Version":"1"}`)
	r.MaxSession = cmp.Or(r.MaxSession, time.Hour)
	if r.Created.IsZero() {
		r.Created = a.Now()
	}
	old.Role, old.Updated = r, r.Created
	return old
}

func (a *Account) seeRole(name string) *RoleRecord {
	if r, ok := a.Roles[name]; ok {
		return r
	}
	return a.PutRole(Role{Name: name})
}

// Attach gives the policies, custom or system, to somebody: "user/ci", "group/ops" or "role/deploy", all of which
// must exist.
func (a *Account) Attach(to string, policies ...string) error {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	list := a.Attachments(to)
	if list == nil {
		return fmt.Errorf("attaching policies to %q: there is none", to)
	}
	for _, name := range policies {
		kind := "Custom"
		if _, ok := a.Policies[name]; !ok {
			kind = "System"
		}
		if _, ok := a.FindPolicy(kind, name); !ok {
			return fmt.Errorf("attaching policy %q to %q: there is no such policy", name, to)
		}
		Attach(list, Attachment{kind, name, a.Now()})
	}
	return nil
}

// Attach reports whether the policy was not attached before.
func Attach(list *[]Attachment, at Attachment) bool {
	same := func(other Attachment) bool { return other.Kind == at.Kind && other.Name == at.Name }
	if slices.ContainsFunc(*list, same) {
		return false
	}
	*list = append(*list, at)
	return true
}

// Detach reports whether the policy was attached before.
func Detach(list *[]Attachment, kind, name string) bool {
	before := len(*list)
	*list = slices.DeleteFunc(*list, func(at Attachment) bool { return at.Kind == kind && at.Name == name })
	return len(*list) < before
}

// Attached returns the names of the policies that "user/ci", "group/ops" or "role/deploy" has, in the order in
// which they came. Of a user, these are its own, not its groups'.
func (a *Account) Attached(to string) []string {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	list := a.Attachments(to)
	if list == nil {
		return nil
	}
	var names []string
	for _, at := range *list {
		names = append(names, at.Name)
	}
	return names
}

// Attachments returns nil if there is no such user, group or role.
func (a *Account) Attachments(to string) *[]Attachment {
	kind, name, _ := strings.Cut(to, "/")
	switch kind {
	case "user":
		if u, ok := a.Users[name]; ok {
			return &u.Attached
		}
	case "group":
		if g, ok := a.Groups[name]; ok {
			return &g.Attached
		}
	case "role":
		if r, ok := a.Roles[name]; ok {
			return &r.Attached
		}
	}
	return nil
}

// GroupsOf returns the user's groups by name.
func (a *Account) GroupsOf(user string) []*Group {
	var found []*Group
	for _, g := range a.Groups {
		if slices.Contains(g.Users, user) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(a, b *Group) int { return cmp.Compare(a.Name, b.Name) })
	return found
}
