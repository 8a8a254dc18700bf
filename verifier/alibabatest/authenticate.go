package alibabatest

import (
	"encoding/json"
	"net/http"
	"time"
)

// authenticate checks that the key's owner made the call, just now and once.
func (s *Server) authenticate(key Key, req request, now time.Time) *failure {
	if refused := checkTime(req.timestamp(), now); refused != nil {
		return refused
	}
	if refused := s.checkToken(key, req, now); refused != nil {
		return refused
	}
	if text, ok := req.verify(key.secret); !ok {
		return &failure{http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:" + text}
	}
	return s.useNonce(key.id + " " + req.nonce())
}

// checkTime allows 15 minutes in both directions.
func checkTime(stamp string, now time.Time) *failure {
	const window = 15 * time.Minute
	sent, err := time.Parse("2006-01-02T15:04:05Z", stamp)
	if err != nil {
		return &failure{http.StatusBadRequest, "InvalidTimeStamp.Format",
			"Specified time stamp or date value is not well formatted."}
	}
	if age := now.Sub(sent); age > window || age < -window {
		return &failure{http.StatusBadRequest, "InvalidTimeStamp.Expired",
			"Specified time stamp or date value is expired."}
	}
	return nil
}

// checkToken comes before the signature: in the true service, the secret is sealed in the token.
func (s *Server) checkToken(key Key, req request, now time.Time) *failure {
	token, sent := req.token()
	switch {
	case !sent && key.token == "":
		return nil
	case !sent:
		return &failure{http.StatusBadRequest, "MissingSecurityToken",
			"SecurityToken is mandatory for this action."}
	case token == "" || !s.issued(token):
		return &failure{http.StatusBadRequest, "InvalidSecurityToken.Malformed",
			"Specified SecurityToken is malformed."}
	case token != key.token:
		return &failure{http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey."}
	case !now.Before(key.expires):
		return &failure{http.StatusBadRequest, "InvalidSecurityToken.Expired",
			"Specified SecurityToken is expired."}
	}
	return nil
}

func (s *Server) issued(token string) bool {
	for _, account := range s.accounts {
		if account.ownsToken(token) {
			return true
		}
	}
	return false
}

func (s *Server) useNonce(nonce string) *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces[nonce] {
		return &failure{http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already."}
	}
	s.nonces[nonce] = true
	return nil
}

// networkPolicy is the allow-list of one AccessKey, as SetAccessKeyPolicy takes it.
type networkPolicy struct {
	Version    int
	Status     string
	Statements *[]struct {
		Type, Value string
		IPList      []string
	}
}

// parseNetworkPolicy reports whether the service would take the policy.
func parseNetworkPolicy(text string) (networkPolicy, bool) {
	var p networkPolicy
	if json.Unmarshal([]byte(text), &p) != nil || p.Statements == nil || p.Status != "Active" && p.Status != "Inactive" {
		return p, false
	}
	for _, s := range *p.Statements {
		if s.Type != "ClassicWhiteList" && s.Type != "VPCWhiteList" || len(s.IPList) == 0 {
			return p, false
		}
		for _, address := range s.IPList {
			if _, ok := network(address); !ok {
				return p, false
			}
		}
	}
	return p, true
}

// mayComeFrom reports whether the key's network policy lets the address through. It does not bind temporary
// credentials, and no call comes from a VPC here.
func (k Key) mayComeFrom(address string) bool {
	policy, ok := parseNetworkPolicy(k.network)
	if !ok || policy.Status != "Active" || k.token != "" {
		return true
	}
	for _, s := range *policy.Statements {
		if s.Type == "ClassicWhiteList" && inNetworks(address, s.IPList) {
			return true
		}
	}
	return false
}
