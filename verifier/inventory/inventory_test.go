package inventory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/rules/service"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/inventory"
)

// administrator is a credential as package credentials finds one.
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

func (s *scene) connect(t *testing.T, unpaced bool) *connection.Connection {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: s.server.Endpoints(), Unpaced: unpaced})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *scene) over(t *testing.T, admin rules.Credential) verifier.Verifier {
	t.Helper()
	return s.overNext(t, silent{}, inventory.Options{Admin: administrator{admin}, Connection: s.connect(t, true)})
}

func (s *scene) overNext(t *testing.T, next verifier.Verifier, o inventory.Options) verifier.Verifier {
	t.Helper()
	if o.Connection == nil {
		o.Connection = s.connect(t, false)
	}
	v, err := inventory.Over(next, o)
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
	if got == nil || got.Ours != want.Ours || got.AccountID != want.AccountID || got.User != want.User || !strings.Contains(got.Note.String(), want.Note.String()) {
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
	want(t, "another account's", v.Verify(t.Context(), idOf(stranger.AddKey("x"))), verifier.Owner{Ours: verifier.OursNo, Note: reason.Text("inventory.not-in-account(" + uid)})
	want(t, "root's, which does not show", v.Verify(t.Context(), idOf(s.account.AddRootKey())), verifier.Owner{Ours: verifier.OursNo, Note: reason.Text("inventory.root-hidden")})
	want(t, "the administrator's own", v.Verify(t.Context(), idOf(s.admin)), verifier.Owner{Note: reason.Text("inventory.own-key")})
	for _, c := range []rules.Credential{{Type: service.DashScopeKey, Secret: rules.NewSecret("x")}, {Type: rules.AccessKeySecret, Secret: rules.NewSecret("x")}} {
		if got := v.Verify(t.Context(), c); got.Owner != nil {
			t.Errorf("%s: %+v", c.Type, got.Owner)
		}
	}
}

// known is a Verifier that knows the owner of every key.
type known verifier.Identity

func (k known) Verify(context.Context, rules.Credential) verifier.Verdict {
	return verifier.Verdict{Status: verifier.Exists, Identity: (*verifier.Identity)(&k)}
}

// What STS says of a live key goes before what lists do not show, such as the keys of an account itself,
// and those of a member that the administrator may not search.
func TestIdentityIsKnown(t *testing.T) {
	member := alibabatest.NewAccount()
	s := newScene(t, "AdministratorAccess", member)
	s.account.AddMembers(member)
	arn := func(account, name string) string { return "acs:ram::" + account + ":" + name }
	for _, test := range []struct {
		identity verifier.Identity
		want     verifier.Owner
	}{
		{verifier.Identity{Type: verifier.TypeRoot, AccountID: s.account.UID(), ARN: arn(s.account.UID(), "root")}, verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID()}},
		{verifier.Identity{Type: verifier.TypeRoot, AccountID: member.UID(), ARN: arn(member.UID(), "root")}, verifier.Owner{Ours: verifier.OursYes, AccountID: member.UID()}},
		{verifier.Identity{Type: verifier.TypeUser, AccountID: member.UID(), ARN: arn(member.UID(), "user/ci")}, verifier.Owner{Ours: verifier.OursYes, AccountID: member.UID(), User: "ci"}},
		{verifier.Identity{Type: verifier.TypeRoot, AccountID: "1234567890123456"}, verifier.Owner{Note: reason.Text("inventory.not-in-account")}},
	} {
		v := s.overNext(t, known(test.identity), inventory.Options{Admin: administrator{s.admin.Credential()}})
		want(t, test.identity.ARN, v.Verify(t.Context(), idOf(alibabatest.NewAccount().AddKey("x"))), test.want)
	}
}

// The account itself can list its own keys.
func TestRootAsks(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	v := s.over(t, s.account.AddRootKey().Credential())
	want(t, "root's", v.Verify(t.Context(), idOf(s.account.AddRootKey())), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID()})
}

// lists lets a user or a role list keys, and not ask whose one is.
func lists(t *testing.T, account *alibabatest.Account, who string) {
	t.Helper()
	if err := account.AddPolicy("lister", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:ListUsers","ram:ListAccessKeys"],"Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	if err := account.Attach(who, "lister"); err != nil {
		t.Fatal(err)
	}
}

// Who may not ask whose a key is, lists the keys of all users, page by page and once.
func TestListing(t *testing.T) {
	const users = 201 // three pages
	s := newScene(t, "AdministratorAccess")
	lister := s.account.AddKey("lister")
	lists(t, s.account, "user/lister")
	var keys []*alibabatest.Key
	for i := range users - 2 {
		keys = append(keys, s.account.AddKey(fmt.Sprintf("u%03d", i)))
	}
	v := s.over(t, lister.Credential())
	for _, i := range []int{0, 150, users - 3} {
		user := fmt.Sprintf("u%03d", i)
		want(t, user, v.Verify(t.Context(), idOf(keys[i])), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID(), User: user})
	}
	want(t, "nobody's", v.Verify(t.Context(), idOf(alibabatest.NewAccount().AddKey("x"))), verifier.Owner{Ours: verifier.OursNo})
	if pages, lists := s.server.Calls("Ram", "ListUsers"), s.server.Calls("Ram", "ListAccessKeys"); pages != 3 || lists != users {
		t.Errorf("users were listed %d times and keys %d times, want 3 and %d", pages, lists, users)
	}
	if n := s.server.Calls("Ims", "GetUser"); n != 1 {
		t.Errorf("IMS was asked %d times after it had refused", n-1)
	}
}

