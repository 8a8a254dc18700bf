package read

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// RootMFA reports whether the log-in of the account itself needs a second factor.
func RootMFA(ctx context.Context, c *cloud.Client) (bool, error) {
	var a struct {
		cloud.Answer
		IsMFAEnable *bool
	}
	err := c.Read(ctx, ims("GetAccountMFAInfo", nil), &a)
	if err == nil && a.IsMFAEnable == nil {
		return false, cloud.NotUnderstood(&a.Answer)
	}
	return err == nil && *a.IsMFAEnable, err
}

// RootKeys reports whether the account itself has AccessKeys.
func RootKeys(ctx context.Context, c *cloud.Client) (bool, error) {
	var a struct {
		cloud.Answer
		AccountSecurityPracticeInfo struct {
			AccountSecurityPracticeUserInfo struct{ RootWithAccessKey *int }
		}
	}
	err := c.Read(ctx, ims("GetAccountSecurityPracticeReport", nil), &a)
	n := a.AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo.RootWithAccessKey
	if err == nil && n == nil {
		return false, cloud.NotUnderstood(&a.Answer)
	}
	return err == nil && *n > 0, err
}

// ManageOwnKeys reports whether users may create AccessKeys for themselves.
func ManageOwnKeys(ctx context.Context, c *cloud.Client) (bool, error) {
	var a struct {
		cloud.Answer
		SecurityPreference struct {
			AccessKeyPreference struct{ AllowUserToManageAccessKeys *bool }
		}
	}
	err := c.Read(ctx, ims("GetSecurityPreference", nil), &a)
	allowed := a.SecurityPreference.AccessKeyPreference.AllowUserToManageAccessKeys
	if err == nil && allowed == nil {
		return false, cloud.NotUnderstood(&a.Answer)
	}
	return err == nil && *allowed, err
}

// PasswordPolicy returns what the passwords of users must be like.
func PasswordPolicy(ctx context.Context, c *cloud.Client) (*account.PasswordPolicy, error) {
	var a struct {
		cloud.Answer
		PasswordPolicy *struct {
			MinimumPasswordLength      int
			RequireLowercaseCharacters bool
			RequireUppercaseCharacters bool
			RequireNumbers             bool
			RequireSymbols             bool
			MaxLoginAttemps            int // so spelled
		}
	}
	err := c.Read(ctx, ims("GetPasswordPolicy", nil), &a)
	if err != nil {
		return nil, err
	}
	p := a.PasswordPolicy
	if p == nil {
		return nil, cloud.NotUnderstood(&a.Answer)
	}
	return &account.PasswordPolicy{MinimumLength: p.MinimumPasswordLength, Lower: p.RequireLowercaseCharacters, Upper: p.RequireUppercaseCharacters,
		Digits: p.RequireNumbers, Symbols: p.RequireSymbols, MaxAttempts: p.MaxLoginAttemps}, nil
}

// AccountRestriction returns the network policy for all keys of the account.
func AccountRestriction(ctx context.Context, c *cloud.Client) (account.Restriction, error) {
	document, err := restriction(ctx, c, ims("GetAccessKeyPolicyForAccount", nil))
	return account.Restriction{Document: document}, err
}
