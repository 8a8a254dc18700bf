package cloud

import (
	"context"

	"github.com/akguard/akguard/verifier"
)

// GetCallerIdentity asks STS who the caller is. It needs no permission: every working credential gets an answer.
func (c *Client) GetCallerIdentity(ctx context.Context) (verifier.Identity, error) {
	var a struct {
		answer
		IdentityType string
		AccountID    string `json:"AccountId"`
		UserID       string `json:"UserId"`
		Arn          string
	}
	if err := c.read(ctx, call{STS, "GetCallerIdentity", nil, nil}, &a); err != nil {
		return verifier.Identity{}, err
	}
	if a.AccountID == "" { // empty, or from something that is not STS
		return verifier.Identity{}, notUnderstood(a.GetHttpStatus())
	}
	return verifier.Identity{Type: a.IdentityType, AccountID: a.AccountID, ARN: a.Arn, UserID: a.UserID}, nil
}
