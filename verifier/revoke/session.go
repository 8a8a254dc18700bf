package revoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
)

// longestSession is how long a temporary credential can last. Nothing tells when one was issued.
const longestSession = 12 * time.Hour

func isSession(id rules.Secret) bool { return strings.HasPrefix(id.Reveal(), "STS.") }

// planSession plans what ends a temporary credential: nothing takes it back, but its role can be refused everything
// until the last session of today has expired. There is no condition on when a session began, so the role's new
// sessions are refused as well.
func (r *Revoker) planSession(ctx context.Context, s Subject, w Want) ([]Action, []Note, error) {
	role := roleOf(s.Known)
	note := Note{ID: s.ID.String(), Text: fmt.Sprintf("a temporary credential ends by itself, %s after it was issued at the latest", longestSession)}
	switch {
	case role == "":
		note.Blocked = true
		note.Hint = "check it with its token (akguard scan --verify): only its role can be stopped, and a check says which one that is"
		return nil, []Note{note}, nil
	case s.Known.AccountID != r.me.AccountID:
		return nil, nil, &foreign{r.elsewhere(ctx, s)}
	case role == roleOf(&r.me):
		return nil, nil, r.ownRole(role)
	case w.Goal != ToDisable && w.Goal != ToUndo:
		note.Blocked, note.Hint = true, "--disable refuses its role everything until then"
		return nil, []Note{note}, nil
	}
	draft := Action{Target: newTarget(s.ID, Owner{Account: r.me.AccountID, Role: role})}
	if w.Goal == ToUndo {
		return r.planDetach(ctx, draft, w)
	}
	return r.planDeny(draft), []Note{note}, nil
}

func (r *Revoker) ownRole(role string) error {
	return hinted("act with another administrator's credential", "akguard acts as role %s now: it would lock itself out", role)
}

// planDeny names the policy so that it can be told from others later; policies' names have fewer characters than roles'.
func (r *Revoker) planDeny(draft Action) []Action {
	now := r.Now().UTC().Truncate(time.Second)
	draft.Policy = denyPrefix + strings.NewReplacer(".", "-", "_", "-").Replace(draft.Target.Owner.Role) + "-" + now.Format("20060102150405")
	draft.Document = denyUntil(now.Add(longestSession))
	create, attach := draft, draft
	create.Kind, create.From, create.To = CreatePolicy, State{Policy: Absent}, State{Policy: Detached}
	create.Undo = "the policy has no effect unless it is attached"
	attach.Kind, attach.From, attach.To = AttachPolicy, State{Policy: Detached}, State{Policy: Attached}
	attach.Undo = "akguard revoke undo takes the policy from the role"
	attach.Risks = []string{fmt.Sprintf("everything that acts as role %s is refused everything until %s, not only the leaked session",
		draft.Target.Owner.Role, clock(now.Add(longestSession)))}
	return []Action{create, attach}
}

// denyPrefix begins the names of all policies that this package makes.
const denyPrefix = "akguard-deny-"

func denyUntil(end time.Time) string {
	document, _ := json.Marshal(map[string]any{"Version": "1", "Statement": []any{map[string]any{ // never fails
		"Effect": "Deny", "Action": "*", "Resource": "*",
		"Condition": map[string]any{"DateLessThan": map[string]string{"acs:CurrentTime": end.Format(time.RFC3339)}},
	}}})
	return string(document)
}

// isDeny reports whether denyUntil has made the document.
func isDeny(document string) bool {
	var d struct {
		Statement []struct {
			Condition struct{ DateLessThan map[string]time.Time }
		}
	}
	if json.Unmarshal([]byte(document), &d) != nil || len(d.Statement) != 1 {
		return false
	}
	return document == denyUntil(d.Statement[0].Condition.DateLessThan["acs:CurrentTime"])
}

func (r *Revoker) planDetach(ctx context.Context, draft Action, w Want) ([]Action, []Note, error) {
	last, ok := w.History.last(draft.Target.Fingerprint)
	if !ok || last.Kind != AttachPolicy {
		return nil, []Note{{ID: draft.Target.ID, Text: "no journal says that anything was done about it"}}, nil
	}
	a := last
	a.Kind, a.From, a.To, a.Risks = DetachPolicy, State{Policy: Attached}, State{Policy: Detached}, nil
	a.Undo = "attach policy " + a.Policy + " to the role again in the RAM console"
	state, err := r.observe(ctx, a)
	switch {
	case err != nil:
		return nil, nil, err
	case state != a.From:
		return nil, []Note{{ID: draft.Target.ID, Text: "the policy is not attached any more"}}, nil
	}
	return []Action{a}, nil, nil
}

// roleOf reads the role off an identity: acs:ram::<account>:role/<role>/<session>, or assumed-role in its place.
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

// planSelf plans that the leaked key disables itself.
func (r *Revoker) planSelf(ctx context.Context, s Subject) ([]Action, []Note, error) {
	switch {
	case s.ID.Reveal() != r.Leaked.ID.Reveal():
		return nil, nil, errors.New("this is not the leaked key that the secret belongs to")
	case isSession(s.ID):
		return nil, nil, hinted("take an administrator's credential", "a temporary credential cannot end itself")
	}
	owner := Owner{Account: r.me.AccountID}
	if _, name, ok := strings.Cut(r.me.ARN, ":user/"); ok {
		owner.User = name
	}
	a := Action{
		Kind: Disable, Target: newTarget(s.ID, owner), From: State{Key: Active}, To: State{Key: Inactive}, Leaked: true,
		Risks: []string{"whatever uses the key stops working; who that is, the key itself may not be able to ask"},
		Undo:  "an administrator makes it active again, akguard revoke undo for one",
	}
	state, err := r.observe(ctx, a)
	if err == nil && state.Key != Active {
		return nil, []Note{{ID: a.Target.ID, Text: "the key is " + state.Key + " already"}}, nil
	}
	return []Action{a}, nil, err
}
