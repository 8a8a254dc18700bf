package sts

import (
	"fmt"
	"strings"

	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// answer is what a refusal means: for the key, in one sentence, and what to do now. Transient is whether STS may say
// something else when it is asked again.
type answer struct {
	status    verifier.Status
	reason    string
	advice    string
	transient bool
}

// What to do where STS did not look at the key. An Unknown verdict without advice gets that of its kind of credential.
const (
	adviceLater = "treat it as live until then"
	adviceToken = "look for the whole token where it was found; treat the credential as live until it expires"
)

// meaning reads STS's refusal: what it says of the key, or why STS did not look at the key.
func meaning(e *openapi.Error) answer {
	if e.HTTPStatus >= 500 {
		return answer{
			status: verifier.Unknown, transient: true,
			reason: fmt.Sprintf("STS failed (HTTP %d)", e.HTTPStatus), advice: "verify it again later; " + adviceLater,
		}
	}
	switch code, _, _ := strings.Cut(e.Code, "."); code {
	case "":
		return answer{status: verifier.Unknown, reason: "STS: " + e.Error(),
			advice: "see that nothing between this machine and STS answers in its place (a proxy, a sign-in page), and verify it again; " + adviceLater}
	case "InvalidTimeStamp", "IllegalTimestamp":
		return answer{status: verifier.Unknown,
			reason: "this machine's clock is off by more than 15 minutes, and STS did not take its own either, so it did not look at the key",
			advice: "set the clock and verify it again; " + adviceLater}
	case "SignatureNonceUsed":
		return answer{status: verifier.Unknown, reason: "STS took the request for a repeated one",
			advice: "verify it again: if that goes on, something repeats this machine's requests; " + adviceLater}
	case "Throttling":
		return answer{status: verifier.Unknown, transient: true, reason: "STS is throttling requests",
			advice: "verify it again later; " + adviceLater}
	}
	return keyMeaning(e)
}

// keyMeaning reads the codes that speak of the key. A code that it does not know is never "does not work".
func keyMeaning(e *openapi.Error) answer {
	switch e.Code {
	case "InvalidAccessKeyId.NotFound":
		return answer{status: verifier.NotFound, reason: "STS does not know the ID: the key was deleted, or never existed",
			advice: "it no longer works: remove it from the code, and look into the recycle bin of its account, from which it can be restored"}
	case "InvalidAccessKeyId.Inactive": // an OSS network ACL uses the same words
		return answer{status: verifier.Inactive, reason: "the key is disabled, or restricted by source IP: then it still works from other places",
			advice: "it no longer works, at least from here: delete it in the RAM console, and remove it from the code"}
	case "SignatureDoesNotMatch", "IncompleteSignature":
		return answer{status: verifier.SecretMismatch, reason: "the ID exists, but this is not its secret",
			advice: "the key exists with another secret: look for that one, and rotate the key if it may be out too"}
	case "Forbidden.AccessDenied", "NoPermission":
		return answer{status: verifier.Live, reason: "the key works: only a working key is told that it lacks a permission; STS did not say whose it is",
			advice: "disable the key now, in the RAM console of the account that it belongs to; hotline 95187"}
	case "Forbidden":
		if strings.Contains(e.Message, "risk of leakage") { // the code alone is a common one
			return answer{status: verifier.Restricted,
				reason: "the key is alive: Alibaba Cloud only restricts it as leaked, which does not end the incident",
				advice: "disable the key in the RAM console now: what it may still do is being done; hotline 95187"}
		}
	}
	return tokenMeaning(e)
}

// tokenMeaning reads the codes that speak of a security token.
func tokenMeaning(e *openapi.Error) answer {
	switch e.Code {
	case "InvalidSecurityToken.Expired":
		return answer{status: verifier.Expired, reason: "the temporary credential has expired",
			advice: "it no longer works: remove it from the code, and find what issued it: that may leak the next one"}
	case "InvalidSecurityToken.Malformed":
		return answer{status: verifier.Unknown, advice: adviceToken,
			reason: "the security token is damaged, perhaps cut short where it was found; with the whole one the key may work"}
	case "InvalidSecurityToken.MismatchWithAccessKey":
		return answer{status: verifier.Unknown, advice: adviceToken,
			reason: "the security token is another key's; with its own the key may work"}
	case "MissingSecurityToken":
		return answer{status: verifier.Unknown, advice: adviceToken,
			reason: "this is a temporary credential: it cannot be checked without its security token"}
	}
	return answer{status: verifier.Unknown,
		reason: fmt.Sprintf("STS answered with a code that akguard does not know: %q", e.Code),
		advice: "look the code up in Alibaba Cloud's list of STS errors; " + adviceLater}
}
