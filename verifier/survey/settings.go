package survey

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

func settingQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.IMS, "GetAccountMFAInfo"), right: "ram:GetAccountMFAInfo", rank: rankRights,
			run: setting(read.RootMFA, func(s *account.Settings, yes bool) { s.RootMFA = &yes }),
		},
		{
			Ask: ask(cloud.IMS, "GetAccountSecurityPracticeReport"), right: "ram:GetAccountSecurityPracticeReport", rank: rankRights,
			run: setting(read.RootKeys, func(s *account.Settings, yes bool) { s.RootKeys = &yes }),
		},
		{
			Ask: ask(cloud.IMS, "GetSecurityPreference"), right: "ram:GetSecurityPreference", rank: rankRights,
			run: setting(read.ManageOwnKeys, func(s *account.Settings, yes bool) { s.ManageOwnKeys = &yes }),
		},
		{
			Ask: ask(cloud.IMS, "GetPasswordPolicy"), right: "ram:GetPasswordPolicy", rank: rankRest,
			run: setting(read.PasswordPolicy, func(s *account.Settings, p *account.PasswordPolicy) { s.PasswordPolicy = p }),
		},
		{
			Ask: ask(cloud.IMS, "GetAccessKeyPolicyForAccount"), right: "ram:GetAccessKeyPolicyForAccount", rank: rankRest,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				restriction, err := read.AccountRestriction(ctx, r.client)
				if err != nil {
					return 0, err
				}
				return r.restrict(restriction), nil
			},
		},
	}
}

// setting asks for one setting of the account, and keeps it.
func setting[T any](ask func(context.Context, *cloud.Client) (T, error), put func(*account.Settings, T)) func(context.Context, *reader, target) (int, error) {
	return func(ctx context.Context, r *reader, _ target) (int, error) {
		answer, err := ask(ctx, r.client)
		if err != nil {
			return 0, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		put(&r.s.Settings, answer)
		return 1, nil
	}
}
