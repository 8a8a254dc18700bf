package alibabatest

import (
	"net/http"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// authenticate checks that the key's owner signed the call, recently and only once.
func (s *Server) authenticate(key state.Key, req wire.Request, now time.Time) *wire.Failure {
	if refused := checkTime(req.Timestamp(), now); refused != nil {
		return refused
	}
	if refused := s.checkToken(key, req, now); refused != nil {
		return refused
	}
	if text, ok := req.Verify(key.Secret); !ok {
		return wire.Refusal(http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:"+text)
	}
	if req.IsBucketCall() {
		return nil // OSS has no nonces
	}
	return s.useNonce(key.ID + " " + req.Nonce())
}

// checkTime allows 15 minutes in both directions.
func checkTime(stamp string, now time.Time) *wire.Failure {
	const window = 15 * time.Minute
	sent, err := time.Parse("2006-01-02T15:04:05Z", stamp)
	if err != nil {
		return wire.Refusal(http.StatusBadRequest, "InvalidTimeStamp.Format",
			"Specified time stamp or date value is not well formatted.")
	}
	if age := now.Sub(sent); age > window || age < -window {
		return wire.Refusal(http.StatusBadRequest, "InvalidTimeStamp.Expired",
			"Specified time stamp or date value is expired.")
	}
	return nil
}

// checkToken comes before the signature: in the real service, the secret is sealed in the token.
func (s *Server) checkToken(key state.Key, req wire.Request, now time.Time) *wire.Failure {
	token, sent := req.Token()
	switch {
	case !sent && key.Token == "":
		return nil
	case !sent:
		return wire.Refusal(http.StatusBadRequest, "MissingSecurityToken",
			"SecurityToken is mandatory for this action.")
	case token == "" || !s.issued(token):
		return wire.Refusal(http.StatusBadRequest, "InvalidSecurityToken.Malformed",
			"Specified SecurityToken is malformed.")
	case token != key.Token:
		return wire.Refusal(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey.")
	case !now.Before(key.Expires):
		return wire.Refusal(http.StatusBadRequest, "InvalidSecurityToken.Expired",
			"Specified SecurityToken is expired.")
	}
	return nil
}

func (s *Server) issued(token string) bool {
	for _, account := range s.accounts {
		if account.OwnsToken(token) {
			return true
		}
	}
	return false
}

func (s *Server) useNonce(nonce string) *wire.Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[nonce] {
		return wire.Refusal(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	s.nonces[nonce] = true
	return nil
}
