package alibabatest

import (
	"cmp"
	"net"
	"net/http"
	"time"
)

// Fault is one way in which the server fails. Latency comes first; then the first that is set of Hang, Reset,
// Raw and Code happens. With Latency alone, the true answer follows.
type Fault struct {
	Latency time.Duration
	Hang    bool   // never answers
	Reset   bool   // resets the connection
	Raw     string // answers with this body, whatever the format
	Code    string // refuses with this error code
	Message string // goes with Code
	Status  int    // goes with Raw and Code; if zero, 200 for Raw and 400 for Code
}

// Throttled is the answer to a caller that asks too often.
func Throttled() Fault {
	return Fault{Code: "Throttling.User", Message: "Request was denied due to user flow control."}
}

// Unavailable is the answer of a service that is down.
func Unavailable() Fault {
	return Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable",
		Message: "The request has failed due to a temporary failure of the server."}
}

// NotJSON is what a captive portal answers.
func NotJSON() Fault { return Fault{Raw: "<html><body>Welcome! Please sign in.</body></html>"} }

// NumericCode is a refusal whose Code is not a string.
func NumericCode() Fault {
	return Fault{Status: http.StatusBadRequest, Raw: `{"RequestId":"0","Code":400,"Message":"Bad request."}`}
}

// Inject lets the next calls meet the fault, all of them if calls is negative. It replaces a fault injected
// before; Inject(Fault{}, 0) only ends that one.
func (s *Server) Inject(f Fault, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.faults = f, calls
}

// strike lets the fault happen, and reports whether that was the answer.
func (f Fault) strike(w http.ResponseWriter, r *http.Request, req request) bool {
	if f.Latency > 0 {
		select {
		case <-time.After(f.Latency):
		case <-r.Context().Done():
		}
	}
	switch {
	case f.Hang:
		<-r.Context().Done() // the client has gone, or the server is closed
	case f.Reset:
		reset(w)
	case f.Raw != "":
		w.WriteHeader(cmp.Or(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(f.Raw))
	case f.Code != "":
		writeFailure(w, r, req, failure{cmp.Or(f.Status, http.StatusBadRequest), f.Code, f.Message})
	default:
		return false
	}
	return true
}

// reset closes the connection without the usual farewell, so that the client sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
