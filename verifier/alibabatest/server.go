package alibabatest

import (
	"crypto/hmac"
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
	calls  map[operation]int
	nonces map[string]bool // by ID and nonce; kept until the end
	fault  Fault
	faults int // calls that the fault is still for
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

// Close ends the server and every call under way. It may be called twice.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.stopped
	return err
}

// SetClock sets the server's idea of the time, by which it judges timestamps and the expiry of sessions.
func (s *Server) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// Calls returns how many calls of the action came, well signed or not: Calls("Sts", "GetCallerIdentity").
func (s *Server) Calls(service, action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[operation{service, action}]
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := parse(r)
	if fault, ok := s.record(req.operation()); ok && fault.strike(w, r, req) {
		return
	}
	if err != nil {
		writeFailure(w, r, req, failure{http.StatusBadRequest, "InvalidParameter", err.Error()})
		return
	}
	result, refused := s.answer(req)
	if refused != nil {
		writeFailure(w, r, req, *refused)
		return
	}
	write(w, req, http.StatusOK, result)
}

// record counts the call, and answers with the fault that it shall meet.
func (s *Server) record(op operation) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[op]++
	if s.faults == 0 {
		return Fault{}, false
	}
	s.faults--
	return s.fault, true
}

// answer looks up the ID, then its status, then the signature, as Alibaba Cloud does, and runs the action.
func (s *Server) answer(req request) (any, *failure) {
	key, refused := s.caller(req.params["AccessKeyId"])
	if refused != nil {
		return nil, refused
	}
	if refused := req.check(); refused != nil {
		return nil, refused
	}
	if refused := s.authenticate(key, req); refused != nil {
		return nil, refused
	}
	op := req.operation()
	run, ok := s.actions[op]
	switch {
	case !ok:
		return nil, &failure{http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found."}
	case key.isProtected(op.service):
		return nil, &failure{http.StatusForbidden, "Forbidden", "There is a risk of leakage of this AccessKey."}
	}
	return run(key, req)
}

// caller finds the key that a call is made with.
func (s *Server) caller(id string) (Key, *failure) {
	for _, account := range s.accounts {
		key, ok := account.find(id)
		switch {
		case ok && key.status == Inactive:
			return Key{}, &failure{http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."}
		case ok:
			return key, nil
		}
	}
	return Key{}, &failure{http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found."}
}

// authenticate checks that the key's owner made the call, just now and once.
func (s *Server) authenticate(key Key, req request) *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if refused := checkTime(req.params["Timestamp"], now); refused != nil {
		return refused
	}
	if refused := s.checkToken(key, req, now); refused != nil {
		return refused
	}
	if !hmac.Equal([]byte(req.params["Signature"]), []byte(req.signature(key.secret))) {
		return &failure{http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:" + req.stringToSign()}
	}
	return s.useNonce(key.id + " " + req.params["SignatureNonce"])
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
	token, sent := req.params["SecurityToken"]
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
	if s.nonces[nonce] {
		return &failure{http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already."}
	}
	s.nonces[nonce] = true
	return nil
}
