package investigate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/verifier/account"
)

// story adds the events of a day on which nothing happens: administrators create users, keys, rules and instances, and programs use
// the leaked key from where they always did.
func story(a *account.Snapshot, random *rand.Rand, events int) {
	admin, program := newRef(), a.Leaked[0]
	for i := range 40 { // the month before
		a.Events = append(a.Events, use(program, "PutObject", -1000-i, office))
	}
	for i := range events {
		at := random.IntN(590)
		e := use(program, "PutObject", at, office)
		switch n := fmt.Sprint("n", i); i % 6 {
		case 1:
			e = use(admin, "CreateUser", at, "203.0.113.9", "UserName", n)
			a.Users = append(a.Users, account.User{Name: n, Created: e.Time})
		case 2:
			e = use(admin, "RunInstances", at, "203.0.113.9", "InstanceIds", n)
			a.Instances = append(a.Instances, account.Instance{ID: n, Region: e.Region, Created: e.Time})
		case 3:
			e = use(admin, "AuthorizeSecurityGroup", at, "203.0.113.9", "SecurityGroupId", n)
			a.SecurityGroups = append(a.SecurityGroups, account.SecurityGroup{ID: n, Region: e.Region, VPC: "vpc-1", Created: minute(-900), Rules: []account.Rule{
				{Direction: "ingress", Policy: "accept", Protocol: "tcp", Ports: "22/22", Source: "0.0.0.0/0", Created: e.Time}}})
		case 4:
			e = use(admin, "AttachPolicyToUser", at, "203.0.113.9", "UserName", "ann", "PolicyName", n)
			a.Users[0].Policies = append(a.Users[0].Policies, account.Attached{Policy: n, At: e.Time})
		}
		if e.Actor.Key == admin {
			e.Actor.Name = "admin"
		}
		e.ID += fmt.Sprint(i)
		a.Events = append(a.Events, e)
	}
}

// TestTheft finds twelve acts among five hundred events, some by identities that the thief made, and blames nobody else.
func TestTheft(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		a := healthy()
		a.Users[0].Keys[0].Active = false
		story(a, random, 500)
		second, third := newRef(), newRef()
		acts := theft(a, second, third)
		r := Judge(a, Options{})
		for _, id := range acts {
			if !slices.ContainsFunc(r.Tree.Acts, func(act Act) bool { return act.Event == id }) {
				t.Errorf("seed %d: the act %s is not in the tree", seed, id)
			}
		}
		if len(r.Tree.Acts) != len(acts) {
			t.Errorf("seed %d: %d acts, want %d", seed, len(r.Tree.Acts), len(acts))
		}
		for _, result := range r.Results {
			for _, e := range result.Evidence {
				if !result.Posture && e.Maker != Thief {
					t.Errorf("seed %d: %s: a false alarm: %v", seed, result.Check, e.What)
				}
			}
		}
	}
}

// theft adds the acts of a thief who goes on with new identities, and returns the IDs of their events.
func theft(a *account.Snapshot, second, third account.KeyRef) []string {
	var ids []string
	act := func(e *account.Event) *account.Event {
		e.ID = fmt.Sprint("act", len(ids))
		ids = append(ids, e.ID)
		return e
	}
	act(thief(a, "GetCallerIdentity", 1))
	act(thief(a, "ListUsers", 2)).Write = false
	act(thief(a, "StopLogging", 3, "Name", "audit"))
	act(thief(a, "CreateUser", 4, "UserName", "support"))
	act(thief(a, "CreateLoginProfile", 5, "UserName", "support"))
	act(thief(a, "CreateAccessKey", 6, "UserName", "support")).Keys = []account.KeyRef{second}
	by := func(key account.KeyRef, user, name, from string, at int, params ...string) *account.Event {
		e := use(key, name, at, from, params...)
		e.Actor.Name = user
		a.Events = append(a.Events, e)
		return act(&a.Events[len(a.Events)-1])
	}
	by(second, "support", "CreateAccessKey", "192.0.2.7", 7, "UserName", "ann").Keys = []account.KeyRef{third}
	by(third, "ann", "RunInstances", "192.0.2.8", 8, "InstanceIds", "i-miner")
	by(third, "ann", "AssumeRole", "192.0.2.8", 9, "RoleArn", "acs:ram::"+own+":role/web", "RoleSessionName", "x")
	e := use("", "DeleteSnapshot", 10, "192.0.2.9", "SnapshotId", "s-1")
	e.Actor = account.Actor{Kind: account.AssumedRole, Name: "web", Session: "x", Account: own}
	a.Events = append(a.Events, e)
	act(&a.Events[len(a.Events)-1])
	by("", "support", "InvokeCommand", "192.0.2.10", 11, "InvokeId", "t-1")
	by(second, "support", "DeleteUser", "192.0.2.7", 12, "UserName", "support")
	return ids
}

