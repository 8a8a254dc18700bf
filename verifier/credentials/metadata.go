package credentials

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// trueMetadata is the address of the metadata service, the same in every instance.
const trueMetadata = "http://100.100.100.200"

// instance returns nil unless the role of the ECS instance is asked for.
func (f finder) instance() (*Credential, error) {
	name := f.Getenv("ALIBABA_CLOUD_ECS_METADATA")
	if name == "" && !f.ECS {
		return nil, nil
	}
	return f.metadata(name, reason.New("credentials.ecs"))
}

// metadata returns the credential of the instance's role. An instance has one role, so the name may be empty.
func (f finder) metadata(name string, source reason.Reason) (*Credential, error) {
	base := trueMetadata
	if f.Metadata != "" {
		u, err := url.Parse(f.Metadata)
		if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) || u.User != nil || strings.Trim(u.Path, "/") != "" {
			return nil, failed(reason.New("credentials.metadata-endpoint"), reason.New("credentials.metadata-endpoint-hint"))
		}
		base = "http://" + u.Host
	}
	if strings.ContainsAny(name, "/?#%\\ ") {
		return nil, failed(reason.New("credentials.unusable", source, reason.New("credentials.odd-role-name")), reason.New("credentials.name-role"))
	}
	m := &metadataService{base: base, role: name}
	return &Credential{Source: source, fetch: func(ctx context.Context) (cloud.Session, error) {
		s, err := m.session(ctx)
		if err != nil && ctx.Err() == nil {
			err = failed(reason.New("credentials.unusable", source, reason.Of(err)), reason.New("credentials.ecs-only"))
		}
		return s, err
	}}, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// metadataService uses the hardened mode only: without a token, any server that can be tricked into fetching a URL would
// give the role away.
type metadataService struct{ base, role string }

const (
	metadataTimeout = 2 * time.Second
	maxMetadata     = 64 << 10
	credentialsPath = "/latest/meta-data/ram/security-credentials/"
)

func (m *metadataService) session(ctx context.Context) (cloud.Session, error) {
	token, err := m.ask(ctx, http.MethodPut, "/latest/api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", "300")
	if err != nil {
		return cloud.Session{}, err
	}
	const header = "X-aliyun-ecs-metadata-token"
	role := m.role
	if role == "" {
		name, err := m.ask(ctx, http.MethodGet, credentialsPath, header, token)
		if err != nil {
			return cloud.Session{}, err
		}
		role, _, _ = strings.Cut(strings.TrimSpace(name), "\n")
	}
	body, err := m.ask(ctx, http.MethodGet, credentialsPath+url.PathEscape(role), header, token)
	if err != nil {
		return cloud.Session{}, err
	}
	return readMetadata(body)
}

// ask sends one request. It uses no proxy and follows no redirect: both would learn the credential.
func (m *metadataService) ask(ctx context.Context, method, path, header, value string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.base+path, nil)
	if err != nil {
		return "", failed(reason.New("credentials.odd-role-name"), reason.Reason{})
	}
	request.Header.Set(header, value)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", failed(reason.New("credentials.metadata-silent"), reason.Reason{})
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", failed(reason.New("credentials.metadata-status", response.StatusCode), reason.Reason{})
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxMetadata+1))
	if err != nil || len(body) > maxMetadata {
		return "", failed(reason.New("credentials.metadata-answer"), reason.Reason{})
	}
	return string(body), nil
}

func readMetadata(body string) (cloud.Session, error) {
	var got struct {
		Code, AccessKeyID, AccessKeySecret, SecurityToken string
		Expiration                                        time.Time
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Code != "Success" || got.SecurityToken == "" || got.Expiration.IsZero() {
		return cloud.Session{}, failed(reason.New("credentials.metadata-answer"), reason.Reason{})
	}
	c, bad := newCredential(got.AccessKeyID, got.AccessKeySecret, got.SecurityToken)
	if !bad.IsZero() {
		return cloud.Session{}, failed(bad, reason.Reason{})
	}
	return cloud.Session{Credential: c, Expires: got.Expiration}, nil
}
