package alibabatest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server answers API calls for its accounts. It is safe for concurrent use.
type Server struct {
	// URL is the server's address, http://127.0.0.1:<port>: an endpoint for every service.
	URL string

	http     *http.Server
	stopped  chan struct{} // closed when the serving goroutine has ended
	accounts []*Account
	actions  map[operation]action

	mu     sync.Mutex
	now    func() time.Time
	source string // the address that calls seem to come from; empty: the true one
	calls  map[operation]int
	log    []Call
	nonces map[string]bool // by ID and nonce; kept until the end
	faults faults
}

// NewServer starts a server for the accounts on a free loopback port. Close ends it.
func NewServer(accounts ...*Account) (*Server, error) {
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
		calls:    make(map[operation]int),
		nonces:   make(map[string]bool),
	}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // resets and hangs are meant
	}
	go func() {
		defer close(s.stopped)
		_ = s.http.Serve(listener) // always fails, with ErrServerClosed
	}()
	return s, nil
}

// Endpoints returns the server's URL by the name of each service that it emulates.
func (s *Server) Endpoints() map[string]string {
	all := map[string]string{}
	for _, name := range []string{"sts", "ram", "ims", "actiontrail", "resourcemanager"} {
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
		account.setClock(now)
	}
}

// SetSourceIP lets calls from now on seem to come from the address; an empty one shows the true address again.
func (s *Server) SetSourceIP(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source = address
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := parse(r)
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
	answer.send(w)
}

// reply makes the answer that the true service would give.
func (s *Server) reply(req request, now time.Time, unreadable error) reply {
	id := requestID()
	if unreadable != nil {
		return refuse(req, id, failure{http.StatusBadRequest, "InvalidParameter", unreadable.Error()})
	}
	op := req.operation()
	key, result, refused := s.answer(req, now)
	if key.account != nil {
		key.account.record(req, key, refused, happening{id, now})
	}
	if refused != nil {
		return refuse(req, id, *refused)
	}
	return encode(req, http.StatusOK, op.action+"Response", append(object{{"RequestId", id}}, result...))
}

// answer looks up the ID, then its status, then the signature, as Alibaba Cloud does, and runs the action. The key
// is that of the caller, as far as it is known.
func (s *Server) answer(req request, now time.Time) (Key, object, *failure) {
	op := req.operation()
	act, known := s.actions[op]
	if known && act.unsigned && req.keyID() == "" {
		result, refused := act.run(&call{server: s, req: req, now: now})
		return Key{}, result, refused
	}
	key, refused := s.caller(req.keyID())
	if refused == nil {
		refused = req.check()
	}
	if refused == nil {
		refused = s.authenticate(key, req, now)
	}
	if refused != nil {
		return key, nil, refused
	}
	key.account.used(key.id, op.service, now)
	c := &call{server: s, account: key.account, key: key, req: req, now: now}
	switch {
	case !key.mayComeFrom(req.source):
		// The network policies' own wording is not documented; that of OSS is the one of a disabled key.
		refused = &failure{http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."}
	case !known:
		refused = &failure{http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found."}
	case key.isProtected(op.service):
		refused = &failure{http.StatusForbidden, "Forbidden", "There is a risk of leakage of this AccessKey."}
	case !c.permitted(act):
		refused = noPermission()
	default:
		result, refused := act.run(c)
		return key, result, refused
	}
	return key, nil, refused
}

// caller finds the key that a call is made with. That of a disabled one is returned too.
func (s *Server) caller(id string) (Key, *failure) {
	for _, account := range s.accounts {
		key, ok := account.find(id)
		switch {
		case ok && key.status == Inactive:
			return key, &failure{http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."}
		case ok:
			return key, nil
		}
	}
	return Key{}, &failure{http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found."}
}

// account finds one of the server's accounts by number.
func (s *Server) account(uid string) (*Account, bool) {
	for _, a := range s.accounts {
		if a.uid == uid {
			return a, true
		}
	}
	return nil, false
}
