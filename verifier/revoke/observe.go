package revoke

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// Observe reads the state of an action's target.
func (r *Revoker) Observe(ctx context.Context, a revocation.Action) (revocation.State, error) {
	if a.OnPolicy() {
		return r.observePolicy(ctx, a)
	}
	state, err := r.observeKey(ctx, a)
	if err != nil || a.Kind != revocation.Quarantine && a.Kind != revocation.Release || state.Key != revocation.Active && state.Key != revocation.Inactive {
		return state, err
	}
	state.Network, err = r.network(ctx, a.Target)
	return state, err
}

// observeKey trusts a list that contains the key. If none does, the key counts as gone only if STS does not know its ID.
func (r *Revoker) observeKey(ctx context.Context, a revocation.Action) (revocation.State, error) {
	if a.Leaked && r.self != nil { // an administrator can do it as well
		return r.observeSelf(ctx, a.Target)
	}
	keys, err := r.listKeys(ctx, a.Target)
	userGone := cloud.IsAbsent(err)
	if err != nil && !userGone {
		return revocation.State{}, err
	}
	if k, ok := r.pick(keys, a.Target.Fingerprint); ok {
		return listed(k)
	}
	state, err := r.observeBins(ctx, a.Target, userGone)
	if err != nil || state.Key == revocation.Recycled {
		return state, err
	}
	return state, r.confirmGone(ctx, a.Target, userGone)
}

// listKeys lists the keys of a target's owner.
func (r *Revoker) listKeys(ctx context.Context, t revocation.Target) ([]cloud.AccessKey, error) {
	var keys []cloud.AccessKey
	var err error
	switch {
	case t.Owner.User != "":
		keys, err = r.userKeys(ctx, t.Owner.User)
	case r.isRoot():
		keys, err = r.cloud.IdentityKeys(ctx, "")
	default:
		return nil, change.Fail(reason.New("revoke.root-key", t.ID), reason.New("revoke.root-steps", change.Hotline))
	}
	if err != nil && !cloud.IsAbsent(err) {
		err = change.FailCall(reason.New("revoke.reading-state", t.ID, err), err)
	}
	return keys, err
}

func listed(k cloud.AccessKey) (revocation.State, error) {
	switch k.Status {
	case cloud.Active:
		return revocation.State{Key: revocation.Active}, nil
	case cloud.Inactive:
		return revocation.State{Key: revocation.Inactive}, nil
	}
	unknown := reason.New("revoke.unknown-status", k.Status)
	return revocation.State{}, change.Fail(reason.New("revoke.reading-state", k.ID.String(), unknown), reason.New("revoke.look-in-console"))
}

// observeBins looks for a key that its user does not have any more: in the recycle bin of keys and, if the user itself is
// gone, in that of users, from which the key would come back. A root key has no documented bin.
func (r *Revoker) observeBins(ctx context.Context, t revocation.Target, userGone bool) (revocation.State, error) {
	if t.Owner.UserID == "" {
		return revocation.State{Key: revocation.Deleted}, nil
	}
	state, err := r.observeKeyBin(ctx, t)
	if err != nil || state.Key == revocation.Recycled || !userGone {
		return state, err
	}
	users, err := r.cloud.RecycledUsers(ctx)
	switch {
	case cloud.IsDenied(err):
		return revocation.State{Key: revocation.Deleted}, nil
	case err != nil:
		return revocation.State{}, change.FailCall(reason.New("revoke.reading-user-bin", t.ID, err), err)
	}
	for _, u := range users {
		if u.ID == t.Owner.UserID {
			return revocation.State{Key: revocation.UserRecycled}, nil
		}
	}
	return state, nil
}

func (r *Revoker) observeKeyBin(ctx context.Context, t revocation.Target) (revocation.State, error) {
	keys, err := r.cloud.RecycledKeys(ctx, t.Owner.UserID)
	switch {
	case cloud.IsDenied(err):
		return revocation.State{Key: revocation.Deleted}, nil
	case cloud.IsAbsent(err):
		return revocation.State{Key: revocation.Gone}, nil
	case err != nil:
		return revocation.State{}, change.FailCall(reason.New("revoke.reading-bin", t.ID, err), err)
	}
	for _, k := range keys {
		if r.is(k.ID, t.Fingerprint) {
			return revocation.State{Key: revocation.Recycled}, nil
		}
	}
	return revocation.State{Key: revocation.Gone}, nil
}

