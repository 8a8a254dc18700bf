package alibabatest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
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

type user struct {
	User
	id       string
	updated  time.Time
	attached []attachment
}

type group struct {
	name, id string
	created  time.Time
	users    []string
	attached []attachment
}

type role struct {
	Role
	id       string
	attached []attachment
}

// attachment is a policy that somebody has.
type attachment struct {
	kind, name string // "System" or "Custom", and the policy's name
	date       time.Time
}

// AddUser adds the user, or replaces what was said of it before. Its keys and policies stay.
func (a *Account) AddUser(u User) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.putUser(u)
}

func (a *Account) putUser(u User) *user {
	old, ok := a.users[u.Name]
	if !ok {
		old = &user{id: "2" + random(digits, 15)}
		a.users[u.Name] = old
	}
	u.DisplayName = cmp.Or(u.DisplayName, u.Name)
	if u.Created.IsZero() {
		u.Created = a.clock()
	}
	old.User, old.updated = u, u.Created
	return old
}

// seeUser adds the user if it is new.
func (a *Account) seeUser(name string) *user {
	if u, ok := a.users[name]; ok {
		return u
	}
	return a.putUser(User{Name: name})
}

// RecycleUser moves the user to the recycle bin of users, and its keys with it: they are deleted, and come back with the
// user. Whether the service keeps them so is inferred from the field UserRecycled of a recycled key.
func (a *Account) RecycleUser(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	u, ok := a.users[name]
	if !ok {
		return
	}
	delete(a.users, name)
	u.updated = a.clock()
	a.recycled[name] = u
	for _, k := range a.keysOf(name, Active, Inactive) {
		k.set(Recycled, u.updated)
	}
}

// UserID returns the user's number, with which IMS knows it; empty if there is no such user.
func (a *Account) UserID(name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if u, ok := a.users[name]; ok {
		return u.id
	}
	return ""
}

// PrincipalName returns what IMS calls the user: <name>@<uid>.onaliyun.com.
func (a *Account) PrincipalName(user string) string { return user + "@" + a.Domain() }

// AddGroup adds a group, with these users besides those that it may have. It adds the users at first sight.
func (a *Account) AddGroup(name string, users ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g, ok := a.groups[name]
	if !ok {
		g = &group{name: name, id: "g-" + random(alphanum, 16), created: a.clock()}
		a.groups[name] = g
	}
	for _, u := range users {
		a.seeUser(u)
		if !slices.Contains(g.users, u) {
			g.users = append(g.users, u)
		}
	}
}

// AddRole adds the role, or replaces what was said of it before. Its sessions and policies stay.
func (a *Account) AddRole(r Role) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.putRole(r)
}

func (a *Account) putRole(r Role) *role {
	old, ok := a.roles[r.Name]
	if !ok {
		old = &role{id: "3" + random(digits, 15)}
		a.roles[r.Name] = old
	}
	r.Trust = cmp.Or(r.Trust, `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["`+
		a.arn("root")+`"]}}],"Version":"1"}`)
	r.MaxSession = cmp.Or(r.MaxSession, time.Hour)
	if r.Created.IsZero() {
		r.Created = a.clock()
	}
	old.Role = r
	return old
}

func (a *Account) seeRole(name string) *role {
	if r, ok := a.roles[name]; ok {
		return r
	}
	return a.putRole(Role{Name: name})
}

// Attach gives the policies, custom or system, to somebody: "user/ci", "group/ops" or "role/deploy", all of which
// must exist.
func (a *Account) Attach(to string, policies ...string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.attachments(to)
	if list == nil {
		return fmt.Errorf("attaching policies to %q: there is none", to)
	}
	for _, name := range policies {
		kind := "Custom"
		if _, ok := a.policies[name]; !ok {
			kind = "System"
		}
		if _, ok := a.policy(kind, name); !ok {
			return fmt.Errorf("attaching policy %q to %q: there is no such policy", name, to)
		}
		attach(list, attachment{kind, name, a.clock()})
	}
	return nil
}

// attach reports whether the policy was not attached before.
func attach(list *[]attachment, at attachment) bool {
	same := func(other attachment) bool { return other.kind == at.kind && other.name == at.name }
	if slices.ContainsFunc(*list, same) {
		return false
	}
	*list = append(*list, at)
	return true
}

// detach reports whether the policy was attached before.
func detach(list *[]attachment, kind, name string) bool {
	before := len(*list)
	*list = slices.DeleteFunc(*list, func(at attachment) bool { return at.kind == kind && at.name == name })
	return len(*list) < before
}

// Attached returns the names of the policies that "user/ci", "group/ops" or "role/deploy" has, in the order in
// which they came. Of a user, these are its own, not its groups'.
func (a *Account) Attached(to string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.attachments(to)
	if list == nil {
		return nil
	}
	var names []string
	for _, at := range *list {
		names = append(names, at.name)
	}
	return names
}

// attachments returns nil if nobody has that name.
func (a *Account) attachments(to string) *[]attachment {
	kind, name, _ := strings.Cut(to, "/")
	switch kind {
	case "user":
		if u, ok := a.users[name]; ok {
			return &u.attached
		}
	case "group":
		if g, ok := a.groups[name]; ok {
			return &g.attached
		}
	case "role":
		if r, ok := a.roles[name]; ok {
			return &r.attached
		}
	}
	return nil
}

// groupsOf returns the user's groups by name.
func (a *Account) groupsOf(user string) []*group {
	var found []*group
	for _, g := range a.groups {
		if slices.Contains(g.users, user) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(a, b *group) int { return cmp.Compare(a.name, b.name) })
	return found
}
