package cloud

import (
	"bytes"
	"net/http"
	"sync/atomic"
	"time"
)

// minSkew is the difference between two clocks at which a request is signed with the service's: it allows 15 minutes.
const minSkew = time.Minute

// minOffset is the difference that counts for durations. Less is the rounding of the Date header, and the network.
const minOffset = 3 * time.Second

// clock records by how much the service's clock is ahead of this machine's. It keeps two values. Every answer of the service
// shows its time, which is the time for windows and durations. Requests, however, are signed with a corrected time only after
// one was refused for its time stamp, because a wrong Date header must not break what works. A nil clock corrects nothing.
type clock struct {
	local   func() time.Time
	ahead   atomic.Int64 // by the last answer
	signing atomic.Int64 // since the last refusal of a time stamp
}

func (c *clock) offset() time.Duration { return time.Duration(c.ahead.Load()) }

func (c *clock) now() time.Time { return c.local().Add(c.offset()) }

// skew is the correction to sign with; zero if this machine's clock will do.
func (c *clock) skew() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.signing.Load())
}

// learn reads the service's clock off an answer, and reports whether the call is worth repeating with it: it was
// refused for its time, and signed with another clock.
func (c *clock) learn(r *http.Response, body []byte, signedWith time.Duration) bool {
	if c == nil {
		return false
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return false
	}
	if bytes.Contains(body, []byte(`"RequestId"`)) { // from the service, not from something that answers in its place
		c.ahead.Store(int64(atLeast(date.Sub(c.local()).Round(time.Second), minOffset)))
	}
	if !refusesTime(r.StatusCode, body) {
		return false
	}
	ahead := atLeast(time.Until(date).Round(time.Second), minSkew) // the SDK signs with the system's clock
	c.signing.Store(int64(ahead))
	return (ahead - signedWith).Abs() >= minSkew
}

// atLeast is d, or zero if it is less than the limit.
func atLeast(d, limit time.Duration) time.Duration {
	if d.Abs() < limit {
		return 0
	}
	return d
}

// refusesTime looks for the codes as they are written in JSON, so that an answer of another form is not decoded here.
func refusesTime(status int, body []byte) bool {
	return status/100 == 4 && (bytes.Contains(body, []byte(`"InvalidTimeStamp.`)) || bytes.Contains(body, []byte(`"IllegalTimestamp"`)))
}