// TestOwner has calls that look like a thief's and are the owner's.
func TestOwner(t *testing.T) {
	a := healthy()
	desk := "203.0.113.77"
	check := use(a.Leaked[0], "GetCallerIdentity", 20, desk)
	freeze := use(a.Leaked[0], "UpdateAccessKey", 21, desk, "Status", "Inactive")
	freeze.Keys = a.Leaked
	other := use(newRef(), "CreateUser", 22, desk, "UserName", "new")
	a.Events = append(a.Events, check, freeze, other)
	r := Judge(a, Options{})
	if len(r.Tree.Acts) != 1 || r.Tree.Acts[0].Event != check.ID || len(r.Tree.Addresses) != 0 {
		t.Errorf("acts %v, addresses %v", r.Tree.Acts, r.Tree.Addresses)
	}
}

// TestFreshEvents looks again only while somebody can still act.
func TestFreshEvents(t *testing.T) {
	a := healthy()
	a.Ledger = append(a.Ledger, account.Entry{Ask: account.Ask{Service: "actiontrail", Action: "LookupEvents"}, From: minute(590), To: minute(600), Outcome: account.TooFresh, Again: minute(610)})
	if got := status(Judge(a, Options{}), "key-used").Status; got != Clear {
		t.Errorf("the key was disabled at minute 500: %s", got)
	}
	a.Users[0].Keys[0].Active = true
	if got := status(Judge(a, Options{}), "key-used").Status; got != Blind {
		t.Errorf("the key still works: %s", got)
	}
}

// TestFollow asks for the events of what the thief made.
func TestFollow(t *testing.T) {
	a := healthy()
	born := newRef()
	thief(a, "CreateUser", 4, "UserName", "support")
	thief(a, "CreateAccessKey", 6, "UserName", "support").Keys = []account.KeyRef{born}
	got := Follow(Known{})(a)
	wanted := []account.Lookup{
		{By: account.ByKey, Key: a.Leaked[0]}, {By: account.ByKey, Key: born}, {By: account.ByUser, Value: "support"}, {By: account.ByAddress, Value: lair},
	}
	for _, want := range wanted {
		want.Region = "us-east-1"
		if !slices.Contains(got, want) {
			t.Errorf("%+v is not asked for", want)
		}
	}
	denied(a, "actiontrail", "LookupEvents")
	got = Follow(Known{})(a)
	for _, want := range wanted {
		if !slices.Contains(got, want) {
			t.Errorf("events are missing, and %+v is not asked for", want)
		}
	}
}

// TestDisabledKey has a key that the thief made and somebody has disabled since: it is there once, and disabled.
func TestDisabledKey(t *testing.T) {
	a := healthy()
	born := newRef()
	thief(a, "CreateAccessKey", 6, "UserName", "ann").Keys = []account.KeyRef{born}
	a.Users[0].Keys = append(a.Users[0].Keys, account.Key{Ref: born, Created: minute(6), Updated: minute(60)})
	got := status(Judge(a, Options{}), "keys").Evidence
	if len(got) != 1 || got[0].State != Off || got[0].Maker != Thief {
		t.Errorf("%+v", got)
	}
}
