package alibabatest

import (
	"fmt"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Caller is who makes a call with Perform.
type Caller struct {
	KeyID     string
	SourceIP  string
	UserAgent string
}

// Perform makes a call without a connection and a signature, at the server's time: the permission is checked, and the call becomes an
// event. It returns what the event has of the answer, and the code of a refusal as an error.
func (s *Server) Perform(c Caller, service, action string, params map[string]string) (map[string]any, error) {
	req := wire.Direct(wire.Operation{Service: service, Action: action}, c.KeyID, params)
	req.Source, req.UserAgent = c.SourceIP, c.UserAgent
	s.mu.Lock()
	now := s.now()
	s.mu.Unlock()
	key, refused := s.caller(c.KeyID)
	var result wire.Object
	if refused == nil {
		result, refused = s.carryOut(key, req, now)
	}
	if key.Account != nil {
		record(key.Account, req, key, happening{state.RequestID(), now, result, refused})
	}
	if refused != nil {
		return nil, fmt.Errorf("%s %s: %s: %s", service, action, refused.Code, refused.Message)
	}
	return free(result), nil
}
