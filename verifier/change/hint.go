package change

import (
	"errors"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Fail returns an error with what to do about it.
func Fail(r, hint reason.Reason) error { return &reason.Error{Reason: r, Hint: hint} }

// FailCall is Fail for a call that failed, whose error is kept as the cause.
func FailCall(r reason.Reason, err error) error {
	return &reason.Error{Reason: r, Hint: HintFor(err), Err: err}
}

// Hotline is Alibaba Cloud's, in mainland China.
const Hotline = "95187"

// grantPermission is the hint for a credential that lacks a permission.
const grantPermission = "revoke.grant-permission"

// HintFor returns what to do about a call that failed.
func HintFor(err error) reason.Reason {
	var known *reason.Error
	if errors.As(err, &known) && !known.Hint.IsZero() {
		return known.Hint
	}
	switch code := cloud.Code(err); {
	case code == "NoPermission", code == "Forbidden.RAM", code == "Forbidden.AccessDenied":
		return reason.New(grantPermission)
	case code == "Forbidden":
		return reason.New("revoke.restricted-key", Hotline)
	case code == "InvalidAccessKeyId.NotFound", code == "InvalidAccessKeyId.Inactive", code == "SignatureDoesNotMatch",
		code == "InvalidSecurityToken.Expired":
		return reason.New("revoke.credential-dead")
	case cloud.IsTransient(err):
		return reason.New("revoke.service-busy")
	}
	return reason.New("revoke.try-again", Hotline)
}
