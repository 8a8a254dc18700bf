package sts

import (
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// answer is what a refusal means for the key, and what to do now.
type answer struct {
	status    verifier.Status
	reason    reason.Reason
	advice    reason.Reason // zero for the advice of the credential's kind
	transient bool          // STS may give another answer later
}

// meaning reads STS's refusal: what it says about the key, or why STS did not look at the key.
func meaning(e *cloud.Error) answer {
	if e.HTTPStatus >= 500 {
		return answer{verifier.Unknown, reason.New("sts.server-fault", e.HTTPStatus), reason.New("sts.verify-later"), true}
	}
	switch code, _, _ := strings.Cut(e.Code, "."); code {
	case "":
		return answer{verifier.Unknown, reason.New("sts.odd-answer", e.Reason()), reason.New("sts.check-proxy"), false}
	case "InvalidTimeStamp", "IllegalTimestamp":
		return answer{verifier.Unknown, reason.New("sts.clock"), reason.New("sts.set-clock"), false}
	case "SignatureNonceUsed":
		return answer{verifier.Unknown, reason.New("sts.repeated"), reason.New("sts.check-repeats"), false}
	case "Throttling":
		return answer{verifier.Unknown, reason.New("sts.throttled"), reason.New("sts.verify-later"), true}
	}
	return keyMeaning(e)
}

// keyMeaning reads the codes that are about the key. An unknown code never means "does not work".
func keyMeaning(e *cloud.Error) answer {
	switch e.Code {
	case "InvalidAccessKeyId.NotFound":
		return answer{verifier.NotFound, reason.New("sts.not-found"), reason.New("sts.check-recycle-bin"), false}
	case "InvalidAccessKeyId.Inactive": // an OSS network ACL uses the same words
		return answer{verifier.Inactive, reason.New("sts.inactive"), reason.New("sts.delete-inactive"), false}
	case "SignatureDoesNotMatch", "IncompleteSignature":
		return answer{verifier.SecretMismatch, reason.New("sts.secret-mismatch"), reason.New("sts.find-other-secret"), false}
	case "Forbidden.AccessDenied", "NoPermission":
		return answer{verifier.Live, reason.New("sts.live-without-identity"), reason.New("sts.stop-unknown-owner"), false}
	case "Forbidden":
		if strings.Contains(e.Message, "risk of leakage") { // other refusals have this code too
			return answer{verifier.Restricted, reason.New("sts.restricted"), reason.New("sts.stop-restricted"), false}
		}
	}
	return tokenMeaning(e)
}

// tokenMeaning reads the codes that are about a security token.
func tokenMeaning(e *cloud.Error) answer {
	switch e.Code {
	case "InvalidSecurityToken.Expired":
		return answer{verifier.Expired, reason.New("sts.expired"), reason.New("sts.find-issuer"), false}
	case "InvalidSecurityToken.Malformed":
		return answer{verifier.Unknown, reason.New("sts.token-damaged"), reason.New("sts.find-token"), false}
	case "InvalidSecurityToken.MismatchWithAccessKey":
		return answer{verifier.Unknown, reason.New("sts.token-mismatch"), reason.New("sts.find-token"), false}
	case "MissingSecurityToken":
		return answer{verifier.Unknown, reason.New("sts.token-missing"), reason.New("sts.find-token"), false}
	}
	return answer{verifier.Unknown, reason.New("sts.unknown-code", e.Code), reason.New("sts.look-up-code"), false}
}
