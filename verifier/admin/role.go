package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// defaultSession names the session of a role in the owner's ActionTrail.
const defaultSession = "akguard"

// maxToken is far above the length of any OIDC token.
const maxToken = 64 << 10

// roleOf takes on the role of a profile with its key.
func (f finder) roleOf(p profile, source string) (*Credential, error) {
	key, err := fixed(p, source)
	if err != nil {
		return nil, err
	}
	return f.assumed(p, source, key)
}

// assumed takes on the role of a profile with a credential.
func (f finder) assumed(p profile, source string, from *Credential) (*Credential, error) {
	if p.RoleARN == "" {
		return nil, errors.New("its ram_role_arn is missing")
	}
	source += " (" + shortRole(p.RoleARN) + ")"
	return &Credential{Source: source, base: from, fetch: func(ctx context.Context) (openapi.Session, error) {
		client, err := f.sts()
		if err != nil {
			return openapi.Session{}, err
		}
		key, err := from.Get(ctx)
		if err != nil {
			return openapi.Session{}, err
		}
		s, err := client.AssumeRole(ctx, key, p.assume())
		return s, refused(ctx, err, source)
	}}, nil
}

// web takes on a role with the OIDC token that a file holds. The file is read each time: it is renewed too.
func (f finder) web(a openapi.Assume, file, source string) *Credential {
	return &Credential{Source: source, fetch: func(ctx context.Context) (openapi.Session, error) {
		token, err := readSmall(file, maxToken)
		if err != nil {
			return openapi.Session{}, failed("ALIBABA_CLOUD_OIDC_TOKEN_FILE or oidc_token_file names a file that holds a token",
				"%s: reading the token: %w", source, err)
		}
		client, err := f.sts()
		if err != nil {
			return openapi.Session{}, err
		}
		a.Token = rules.NewSecret(string(bytes.TrimSpace(token)))
		s, err := client.AssumeRoleWithOIDC(ctx, a)
		return s, refused(ctx, err, source)
	}}
}

func (f finder) sts() (*openapi.Client, error) {
	client, err := openapi.New(openapi.Options{Endpoint: f.STS, RootCAs: f.RootCAs, UserAgent: f.UserAgent})
	if err != nil {
		return nil, failed("an endpoint is an https URL; http is accepted for this machine only", "STS: %w", err)
	}
	return client, nil
}

// refused says what a role was refused with.
func refused(ctx context.Context, err error, source string) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("taking on the role of %s: %w", source, ctx.Err())
	}
	return failed("see that its key works and that the role's trust policy names it", "taking on the role of %s: %w", source, err)
}

// shortRole is the role's name of its ARN.
func shortRole(arn string) string {
	_, name, ok := strings.Cut(arn, ":role/")
	if !ok || rules.MaskIDs(name) != name {
		return "a role"
	}
	return "role " + name
}

// trueMetadata is the metadata service, at the same address in every instance.
const trueMetadata = "http://100.100.100.200"

// instance is nil unless the role of the instance is asked for.
func (f finder) instance() (*Credential, error) {
	name := f.Getenv("ALIBABA_CLOUD_ECS_METADATA")
	if name == "" && !f.ECS {
		return nil, nil
	}
	return f.metadata(name, "the ECS instance's role")
}

// metadata gives the credential of the instance's role, of which there is one; name may be empty.
func (f finder) metadata(name, source string) (*Credential, error) {
	base := trueMetadata
	if f.Metadata != "" {
		u, err := url.Parse(f.Metadata)
		if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) || u.User != nil || strings.Trim(u.Path, "/") != "" {
			return nil, failed("leave it out to ask the true one", "the metadata service may be replaced by an http URL of this machine only")
		}
		base = "http://" + u.Host
	}
	if strings.ContainsAny(name, "/?#%\\ ") {
		return nil, failed("name the role as the RAM console does", "%s: it names no role", source)
	}
	m := &metadataService{base: base, role: name}
	return &Credential{Source: source, fetch: func(ctx context.Context) (openapi.Session, error) {
		s, err := m.session(ctx)
		if err != nil && ctx.Err() == nil {
			err = failed("it works on an ECS instance that has a RAM role; elsewhere, take a profile", "%s: %w", source, err)
		}
		return s, err
	}}, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// metadataService speaks the hardened mode alone: without a token, a server that can be made to fetch a URL would give
// away the role.
type metadataService struct{ base, role string }

const (
	metadataTimeout = 2 * time.Second
	maxMetadata     = 64 << 10
	credentialsPath = "/latest/meta-data/ram/security-credentials/"
)

func (m *metadataService) session(ctx context.Context) (openapi.Session, error) {
	token, err := m.ask(ctx, http.MethodPut, "/latest/api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", "300")
	if err != nil {
		return openapi.Session{}, err
	}
	const header = "X-aliyun-ecs-metadata-token"
	role := m.role
	if role == "" {
		name, err := m.ask(ctx, http.MethodGet, credentialsPath, header, token)
		if err != nil {
			return openapi.Session{}, err
		}
		role, _, _ = strings.Cut(strings.TrimSpace(name), "\n")
	}
	body, err := m.ask(ctx, http.MethodGet, credentialsPath+url.PathEscape(role), header, token)
	if err != nil {
		return openapi.Session{}, err
	}
	return readMetadata(body)
}

// ask sends one request. It uses no proxy and follows no redirect: both would learn the credential.
func (m *metadataService) ask(ctx context.Context, method, path, header, value string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.base+path, nil)
	if err != nil {
		return "", errors.New("the role's name is unusable")
	}
	request.Header.Set(header, value)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", errors.New("the metadata service does not answer")
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the metadata service answered HTTP %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxMetadata+1))
	if err != nil || len(body) > maxMetadata {
		return "", errors.New("the metadata service's answer broke off, or is too long")
	}
	return string(body), nil
}

func readMetadata(body string) (openapi.Session, error) {
	var got struct {
		Code, AccessKeyID, AccessKeySecret, SecurityToken string
		Expiration                                        time.Time
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Code != "Success" || got.SecurityToken == "" || got.Expiration.IsZero() {
		return openapi.Session{}, errors.New("the metadata service's answer was not understood")
	}
	c, err := newCredential(got.AccessKeyID, got.AccessKeySecret, got.SecurityToken)
	return openapi.Session{Credential: c, Expires: got.Expiration}, err
}
