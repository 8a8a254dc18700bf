package revoke

import (
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
)

// planUndo plans to undo the last action on a key. The key's state usually reveals that action: a recycled key was
// deleted, and an inactive key was disabled. Only restrictions need the journal, because somebody else may have set them.
// The restriction is read only in that case: enabling a key must not need the permission to read it.
func (r *Revoker) planUndo(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	a := draft
	switch last, known := q.History.Last(draft.Target.Fingerprint); {
	case draft.From.Key == revocation.Recycled:
		a.Kind, a.From, a.To = revocation.Restore, revocation.State{Key: revocation.Recycled}, revocation.State{Key: revocation.Inactive}
		a.Risks = []reason.Reason{reason.New("revoke.risk-restored-active")}
		a.Undo = reason.New("revoke.undo-by-delete")
	case draft.From.Key == revocation.Inactive && (!known || last.Kind != revocation.Quarantine):
		a = enable(draft, known)
	case draft.From.Key == revocation.Active || draft.From.Key == revocation.Inactive:
		return r.planRelease(ctx, draft, q)
	case draft.From.Key == revocation.UserRecycled:
		return blocked(draft, reason.New("revoke.user-recycled"), reason.New("revoke.restore-user"))
	default:
		return blocked(draft, reason.New("revoke.gone-for-good"), reason.New("revoke.new-key-needed"))
	}
	return []revocation.Action{a}, nil, nil
}

func enable(draft revocation.Action, known bool) revocation.Action {
	a := draft
	a.Kind, a.From, a.To = revocation.Enable, revocation.State{Key: revocation.Inactive}, revocation.State{Key: revocation.Active}
	a.Risks = []reason.Reason{reason.New("revoke.risk-enabled"), reason.New("revoke.risk-protected")}
	if !known {
		a.Risks = append(a.Risks, reason.New("revoke.risk-not-ours"))
	}
	a.Undo = reason.New("revoke.undo-by-disable")
	return a
}

// planRelease plans to take away the restriction that akguard set last, if the key still has it.
func (r *Revoker) planRelease(ctx context.Context, draft revocation.Action, q Request) ([]revocation.Action, []revocation.Note, error) {
	a := draft
	a.Kind = revocation.Quarantine // observing one reads the restriction
	stack := q.History.Stack(draft.Target.Fingerprint)
	i := revocation.LastOf(stack, revocation.Quarantine)
	state, err := r.Observe(ctx, a)
	switch {
	case cloud.IsDenied(err) && i < 0 && draft.From.Key == revocation.Active: // a restriction would be somebody else's
		return note(draft, reason.New("revoke.nothing-to-undo"))
	case err != nil:
		return nil, nil, err
	case i >= 0 && state.Network != "" && state.Network == stack[i].To.Network:
		a.Kind, a.From, a.To = revocation.Release, state, revocation.State{Key: state.Key, Network: stack[i].From.Network}
		a.Risks = []reason.Reason{reason.New("revoke.risk-released")}
		a.Undo = reason.New("revoke.undo-by-quarantine")
		return []revocation.Action{a}, nil, nil
	case state.Key == revocation.Inactive: // the restriction is gone, or is somebody else's
		return []revocation.Action{enable(draft, len(stack) > 0)}, nil, nil
	case state.Network != "":
		return blocked(draft, reason.New("revoke.restricted-by-others"), reason.New("revoke.name-state-dir"))
	}
	return note(draft, reason.New("revoke.nothing-to-undo"))
}

// note is a plan for a key on which nothing is to be done.
func note(a revocation.Action, text reason.Reason) ([]revocation.Action, []revocation.Note, error) {
	return nil, []revocation.Note{{ID: a.Target.ID, Text: text}}, nil
}

// blocked is a plan for a key on which nothing can be done.
func blocked(a revocation.Action, text, hint reason.Reason) ([]revocation.Action, []revocation.Note, error) {
	return nil, []revocation.Note{{ID: a.Target.ID, Text: text, Hint: hint, Blocked: true}}, nil
}
