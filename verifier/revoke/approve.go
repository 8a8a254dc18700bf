package revoke

import (
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/revocation"
)

// ErrDenied is the error of an Approver that denies.
var ErrDenied error = reason.NewError("revoke.denied")

// Approver decides whether the actions on one key may happen. Any error denies them.
type Approver interface {
	Approve(ctx context.Context, actions []revocation.Action) error
}

// ApproverFunc makes an Approver of a function.
type ApproverFunc func(ctx context.Context, actions []revocation.Action) error

// Approve calls f.
func (f ApproverFunc) Approve(ctx context.Context, actions []revocation.Action) error {
	return f(ctx, actions)
}

// approve asks about each key in turn, until one is denied.
func approve(ctx context.Context, approver Approver, actions []revocation.Action) error {
	if approver == nil {
		return ErrDenied
	}
	for _, group := range byKey(actions) {
		if err := approver.Approve(ctx, group); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// byKey groups actions by their target, in their order.
func byKey(actions []revocation.Action) [][]revocation.Action {
	var groups [][]revocation.Action
	at := make(map[string]int)
	for _, a := range actions {
		i, ok := at[a.Target.Fingerprint]
		if !ok {
			i = len(groups)
			at[a.Target.Fingerprint] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}
