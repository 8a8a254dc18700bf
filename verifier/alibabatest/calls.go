package alibabatest

import (
	"cmp"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Call is one received call, as Recorded returns it and Script sees it.
type Call struct {
	Service, Action string
	KeyID           string            // that it claims
	Params          map[string]string // without signature and tokens
	SourceIP        string
	Time            time.Time // by the server's clock

	// The answer, unless a fault replaced it. Code is empty if the call succeeded. Both are zero while the call runs.
	Status int
	Code   string
}

// Calls returns how many calls of the action were received, well signed or not: Calls("Sts", "GetCallerIdentity").
func (s *Server) Calls(service, action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[wire.Operation{Service: service, Action: action}]
}

// Recorded returns all calls so far, in the order of their arrival.
func (s *Server) Recorded() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// arrive records the call under a number for finish, and chooses its fault.
func (s *Server) arrive(req *wire.Request, r *http.Request) (time.Time, int, Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	req.Source = cmp.Or(s.source, host, r.RemoteAddr)
	op := req.Operation()
	params := maps.Clone(req.Params)
	for _, secret := range []string{"Signature", "SecurityToken", "OIDCToken"} {
		delete(params, secret)
	}
	call := Call{Service: op.Service, Action: op.Action, KeyID: req.KeyID(), Params: params, SourceIP: req.Source, Time: now}
	s.calls[op]++
	s.log = append(s.log, call)
	fault, struck := s.faults.choose(call)
	return now, len(s.log) - 1, fault, struck
}

func (s *Server) finish(number int, r wire.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log[number].Status, s.log[number].Code = r.Status, r.Code
}