// confirmGone asks STS about the ID of a key that RAM does not list. STS looks up the ID before it checks the signature,
// so a made-up secret is enough. Anything but "not found" contradicts RAM, and then the state is unknown. A plan holds no ID;
// without one, a list of the user's other keys is believed, but not that the user does not exist.
func (r *Revoker) confirmGone(ctx context.Context, t revocation.Target, userGone bool) error {
	if r.id(t).IsZero() {
		if userGone {
			return change.Fail(reason.New("revoke.user-not-found", t.ID, t.Owner.User), reason.New("revoke.look-in-console"))
		}
		return nil
	}
	probe := rules.Credential{Type: rules.AccessKey, ID: r.id(t), Secret: madeUpSecret()}
	_, err := r.cloud.AsKey(probe).GetCallerIdentity(ctx)
	switch code := cloud.Code(err); {
	case code == "InvalidAccessKeyId.NotFound":
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case code == "" || cloud.IsTransient(err):
		return change.FailCall(reason.New("revoke.reading-state", t.ID, err), err)
	}
	return change.Fail(reason.New("revoke.contradiction", t.ID, cloud.Code(err)), reason.New("revoke.look-in-console"))
}

// observeSelf derives the state of the leaked key from STS's answer, which needs no permission.
func (r *Revoker) observeSelf(ctx context.Context, t revocation.Target) (revocation.State, error) {
	if !r.is(r.Leaked.ID, t.Fingerprint) {
		return revocation.State{}, change.Fail(reason.New("revoke.another-keys-secret", t.ID), reason.New("revoke.name-report-of-key"))
	}
	identity, err := r.self.GetCallerIdentity(ctx)
	if err == nil && identity.AccountID != t.Owner.Account {
		err = reason.NewError("revoke.key-of-other-account")
	}
	switch cloud.Code(err) {
	case "InvalidAccessKeyId.Inactive":
		return revocation.State{Key: revocation.Inactive}, nil
	case "InvalidAccessKeyId.NotFound":
		return revocation.State{Key: revocation.Deleted}, nil
	case "NoPermission", "Forbidden.AccessDenied", "Forbidden": // only a working key gets these
		return revocation.State{Key: revocation.Active}, nil
	}
	if err != nil {
		return revocation.State{}, change.FailCall(reason.New("revoke.reading-state", t.ID, err), err)
	}
	return revocation.State{Key: revocation.Active}, nil
}

func (r *Revoker) network(ctx context.Context, t revocation.Target) (string, error) {
	document, err := r.cloud.AccessKeyPolicy(ctx, t.Owner.Principal, r.id(t))
	if err != nil {
		return "", change.FailCall(reason.New("revoke.reading-network", t.ID, err), err)
	}
	network, err := keypolicy.Canonical(document)
	if err != nil {
		return "", change.Fail(reason.New("revoke.reading-network", t.ID, err), reason.New("revoke.look-in-console"))
	}
	return network, nil
}

// id returns the ID of a target that has been seen.
func (r *Revoker) id(t revocation.Target) rules.Secret { return r.ids.get(t.Fingerprint) }

func (r *Revoker) observePolicy(ctx context.Context, a revocation.Action) (revocation.State, error) {
	attached, err := r.cloud.ListPoliciesForRole(ctx, a.Target.Owner.Role)
	if err != nil {
		return revocation.State{}, change.FailCall(reason.New("revoke.reading-role", a.Target.Owner.Role, err), err)
	}
	for _, p := range attached {
		if p.Name == a.Policy && p.Type == "Custom" {
			return revocation.State{Policy: revocation.Attached}, nil
		}
	}
	policy, err := r.cloud.GetPolicy(ctx, "Custom", a.Policy)
	switch {
	case cloud.IsAbsent(err):
		return revocation.State{Policy: revocation.Absent}, nil
	case err != nil:
		return revocation.State{}, change.FailCall(reason.New("revoke.reading-policy", a.Policy, err), err)
	case a.Document != "" && !sameJSON(policy.Document, a.Document):
		return revocation.State{}, change.Fail(reason.New("revoke.policy-differs", a.Policy), reason.New("revoke.delete-policy"))
	}
	return revocation.State{Policy: revocation.Detached}, nil
}

// sameJSON reports whether two documents are equal, whatever their formatting.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}
