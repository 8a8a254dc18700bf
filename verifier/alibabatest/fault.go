package alibabatest

import (
	"cmp"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Fault is one way in which the server fails. Latency comes first; then the first that is set of Hang, Reset, Cut,
// Truncated, Redirect, Raw and Code happens. With Latency alone, the true answer follows.
//
// A call with a fault does nothing, unless AfterAction is set: then it is carried out, and only its answer is lost. Cut
// and Truncated spoil the real answer, so they imply AfterAction.
type Fault struct {
	AfterAction bool

	Latency   time.Duration
	Hang      bool   // never answers
	Reset     bool   // resets the connection
	Cut       bool   // sends half of the true answer, then resets the connection
	Truncated bool   // sends half of the true answer, as if it were the whole
	Redirect  string // sends the caller to this URL, with Status
	Raw       string // answers with this body, whatever the format
	Code      string // refuses with this error code
	Message   string // goes with Code
	Status    int    // if zero, 200 for Raw, 400 for Code and 307 for Redirect

	answer *wire.Reply // the true one, if there is one
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

// Faults returns one fault of each kind in which nothing is carried out, by name: for tests that let each call fail in turn. "endless" is
// an empty page that promises more.
func Faults() map[string]Fault {
	return map[string]Fault{
		"refused":   {Code: "NoPermission", Status: http.StatusForbidden, Message: "You are not authorized to do this action."},
		"throttled": Throttled(), "500": Unavailable(), "no JSON": NotJSON(), "reset": {Reset: true},
		"endless": {Raw: `{"RequestId":"1","NextToken":"x","Marker":"x","IsTruncated":true,"TotalCount":100000000,"TotalRecordCount":100000000}`},
	}
}

// LostAnswer carries the call out and resets the connection: the caller cannot know.
func LostAnswer() Fault { return Fault{AfterAction: true, Reset: true} }

// FailedAnswer carries the call out and answers with HTTP 500.
func FailedAnswer() Fault {
	return Fault{AfterAction: true, Status: http.StatusInternalServerError, Code: "InternalError",
		Message: "The request processing has failed due to some unknown error."}
}

// strike makes the fault happen, and reports whether that was the answer.
func (f Fault) strike(w http.ResponseWriter, r *http.Request, req wire.Request) bool {
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
	case f.Cut:
		f.cut(w)
	case f.Truncated:
		half := *f.answer
		half.Body = half.Body[:len(half.Body)/2]
		half.Send(w)
	case f.Redirect != "":
		http.Redirect(w, r, f.Redirect, cmp.Or(f.Status, http.StatusTemporaryRedirect))
	case f.Raw != "":
		w.WriteHeader(cmp.Or(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(f.Raw))
	case f.Code != "":
		wire.Refuse(req, state.RequestID(), wire.Failure{Status: cmp.Or(f.Status, http.StatusBadRequest), Code: f.Code, Message: f.Message}).Send(w)
	default:
		return false
	}
	return true
}

// cut announces the whole answer and sends half of it.
func (f Fault) cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", strconv.Itoa(len(f.answer.Body)))
	w.Header().Set("Content-Type", f.answer.Kind)
	w.WriteHeader(f.answer.Status)
	_, _ = w.Write(f.answer.Body[:len(f.answer.Body)/2])
	_ = http.NewResponseController(w).Flush()
	reset(w)
}

// reset closes the connection so that the client sees a reset.
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
