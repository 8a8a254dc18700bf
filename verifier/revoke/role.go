package revoke

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/revocation"
)

// longestLife is how long a temporary credential can last. It does not reveal when it was issued.
const longestLife = 12 * time.Hour

func isTemporary(id rules.Secret) bool { return strings.HasPrefix(id.Reveal(), "STS.") }

// planRole plans how to stop a temporary credential. It cannot be revoked itself, but its role can be denied everything
// until every credential issued so far has expired. No policy condition tests when a credential was issued, so the
// role's new credentials are denied too.
func (r *Revoker) planRole(ctx context.Context, s Subject, q Request) ([]Action, []Note, error) {
	role := roleOf(s.Known)
	note := Note{ID: s.ID.String(), Text: reason.New("revoke.temporary", longestLife)}
	switch {
	case role == "":
		note.Blocked, note.Hint = true, reason.New("revoke.find-role")
		return nil, []Note{note}, nil
	case s.Known.AccountID != r.me.AccountID:
		return nil, nil, &foreign{r.elsewhere(ctx, s)}
	case role == roleOf(&r.me):
		return nil, nil, r.ownRole(role)
	case q.Goal != ToDisable && q.Goal != ToUndo:
		note.Blocked, note.Hint = true, reason.New("revoke.disable-denies-role")
		return nil, []Note{note}, nil
	}
	draft := Action{Target: revocation.NewTarget(s.ID, Owner{Account: r.me.AccountID, Role: role})}
	if q.Goal == ToUndo {
		return r.planDetach(ctx, draft, q)
	}
	return r.planDeny(draft), []Note{note}, nil
}

// madeUpSecret returns a secret that belongs to no key.
func madeUpSecret() rules.Secret { return rules.NewSecret(rand.Text() + rand.Text()[:4]) }

func (r *Revoker) ownRole(role string) error {
	return fail(reason.New("revoke.own-role", role), reason.New("revoke.use-other-administrator"))
}

// planDeny gives the policy a name that can be recognised later. Names of policies have fewer characters than those of roles.
func (r *Revoker) planDeny(draft Action) []Action {
	now := r.now().UTC().Truncate(time.Second)
	draft.Policy = revocation.DenyPrefix + strings.NewReplacer(".", "-", "_", "-").Replace(draft.Target.Owner.Role) + "-" + now.Format("20060102150405")
	draft.Document = revocation.DenyUntil(now.Add(longestLife))
	create, attach := draft, draft
	create.Kind, create.From, create.To = CreatePolicy, State{Policy: Absent}, State{Policy: Detached}
	create.Undo = reason.New("revoke.undo-create-policy")
	attach.Kind, attach.From, attach.To = AttachPolicy, State{Policy: Detached}, State{Policy: Attached}
	attach.Undo = reason.New("revoke.undo-attach-policy")
	attach.Risks = []reason.Reason{reason.New("revoke.risk-role", draft.Target.Owner.Role, now.Add(longestLife))}
	return []Action{create, attach}
}

func (r *Revoker) planDetach(ctx context.Context, draft Action, q Request) ([]Action, []Note, error) {
	last, ok := q.History.Last(draft.Target.Fingerprint)
	if !ok || last.Kind != AttachPolicy {
		return note(draft, reason.New("revoke.nothing-in-journals"))
	}
	a := last
	a.Kind, a.From, a.To, a.Risks = DetachPolicy, State{Policy: Attached}, State{Policy: Detached}, nil
	a.Undo = reason.New("revoke.undo-detach-policy", a.Policy)
	state, err := r.observe(ctx, a)
	switch {
	case err != nil:
		return nil, nil, err
	case state != a.From:
		return note(draft, reason.New("revoke.detached-already"))
	}
	return []Action{a}, nil, nil
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
func (r *Revoker) planSelf(ctx context.Context, s Subject) ([]Action, []Note, error) {
	switch {
	case s.ID.Reveal() != r.Leaked.ID.Reveal():
		return nil, nil, fail(reason.New("revoke.another-keys-secret", s.ID.String()), reason.New("revoke.name-report-of-key"))
	case isTemporary(s.ID):
		return nil, nil, fail(reason.New("revoke.temporary-cannot-end-itself"), reason.New("revoke.use-administrator"))
	}
	owner := Owner{Account: r.me.AccountID}
	if _, name, ok := strings.Cut(r.me.ARN, ":user/"); ok {
		owner.User = name
	}
	a := Action{
		Kind: Disable, Target: revocation.NewTarget(s.ID, owner), From: State{Key: Active}, To: State{Key: Inactive}, Leaked: true,
		Risks: []reason.Reason{reason.New("revoke.risk-users-unknown")},
		Undo:  reason.New("revoke.undo-self"),
	}
	state, err := r.observe(ctx, a)
	if err == nil && state.Key != Active {
		return note(a, reason.New("revoke.state-already", state.Reason()))
	}
	return []Action{a}, nil, err
}
