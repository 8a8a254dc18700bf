package alibabatest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Metadata is the part of an ECS instance's metadata server that hands out the credentials of the instance's RAM
// role. It is an http.Handler, for a server of the caller's own. It is safe for concurrent use.
type Metadata struct {
	Account  *state.Account
	Role     string        // added on first use; empty: the instance has none, and answers 404
	Hardened bool          // answers only calls with a token of PUT /latest/api/token
	Lifetime time.Duration // of a credential; six hours if zero

	mu     sync.Mutex
	tokens map[string]time.Time // when each expires
	key    *state.Key           // what it handed out last
}

// ServeHTTP answers one call.
func (m *Metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const credentials = "/latest/meta-data/ram/security-credentials/"
	switch {
	case r.URL.Path == "/latest/api/token":
		m.token(w, r)
	case r.Method != http.MethodGet:
		http.Error(w, "405 - Method Not Allowed", http.StatusMethodNotAllowed)
	case m.Hardened && !m.knows(r.Header.Get("X-aliyun-ecs-metadata-token")):
		http.Error(w, "403 - Forbidden", http.StatusForbidden)
	case m.Role != "" && (r.URL.Path == credentials || r.URL.Path+"/" == credentials):
		_, _ = fmt.Fprint(w, m.Role)
	case m.Role != "" && r.URL.Path == credentials+m.Role:
		m.credential(w)
	default:
		http.Error(w, "404 - Not Found", http.StatusNotFound)
	}
}

// token issues a token for up to six hours, as the header asks.
func (m *Metadata) token(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get("X-aliyun-ecs-metadata-token-ttl-seconds"))
	switch {
	case r.Method != http.MethodPut:
		http.Error(w, "405 - Method Not Allowed", http.StatusMethodNotAllowed)
		return
	case err != nil || seconds < 1 || seconds > 21600 || r.Header.Get("X-Forwarded-For") != "":
		http.Error(w, "400 - Bad Request", http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		m.tokens = make(map[string]time.Time)
	}
	token := state.RandomText(state.Alphanum, 43) + "="
	m.tokens[token] = m.Account.Time().Add(time.Duration(seconds) * time.Second)
	_, _ = fmt.Fprint(w, token)
}

func (m *Metadata) knows(token string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Account.Time().Before(m.tokens[token])
}

// credential returns the same credential until half of its lifetime has passed.
func (m *Metadata) credential(w http.ResponseWriter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, lifetime := m.Account.Time(), m.Lifetime
	if lifetime == 0 {
		lifetime = 6 * time.Hour
	}
	if m.key == nil || m.key.Expires.Sub(now) < lifetime/2 {
		m.key = m.Account.AddSession(m.Role, "i-"+strings.ToLower(state.RandomText(state.Alphanum, 20)), now.Add(lifetime))
	}
	w.Header().Set("Content-Type", "text/plain")
	_ = json.NewEncoder(w).Encode(wire.Object{
		{"AccessKeyId", m.key.ID},
		{"AccessKeySecret", m.key.Secret},
		{"Expiration", state.Stamp(m.key.Expires)},
		{"SecurityToken", m.key.Token},
		{"LastUpdated", state.Stamp(now)},
		{"Code", "Success"},
	})
}
