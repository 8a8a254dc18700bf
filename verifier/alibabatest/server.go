package alibabatest

import (
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/assets"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Server answers API calls for its accounts. It is safe for concurrent use.
type Server struct {
	// URL is the server's address, http://127.0.0.1:<port>: an endpoint for every service.
	URL string

	http     *http.Server
	stopped  chan struct{} // closed when the serving goroutine has ended
	accounts []*state.Account
	actions  map[wire.Operation]services.Action

	mu     sync.Mutex
	now    func() time.Time
	source string // the address that calls seem to come from; empty: the real one
	calls  map[wire.Operation]int
	log    []Call
	nonces map[string]bool // by ID and nonce; kept until the end
	faults faults
}

// NewServer starts a server for the accounts on a free loopback port. Close ends it.
func NewServer(accounts ...*state.Account) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening on loopback: %w", err)
	}
	s := &Server{
		URL:      "http://" + listener.Addr().String(),
		stopped:  make(chan struct{}),
		accounts: accounts,
		actions:  actions(),
		now:      time.Now,
		calls:    make(map[wire.Operation]int),
		nonces:   make(map[string]bool),
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // resets and hangs are intended
	}
	go func() {
		defer close(s.stopped)
		_ = s.http.Serve(listener) // always fails, with ErrServerClosed
	}()
	return s, nil
}

func actions() map[wire.Operation]services.Action {
	all := services.Actions()
	maps.Copy(all, assets.Actions())
	return all
}

// Endpoints returns the server's URL by the name of each service that it emulates.
func (s *Server) Endpoints() map[string]string {
	all := map[string]string{}
	for _, name := range []string{"sts", "ram", "ims", "actiontrail", "resourcemanager", "ecs", "ess", "eci", "rds", "bssopenapi", "sas",
		"resourcecenter", "oss"} {
		all[name] = s.URL
	}
	return all
}

// Close ends the server and every call under way. It may be called twice.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.stopped
	return err
}

// SetClock sets the server's and its accounts' idea of the time: for time stamps, the expiry of sessions, Date
// headers, creation dates and events.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	s.now = now
	s.mu.Unlock()
	for _, account := range s.accounts {
		account.SetClock(now)
	}
}

// SetSourceIP makes calls seem to come from the address; an empty one restores the real address.
func (s *Server) SetSourceIP(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source = address
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := wire.Parse(r)
	now, call, fault, struck := s.arrive(&req, r)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if struck && !fault.AfterAction {
		if fault.strike(w, r, req) {
			return
		}
		struck = false // it was only late
	}
	answer := s.reply(req, now, err)
	s.finish(call, answer)
	if struck {
		fault.answer = &answer
		if fault.strike(w, r, req) {
			return
		}
	}
	answer.Send(w)
}

// reply returns the answer that the real service would give.
func (s *Server) reply(req wire.Request, now time.Time, unreadable error) wire.Reply {
	id := state.RequestID()
	if unreadable != nil {
		return wire.Refuse(req, id, wire.Failure{Status: http.StatusBadRequest, Code: "InvalidParameter", Message: unreadable.Error()})
	}
	op := req.Operation()
	key, result, refused := s.answer(req, now)
	if key.Account != nil && !isData(op) {
		record(key.Account, req, key, happening{id, now, result, refused})
	}
	if refused != nil {
		return wire.Refuse(req, id, *refused)
	}
	if req.IsBucketCall() {
		return wire.Bucket(req, http.StatusOK, id, assets.Root(op.Action), result)
	}
	return wire.Encode(req, http.StatusOK, op.Action+"Response", append(wire.Object{{"RequestId", id}}, result...))
}

// answer checks the ID, then its status, then the signature, as Alibaba Cloud does, and runs the action. It returns the
// caller's key, as far as it is known.
func (s *Server) answer(req wire.Request, now time.Time) (state.Key, wire.Object, *wire.Failure) {
	op := req.Operation()
	act, known := s.actions[op]
	if known && act.Unsigned && req.KeyID() == "" {
		result, refused := act.Run(&services.Invocation{Find: s.account, Request: req, Now: now})
		return state.Key{}, result, refused
	}
	key, refused := s.caller(req.KeyID())
	if refused == nil {
		refused = req.Check()
	}
	if refused == nil {
		refused = s.authenticate(key, req, now)
	}
	if refused != nil {
		return key, nil, refused
	}
	result, refused := s.carryOut(key, req, now)
	return key, result, refused
}

// carryOut runs the action of a call whose caller is known, if it may.
func (s *Server) carryOut(key state.Key, req wire.Request, now time.Time) (wire.Object, *wire.Failure) {
	op := req.Operation()
	act, known := s.actions[op]
	key.Account.Used(key.ID, op.Service, now)
	c := &services.Invocation{Find: s.account, Account: key.Account, Key: key, Request: req, Now: now}
	switch {
	case !key.MayComeFrom(req.Source):
		// The network policies' own wording is not documented; that of OSS is the one of a disabled key.
		return nil, wire.Refusal(http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
	case !known:
		return nil, wire.Refusal(http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found.")
	case key.IsProtected(op.Service):
		return nil, wire.Refusal(http.StatusForbidden, "Forbidden", "There is a risk of leakage of this AccessKey.")
	case !c.Permitted(act):
		return nil, services.NoPermission()
	}
	return act.Run(c)
}

// caller returns the key with which a call is made, even if it is disabled.
func (s *Server) caller(id string) (state.Key, *wire.Failure) {
	for _, account := range s.accounts {
		key, ok := account.Find(id)
		switch {
		case ok && key.State == state.Inactive:
			return key, wire.Refusal(http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
		case ok:
			return key, nil
		}
	}
	return state.Key{}, wire.Refusal(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
}

// account finds one of the server's accounts by number.
func (s *Server) account(uid string) (*state.Account, bool) {
	for _, a := range s.accounts {
		if a.Number == uid {
			return a, true
		}
	}
	return nil, false
}
