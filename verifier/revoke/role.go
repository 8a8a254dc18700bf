package revoke

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
)

// longestLife is how long a temporary credential can last. It does not reveal when it was issued.
const longestLife = 12 * time.Hour

func isTemporary(id rules.Secret) bool { return strings.HasPrefix(id.Reveal(), "STS.") }

// planRole plans how to stop a temporary credential. It cannot be revoked itself, but its role can be denied everything
// until every credential issued so far has expired. No policy condition tests when a credential was issued, so the
// role's new credentials are denied too.
func (r *Revoker) planRole(ctx context.Context, s Subject, q Request) ([]revocation.Action, []revocation.Note, error) {
	role := roleOf(s.Known)
	note := revocation.Note{ID: s.ID.String(), Text: reason.New("revoke.temporary", longestLife)}
	switch {
	case role == "":
		note.Blocked, note.Hint = true, reason.New("revoke.find-role")
		return nil, []revocation.Note{note}, nil
	case s.Known.AccountID != r.me.AccountID:
		return nil, nil, &foreign{r.elsewhere(ctx, s)}
	case role == roleOf(&r.me):
		return nil, nil, r.ownRole(role)
	case q.Goal != revocation.ToDisable && q.Goal != revocation.ToUndo:
		note.Blocked, note.Hint = true, reason.New("revoke.disable-denies-role")
		return nil, []revocation.Note{note}, nil
	}
	draft := revocation.Action{Target: revocation.NewTarget(s.ID, revocation.Owner{Account: r.me.AccountID, Role: role})}
	if q.Goal == revocation.ToUndo {
		return r.planDetach(ctx, draft, q)
	}
	return r.planDeny(draft), []revocation.Note{note}, nil
}

// madeUpSecret returns a secret that belongs to no key.
func madeUpSecret() rules.Secret { return rules.NewSecret(rand.Text() + rand.Text()[:4]) }

func (r *Revoker) ownRole(role string) error {
	return change.Fail(reason.New("revoke.own-role", role), reason.New("revoke.use-other-administrator"))
}

// planDeny gives the policy a name that can be recognised later. Names of policies have fewer characters than those of roles.
func (r *Revoker) planDeny(draft revocation.Action) []revocation.Action {
	now := r.now().UTC().Truncate(time.Second)
	draft.Policy = revocation.DenyPrefix + strings.NewReplacer(".", "-", "_", "-").Replace(draft.Target.Owner.Role) + "-" + now.Format("20060102150405")
	draft.Document = revocation.DenyUntil(now.Add(longestLife))
	create, attach := draft, draft
	create.Kind, create.From, create.To = revocation.CreatePolicy, revocation.State{Policy: revocation.Absent}, revocation.State{Policy: revocation.Detached}
	create.Undo = reason.New("revoke.undo-create-policy")
	attach.Kind, attach.From, attach.To = revocation.AttachPolicy, revocation.State{Policy: revocation.Detached}, revocation.State{Policy: revocation.Attached}
	attach.Undo = reason.New("revoke.undo-attach-policy")
	attach.Risks = []reason.Reason{reason.New("revoke.risk-role", draft.Target.Owner.Role, now.Add(longestLife))}
	return []revocation.Action{create, attach}
}

func (r *Revoker) planDetach(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	last, ok := q.History.Last(draft.Target.Fingerprint)
	if !ok || last.Kind != revocation.AttachPolicy {
		return note(draft, reason.New("revoke.nothing-in-journals"))
	}
	a := last
	a.Kind, a.From, a.To, a.Risks = revocation.DetachPolicy, revocation.State{Policy: revocation.Attached}, revocation.State{Policy: revocation.Detached}, nil
	a.Undo = reason.New("revoke.undo-detach-policy", a.Policy)
	state, err := r.Observe(ctx, a)
	switch {
	case err != nil:
		return nil, nil, err
	case state != a.From:
		return note(draft, reason.New("revoke.detached-already"))
	}
	return []revocation.Action{a}, nil, nil
}

// roleOf returns the role in an identity: acs:ram::<account>:role/<role>/<session>, or assumed-role in its place.
func roleOf(known *verifier.Identity) string {
	if known == nil {
		return ""
	}
	_, path, _ := strings.Cut(known.ARN, ":role/")
	if path == "" {
		_, path, _ = strings.Cut(known.ARN, ":assumed-role/")
	}
	role, _, _ := strings.Cut(path, "/")
	return role
}

// planSelf plans to have the leaked key disable itself.
func (r *Revoker) planSelf(ctx context.Context, s Subject) ([]revocation.Action, []revocation.Note, error) {
	switch {
	case s.ID.Reveal() != r.Leaked.ID.Reveal():
		return nil, nil, change.Fail(reason.New("revoke.another-keys-secret", s.ID.String()), reason.New("revoke.name-report-of-key"))
	case isTemporary(s.ID):
		return nil, nil, change.Fail(reason.New("revoke.temporary-cannot-end-itself"), reason.New("revoke.use-administrator"))
	}
	owner := revocation.Owner{Account: r.me.AccountID}
	if _, name, ok := strings.Cut(r.me.ARN, ":user/"); ok {
		owner.User = name
	}
	a := revocation.Action{
		Kind: revocation.Disable, Target: revocation.NewTarget(s.ID, owner), From: revocation.State{Key: revocation.Active}, To: revocation.State{Key: revocation.Inactive}, Leaked: true,
		Risks: []reason.Reason{reason.New("revoke.risk-users-unknown")},
		Undo:  reason.New("revoke.undo-self"),
	}
	state, err := r.Observe(ctx, a)
	if err == nil && state.Key != revocation.Active {
		return note(a, reason.New("revoke.state-already", state.Reason()))
	}
	return []revocation.Action{a}, nil, err
}
