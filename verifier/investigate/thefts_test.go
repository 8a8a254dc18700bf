package investigate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/verifier/account"
)

// heist tells a theft: each act is one event, of a key or of a session.
type heist struct {
	*account.Snapshot
	at  int
	ids []string
}

func (h *heist) tell(e account.Event) *account.Event {
	e.ID = fmt.Sprint("heist", len(h.ids))
	h.ids = append(h.ids, e.ID)
	h.Events = append(h.Events, e)
	return &h.Events[len(h.Events)-1]
}

func (h *heist) key(key account.KeyRef, user, from, name string, params ...string) *account.Event {
	h.at++
	e := use(key, name, h.at, from, params...)
	e.Actor.Name = user
	return h.tell(e)
}

func (h *heist) session(role, session, from, name string, params ...string) *account.Event {
	h.at++
	e := use("", name, h.at, from, params...)
	e.Actor = account.Actor{Kind: account.AssumedRole, Name: role, Session: session, Account: own}
	return h.tell(e)
}

// heists are thefts of kinds that a rehearsal does not have.
func heists() map[string]func(*heist) {
	return map[string]func(*heist){
		"a chain of roles": func(h *heist) {
			first, away := h.Leaked[0], "192.0.2.30"
			h.key(first, "deployer", away, "AssumeRole", "RoleArn", "acs:ram::"+own+":role/web", "RoleSessionName", "a")
			h.session("web", "a", away, "AssumeRole", "RoleArn", "acs:ram::"+own+":role/deploy", "RoleSessionName", "b")
			h.session("deploy", "b", "192.0.2.31", "CreatePolicyVersion", "PolicyName", "deploy", "SetAsDefault", "true")
			h.session("deploy", "b", "192.0.2.31", "UpdateRole", "RoleName", "web")
			h.session("deploy", "b", "192.0.2.31", "CopyImage", "ImageId", "m-web")
			h.session("deploy", "b", "192.0.2.31", "ModifyImageSharePermission", "ImageId", "m-web")
			h.session("deploy", "b", "192.0.2.31", "RunInstances", "InstanceIds", "i-far")
		},
		"what is there is changed, and put back": func(h *heist) {
			first, away, born := h.Leaked[0], "192.0.2.40", newRef()
			h.key(first, "deployer", away, "StopLogging", "Name", "audit")
			h.key(first, "deployer", away, "CreateAccessKey", "UserName", "ann").Keys = []account.KeyRef{born}
			h.key(born, "ann", "192.0.2.41", "ModifyPrefixList", "PrefixListId", "pl-1")
			h.key(born, "ann", "192.0.2.41", "ModifySecurityGroupRule", "SecurityGroupId", "sg-1")
			h.key(born, "ann", "192.0.2.41", "UpdateUser", "UserName", "ann", "NewUserName", "anna")
			h.key(born, "anna", "192.0.2.41", "UpdateUser", "UserName", "anna", "NewUserName", "ann")
			h.key(born, "ann", "192.0.2.41", "DeleteAccessKey", "UserName", "ann").Keys = []account.KeyRef{born}
			h.key(first, "deployer", away, "StartLogging", "Name", "audit")
		},
		"from key to key to key": func(h *heist) {
			key, user := h.Leaked[0], "deployer"
			for i := range 6 {
				born := newRef()
				h.key(key, user, fmt.Sprint("192.0.2.", 50+i), "CreateAccessKey", "UserName", fmt.Sprint("u", i)).Keys = []account.KeyRef{born}
				h.key(born, fmt.Sprint("u", i), fmt.Sprint("192.0.2.", 51+i), "GetCallerIdentity")
				h.key(key, user, fmt.Sprint("192.0.2.", 50+i), "DeleteUser", "UserName", fmt.Sprint("gone", i))
				key, user = born, fmt.Sprint("u", i)
			}
		},
	}
}

// TestHeists names every act of thefts among 500 events of the company's, and blames nobody else.
func TestHeists(t *testing.T) {
	for name, play := range heists() {
		for seed := range uint64(10) {
			a := healthy()
			a.Users[0].Keys[0].Active = false
			story(a, rand.New(rand.NewPCG(seed, 3)), 500)
			h := &heist{Snapshot: a}
			play(h)
			r := Judge(a, Options{})
			for _, id := range h.ids {
				if !slices.ContainsFunc(r.Tree.Acts, func(act Act) bool { return act.Event == id }) {
					t.Errorf("%s, seed %d: the act %s is not in the tree", name, seed, id)
				}
			}
			if len(r.Tree.Acts) != len(h.ids) {
				t.Errorf("%s, seed %d: %d acts, want %d", name, seed, len(r.Tree.Acts), len(h.ids))
			}
			alarms := 0
			for _, result := range r.Results {
				for _, e := range result.Evidence {
					if !result.Posture && e.Maker != Thief {
						alarms++
						t.Logf("%s: %v", result.Check, e.What)
					}
				}
			}
			if alarms > 1 {
				t.Errorf("%s, seed %d: %d false alarms", name, seed, alarms)
			}
		}
	}
}
