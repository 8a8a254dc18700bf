package sts

import (
	"fmt"
	"strings"

	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// meaning reads STS's refusal: what it says of the key, or why STS did not look at the key.
func meaning(e *openapi.Error) (verifier.Status, string) {
	if e.HTTPStatus >= 500 {
		return verifier.Unknown, fmt.Sprintf("STS failed (HTTP %d); check again later", e.HTTPStatus)
	}
	switch code, _, _ := strings.Cut(e.Code, "."); code {
	case "":
		return verifier.Unknown, "STS: " + e.Error()
	case "InvalidTimeStamp", "IllegalTimestamp":
		return verifier.Unknown, "this machine's clock is off by more than 15 minutes, so STS did not look at the key; set the clock and check again"
	case "SignatureNonceUsed":
		return verifier.Unknown, "STS took the request for a repeated one; check again"
	case "Throttling":
		return verifier.Unknown, "STS is throttling requests; check again later"
	}
	return keyMeaning(e)
}

// keyMeaning reads the codes that speak of the key. A code that it does not know is never "does not work".
func keyMeaning(e *openapi.Error) (verifier.Status, string) {
	switch e.Code {
	case "InvalidAccessKeyId.NotFound":
		return verifier.NotFound, "STS does not know the ID: the key was deleted, or never existed"
	case "InvalidAccessKeyId.Inactive": // an OSS network ACL uses the same words
		return verifier.Inactive, "the key is disabled, or restricted by source IP: then it still works from other places"
	case "SignatureDoesNotMatch", "IncompleteSignature":
		return verifier.SecretMismatch, "the ID exists, but this is not its secret"
	case "InvalidSecurityToken.Expired":
		return verifier.Expired, "the temporary credential has expired"
	case "InvalidSecurityToken.Malformed":
		return verifier.Unknown, "the security token is damaged, perhaps cut short where it was found; with the whole one the key may work"
	case "InvalidSecurityToken.MismatchWithAccessKey":
		return verifier.Unknown, "the security token is another key's; with its own the key may work"
	case "MissingSecurityToken":
		return verifier.Unknown, "this is a temporary credential: it cannot be checked without its security token"
	case "Forbidden.AccessDenied", "NoPermission":
		return verifier.Live, "the key works: only a working key is told that it lacks a permission; STS did not say whose it is"
	case "Forbidden":
		if strings.Contains(e.Message, "risk of leakage") { // the code alone is a common one
			return verifier.Restricted, "the key is alive: Alibaba Cloud only restricts it as leaked, which does not end the incident; disable it"
		}
	}
	return verifier.Unknown, fmt.Sprintf("STS answered with a code that akguard does not know: %q", e.Code)
}
