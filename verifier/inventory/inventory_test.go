package inventory_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/inventory"
)

// administrator is a credential as package admin finds one.
type administrator struct{ rules.Credential }

func (a administrator) Get(context.Context) (rules.Credential, error) { return a.Credential, nil }
func (a administrator) Owns(id rules.Secret) bool                     { return id.Reveal() == a.ID.Reveal() }

// silent is a Verifier that knows nothing.
type silent struct{}

func (silent) Verify(context.Context, rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Exists}
}

// scene is an account with an administrator, and a server for it and others.
type scene struct {
	account *alibabatest.Account
	admin   *alibabatest.Key
	server  *alibabatest.Server
}

func newScene(t *testing.T, policy string, others ...*alibabatest.Account) *scene {
	t.Helper()
	account := alibabatest.NewAccount()
	admin := account.AddKey("admin")
	if err := account.Attach("user/admin", policy); err != nil {
		t.Fatal(err)
	}
	server, err := alibabatest.NewServer(append(others, account)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return &scene{account, admin, server}
}

func (s *scene) over(t *testing.T, admin rules.Credential) verifier.Verifier {
	t.Helper()
	v, err := inventory.Over(silent{}, inventory.Options{
		Admin:     administrator{admin},
		Endpoints: inventory.Endpoints{STS: s.server.URL, RAM: s.server.URL, IMS: s.server.URL, ResourceManager: s.server.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func idOf(k *alibabatest.Key) rules.Credential {
	return rules.Credential{Type: rules.AccessKeyID, ID: k.Credential().ID}
}

func want(t *testing.T, what string, v verifier.Verdict, want verifier.Owner) {
	t.Helper()
	got := v.Owner
	if got == nil || got.Ours != want.Ours || got.AccountID != want.AccountID || got.User != want.User || !strings.Contains(got.Note, want.Note) {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
	if v.Status != verifier.Exists {
		t.Errorf("%s: the verdict was changed: %+v", what, v)
	}
}

func TestOwners(t *testing.T) {
	stranger := alibabatest.NewAccount()
	s := newScene(t, "AdministratorAccess", stranger)
	v := s.over(t, s.admin.Credential())
	off := s.account.AddKey("old")
	off.SetStatus(alibabatest.Inactive)
	uid := s.account.UID()
	want(t, "a user's", v.Verify(t.Context(), idOf(s.account.AddKey("ci"))), verifier.Owner{Ours: verifier.OursYes, AccountID: uid, User: "ci"})
	want(t, "a disabled one", v.Verify(t.Context(), idOf(off)), verifier.Owner{Ours: verifier.OursYes, AccountID: uid, User: "old"})
	want(t, "another account's", v.Verify(t.Context(), idOf(stranger.AddKey("x"))), verifier.Owner{Ours: verifier.OursNo, Note: "not a key of a user of account " + uid})
	want(t, "root's, which does not show", v.Verify(t.Context(), idOf(s.account.AddRootKey())), verifier.Owner{Ours: verifier.OursNo, Note: "(root) would not show"})
	want(t, "the administrator's own", v.Verify(t.Context(), idOf(s.admin)), verifier.Owner{Note: "the administrator's own key"})
	for _, c := range []rules.Credential{{Type: rules.DashScopeKey, Secret: rules.NewSecret("x")}, {Type: rules.AccessKeySecret, Secret: rules.NewSecret("x")}} {
		if got := v.Verify(t.Context(), c); got.Owner != nil {
			t.Errorf("%s: %+v", c.Type, got.Owner)
		}
	}
}

// known is a Verifier that was told whose every key is.
type known verifier.Identity

func (k known) Verify(context.Context, rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Exists, Identity: (*verifier.Identity)(&k)}
}

// What STS says of a live key goes before what the lists do not show: the keys of the account itself.
func TestIdentityIsKnown(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	for account, owner := range map[string]verifier.Owner{
		s.account.UID():    {Ours: verifier.OursYes, AccountID: s.account.UID()},
		"1234567890123456": {Ours: verifier.OursNo, Note: "not a key of a user"},
	} {
		v, err := inventory.Over(known{Type: verifier.TypeRoot, AccountID: account}, inventory.Options{
			Admin:     administrator{s.admin.Credential()},
			Endpoints: inventory.Endpoints{STS: s.server.URL, RAM: s.server.URL, IMS: s.server.URL, ResourceManager: s.server.URL},
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, account, v.Verify(t.Context(), idOf(s.account.AddRootKey())), owner)
	}
}

// The account itself is told its own keys.
func TestRootAsks(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	v := s.over(t, s.account.AddRootKey().Credential())
	want(t, "root's", v.Verify(t.Context(), idOf(s.account.AddRootKey())), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID()})
}

// Who may not ask whose a key is, lists all keys, once.
func TestListing(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	if err := s.account.AddPolicy("lister", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:ListUsers","ram:ListAccessKeys"],"Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	lister := s.account.AddKey("lister")
	if err := s.account.Attach("user/lister", "lister"); err != nil {
		t.Fatal(err)
	}
	keys := []*alibabatest.Key{s.account.AddKey("a"), s.account.AddKey("b"), s.account.AddKey("a")}
	v := s.over(t, lister.Credential())
	for i, user := range []string{"a", "b", "a"} {
		want(t, user, v.Verify(t.Context(), idOf(keys[i])), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID(), User: user})
	}
	if n := s.server.Calls("Ram", "ListUsers"); n != 1 {
		t.Errorf("users were listed %d times", n)
	}
}

// Who may do neither, knows nothing; and what is not known is never "no".
func TestDenied(t *testing.T) {
	s := newScene(t, "AliyunOSSReadOnlyAccess")
	v := s.over(t, s.admin.Credential()).Verify(t.Context(), idOf(s.account.AddKey("ci")))
	want(t, "denied", v, verifier.Owner{Ours: verifier.OursUnknown, Note: "asking whose the key is"})
}

func TestMembers(t *testing.T) {
	member, closed := alibabatest.NewAccount(), alibabatest.NewAccount()
	s := newScene(t, "AdministratorAccess", member, closed)
	s.account.AddMembers(member, closed)
	member.AddRole(alibabatest.Role{Name: "ResourceDirectoryAccountAccessRole",
		Trust: `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::` + s.account.UID() + `:root"]}}],"Version":"1"}`})
	if err := member.Attach("role/ResourceDirectoryAccountAccessRole", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	v := s.over(t, s.admin.Credential())
	want(t, "a member's", v.Verify(t.Context(), idOf(member.AddKey("ci"))), verifier.Owner{Ours: verifier.OursYes, AccountID: member.UID(), User: "ci"})
	want(t, "nobody's", v.Verify(t.Context(), idOf(alibabatest.NewAccount().AddKey("ci"))),
		verifier.Owner{Note: "nor of 1 more of its organization"})
	want(t, "one that nobody may look into", v.Verify(t.Context(), idOf(closed.AddKey("ci"))),
		verifier.Owner{Note: "; 1 of its organization could not be looked into"})
}

// Without a network, all keys together cost one timeout.
func TestOffline(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	s.server.InjectFor("Ims", "GetUser", alibabatest.Fault{Reset: true}, -1)
	v := s.over(t, s.admin.Credential())
	for range 5 {
		want(t, "offline", v.Verify(t.Context(), idOf(s.account.AddKey("ci"))), verifier.Owner{Note: "asking whose the key is"})
	}
	if n := s.server.Calls("Ims", "GetUser"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

// A key is asked about once, and again where the service was too busy. The leaked secret is never used.
func TestCalls(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	v := s.over(t, s.admin.Credential())
	key := s.account.AddKey("ci")
	s.server.InjectFor("Ims", "GetUser", alibabatest.Throttled(), 1)
	for range 3 {
		want(t, "throttled once", v.Verify(t.Context(), key.Credential()), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID(), User: "ci"})
	}
	if n := s.server.Calls("Ims", "GetUser"); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
	if at, _ := key.LastUsed(); !at.IsZero() {
		t.Errorf("the leaked key was used at %s", at)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if got := v.Verify(ctx, idOf(s.account.AddKey("ci2"))); got.Owner == nil || got.Owner.Ours != verifier.OursUnknown {
		t.Errorf("stopped: %+v", got.Owner)
	}
}