// RAM takes ten calls a second: more wait, and what was too much all the same is asked again.
func TestPace(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	lister := s.account.AddKey("lister")
	lists(t, s.account, "user/lister")
	var key *alibabatest.Key
	for i := range 12 {
		key = s.account.AddKey(fmt.Sprint("u", i))
	}
	s.server.InjectFor("Ram", "ListAccessKeys", alibabatest.Throttled(), 1)
	s.server.InjectFor("Ram", "ListUsers", alibabatest.Unavailable(), 1)
	v := s.overNext(t, silent{}, inventory.Options{Admin: administrator{lister.Credential()}})
	want(t, "paced", v.Verify(t.Context(), idOf(key)), verifier.Owner{Ours: verifier.OursYes, AccountID: s.account.UID(), User: "u11"})
	calls := s.server.Recorded()
	if want := 1 + 1 + 2 + 15; len(calls) != want { // who asks, IMS, the users twice, and the keys of 14 users, of one twice
		t.Errorf("%d calls, want %d", len(calls), want)
	}
	calls = slices.DeleteFunc(calls, func(c alibabatest.Call) bool { return c.Service != "Ram" })
	for i := 10; i < len(calls); i++ {
		if d := calls[i].Time.Sub(calls[i-10].Time); d < time.Second {
			t.Errorf("eleven calls of RAM within %s", d)
		}
	}
}

// Who may do neither, knows nothing; and what is not known is never "no".
func TestDenied(t *testing.T) {
	s := newScene(t, "AliyunOSSReadOnlyAccess")
	v := s.over(t, s.admin.Credential()).Verify(t.Context(), idOf(s.account.AddKey("ci")))
	want(t, "denied", v, verifier.Owner{Ours: verifier.OursUnknown, Note: reason.Text("inventory.asking-owner")})
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
		verifier.Owner{Note: reason.Text("inventory.not-in-accounts(1, ")})
	want(t, "one that nobody may look into", v.Verify(t.Context(), idOf(closed.AddKey("ci"))),
		verifier.Owner{Note: reason.Text("inventory.closed-accounts(1)")})
}

// In a member account too, who may not ask lists; and a role that may do neither leaves the answer open.
func TestMembersAreListed(t *testing.T) {
	member, closed := alibabatest.NewAccount(), alibabatest.NewAccount()
	s := newScene(t, "AdministratorAccess", member, closed)
	s.account.AddMembers(member, closed)
	for _, m := range []*alibabatest.Account{member, closed} {
		m.AddRole(alibabatest.Role{Name: "ResourceDirectoryAccountAccessRole",
			Trust: `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::` + s.account.UID() + `:root"]}}],"Version":"1"}`})
	}
	lists(t, member, "role/ResourceDirectoryAccountAccessRole")
	ci, ops := member.AddKey("ci"), member.AddKey("ops")
	s.server.InjectFor("Sts", "AssumeRole", alibabatest.Throttled(), 1)
	v := s.over(t, s.admin.Credential())
	for user, key := range map[string]*alibabatest.Key{"ci": ci, "ops": ops} {
		want(t, user, v.Verify(t.Context(), idOf(key)), verifier.Owner{Ours: verifier.OursYes, AccountID: member.UID(), User: user})
	}
	want(t, "nobody's", v.Verify(t.Context(), idOf(closed.AddKey("ci"))),
		verifier.Owner{Note: reason.Text("inventory.root-hidden), inventory.closed-accounts(1)")})
}

// If the accounts of an organization cannot be listed, the note says that there may be some.
func TestOrganizationIsDenied(t *testing.T) {
	s := newScene(t, "AliyunRAMReadOnlyAccess")
	want(t, "nobody's", s.over(t, s.admin.Credential()).Verify(t.Context(), idOf(alibabatest.NewAccount().AddKey("x"))),
		verifier.Owner{Ours: verifier.OursNo, Note: reason.Text("inventory.unseen-accounts")})
}

// Without a network, all keys together cost one call with its repetitions.
func TestOffline(t *testing.T) {
	s := newScene(t, "AdministratorAccess")
	s.server.InjectFor("Ims", "GetUser", alibabatest.Fault{Reset: true}, -1)
	c, err := connection.New(connection.Options{Endpoints: s.server.Endpoints(), Unpaced: true, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	v := s.overNext(t, silent{}, inventory.Options{Admin: administrator{s.admin.Credential()}, Connection: c})
	for range 5 {
		want(t, "offline", v.Verify(t.Context(), idOf(s.account.AddKey("ci"))), verifier.Owner{Note: reason.Text("inventory.asking-owner")})
	}
	if n := s.server.Calls("Ims", "GetUser"); n != 4 {
		t.Errorf("%d calls, want 4", n)
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
