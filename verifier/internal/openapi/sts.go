package openapi

import (
	"context"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/sts"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
)

// GetCallerIdentity asks STS whose credential this is, which every working credential is told.
func (c *Client) GetCallerIdentity(ctx context.Context, cred rules.Credential) (verifier.Identity, error) {
	response := sts.CreateGetCallerIdentityResponse()
	err := c.patience.call(ctx, func() error { return c.do(ctx, cred, sts.CreateGetCallerIdentityRequest(), response) })
	if err != nil {
		return verifier.Identity{}, err
	}
	if response.AccountId == "" { // empty, or from something that is not STS
		return verifier.Identity{}, notUnderstood(response.GetHttpStatus())
	}
	return verifier.Identity{
		Type:      response.IdentityType,
		AccountID: response.AccountId,
		ARN:       response.Arn,
		UserID:    response.UserId,
	}, nil
}
