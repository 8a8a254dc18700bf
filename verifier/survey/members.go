package survey

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// MemberRole is the role that the resource directory creates in each account for the management account to assume.
const MemberRole = "ResourceDirectoryAccountAccessRole"

// Directory says whose organization it is. Admin and Connection are required.
type Directory struct {
	Admin      Admin
	Connection *connection.Connection
	Role       string   // that is assumed in each account; the resource directory's own if empty
	Only       []string // the numbers of the accounts that are wanted; all if nil
}

// Member is an account of the administrator's organization.
type Member struct {
	ID, Name string
	Admin    Admin         // who reads it; nil if nobody may
	Why      reason.Reason // then it says why
}

// Members lists the accounts of the administrator's organization, its own first, and enters each. An account that cannot be
// entered is no error. An administrator without an organization has one account.
func Members(ctx context.Context, d Directory) ([]Member, error) {
	client := d.Connection.Client().As(d.Admin)
	me, err := client.GetCallerIdentity(ctx)
	if err != nil {
		return nil, reason.NewError("survey.caller", err)
	}
	listed, err := client.ListAccounts(ctx)
	switch {
	case cloud.Code(err) == "ResourceDirectoryNotInUse": // nobody else belongs to it
	case err != nil && len(d.Only) != 1:
		return nil, reason.NewError("survey.members", err)
	case err != nil: // it need not be listed to be entered
		listed = []cloud.Member{{ID: d.Only[0]}}
	}
	all := []Member{{ID: me.AccountID, Admin: d.Admin}}
	for _, m := range listed {
		if m.ID == me.AccountID {
			all[0].Name = m.Name
			continue
		}
		if d.wants(m.ID) {
			all = append(all, d.enter(ctx, client, m))
		}
	}
	if !d.wants(me.AccountID) {
		all = all[1:]
	}
	return all, ctx.Err()
}

func (d Directory) wants(id string) bool { return len(d.Only) == 0 || slices.Contains(d.Only, id) }

// enter assumes the role in an account once, to see whether it can be.
func (d Directory) enter(ctx context.Context, client *cloud.Client, m cloud.Member) Member {
	role := d.Role
	if role == "" {
		role = MemberRole
	}
	a := &assumed{client: client, role: cloud.Assume{RoleARN: "acs:ram::" + m.ID + ":role/" + role, Session: "akguard"}}
	if _, err := a.Get(ctx); err != nil {
		return Member{ID: m.ID, Name: m.Name, Why: reason.New("survey.not-entered", role, err)}
	}
	return Member{ID: m.ID, Name: m.Name, Admin: a}
}

// assumed is a role, which is assumed again before its session ends: reading an account can take longer.
type assumed struct {
	client *cloud.Client
	role   cloud.Assume

	mu      sync.Mutex
	session cloud.Session
}

// renewBefore is how long before the end of a session a new one is begun.
const renewBefore = 5 * time.Minute

// Get implements Admin.
func (a *assumed) Get(ctx context.Context) (rules.Credential, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.client.Now().Add(renewBefore).Before(a.session.Expires) {
		return a.session.Credential, nil
	}
	session, err := a.client.AssumeRole(ctx, a.role)
	if err != nil {
		return rules.Credential{}, err
	}
	a.session = session
	return session.Credential, nil
}
