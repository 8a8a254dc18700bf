package survey

import (
	"context"
	"fmt"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

func TestOutcome(t *testing.T) {
	nowhere := &cloud.Error{Cause: reason.New("cloud.no-such-host"), Unreachable: true}
	tests := []struct {
		err  error
		told bool // the service named the regions, so there is a network
		want account.Outcome
	}{
		{nil, false, account.Seen},
		{nowhere, false, account.Failed},
		{nowhere, true, account.Closed},
		{&cloud.Error{Cause: reason.New("cloud.timeout", "4s"), Unreachable: true}, true, account.Failed},
		{&cloud.Error{Code: "InvalidRegionId.NotFound", HTTPStatus: 404}, false, account.Closed},
		{&cloud.Error{Code: "InvalidAccessKeyId.NotFound", HTTPStatus: 404}, true, account.Failed},
		{&cloud.Error{Code: "Forbidden.RAM", HTTPStatus: 403}, true, account.Denied},
		{&cloud.Error{Code: "AccessDenied", HTTPStatus: 403}, true, account.Denied},
		{&cloud.Error{Code: "Throttling.User", HTTPStatus: 400}, true, account.Failed},
		{&cloud.Error{Code: "SomethingNew", HTTPStatus: 400}, true, account.Failed},
		{fmt.Errorf("calling: %w", context.Canceled), true, account.Unasked},
	}
	for _, test := range tests {
		r := &reader{told: test.told}
		if got := r.outcome(test.err); got.Outcome != test.want || (got.Outcome != account.Seen) == got.Why.IsZero() {
			t.Errorf("%v: %s, %s; want %s", test.err, got.Outcome, got.Why, test.want)
		}
	}
}
