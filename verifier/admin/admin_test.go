package admin_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/admin"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// place is everything that a search may meet. Its values are random: {id}, {secret} and {token} name them.
type place struct {
	env     map[string]string
	config  string // the configuration file; none if empty
	options admin.Options
	roles   atomic.Int32 // how many roles were given out
	lasts   time.Duration
	now     time.Time
	stop    func() // ends all services
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{env: map[string]string{}, lasts: time.Hour, now: time.Now()}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.stop = server.Close
	p.options = admin.Options{
		Config: filepath.Join(t.TempDir(), "config.json"), STS: server.URL, Metadata: server.URL,
		Getenv: func(name string) string { return p.env[name] }, Now: func() time.Time { return p.now },
	}
	return p
}

// ServeHTTP is STS and the metadata service at once. Each credential that it gives out is another one.
func (p *place) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := alibabatest.NewAccount().AddSession("r", "s", time.Now().Add(time.Hour)).Credential()
	given := map[string]string{
		"Code": "Success", "AccessKeyId": c.ID.Reveal(), "AccessKeySecret": c.Secret.Reveal(),
		"SecurityToken": c.Token.Reveal(), "Expiration": p.now.Add(p.lasts).UTC().Format(time.RFC3339),
	}
	hasToken := r.Header.Get("X-aliyun-ecs-metadata-token") == "metadata-token"
	switch {
	case r.URL.Path == "/latest/api/token" && r.Method == http.MethodPut:
		_, _ = w.Write([]byte("metadata-token"))
	case r.URL.Path == "/latest/meta-data/ram/security-credentials/" && hasToken:
		_, _ = w.Write([]byte("instance-role"))
	case r.URL.Path == "/latest/meta-data/ram/security-credentials/instance-role" && hasToken:
		p.roles.Add(1)
		_ = json.NewEncoder(w).Encode(given)
	case r.URL.Path == "/" && strings.HasSuffix(r.FormValue("RoleArn"), "/denied"):
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]string{"RequestId": "R", "Code": "NoPermission", "Message": "You are not authorized."})
	case r.URL.Path == "/" && (r.FormValue("Action") == "AssumeRole" || r.FormValue("OIDCToken") == "jwt"):
		p.roles.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]any{"RequestId": "R", "Credentials": given})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// profiles is a configuration file with a profile of each mode.
const profiles = `{"current":"prod","unknown":[1],"profiles":[
{"name":"prod","mode":"AK","access_key_id":"{id}","access_key_secret":"{secret}","sts_token":"left over","region_id":"cn-hangzhou"},
{"name":"temporary","mode":"StsToken","access_key_id":"{id}","access_key_secret":"{secret}","sts_token":"{token}"},
{"name":"tokenless","mode":"StsToken","access_key_id":"{id}","access_key_secret":"{secret}"},
{"name":"role","mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"{secret}","ram_role_arn":"acs:ram::1:role/ops","expired_seconds":900},
{"name":"denied","mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"{secret}","ram_role_arn":"acs:ram::1:role/denied"},
{"name":"roleless","mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"{secret}"},
{"name":"ecs","mode":"EcsRamRole","ram_role_name":"instance-role"},
{"name":"chain","mode":"ChainableRamRoleArn","source_profile":"link","ram_role_arn":"acs:ram::1:role/last"},
{"name":"link","mode":"ChainableRamRoleArn","source_profile":"oidc","ram_role_arn":"acs:ram::1:role/next"},
{"name":"circle","mode":"ChainableRamRoleArn","source_profile":"circle","ram_role_arn":"acs:ram::1:role/last"},
{"name":"loose","mode":"ChainableRamRoleArn","source_profile":"nobody","ram_role_arn":"acs:ram::1:role/last"},
{"name":"sourceless","mode":"ChainableRamRoleArn","ram_role_arn":"acs:ram::1:role/last"},
{"name":"wrongrole","mode":"EcsRamRole","ram_role_name":"other"},
{"name":"path","mode":"EcsRamRole","ram_role_name":"../x"},
{"name":"oidc","mode":"OIDC","ram_role_arn":"acs:ram::1:role/ci","oidc_provider_arn":"p","oidc_token_file":"{file}"},
{"name":"sso","mode":"CloudSSO"},
{"name":"halfway","mode":"AK","access_key_id":"{id}"},
{"name":"spaced","mode":"AK","access_key_id":"{id} ","access_key_secret":"{secret}"},
{"name":"twice","mode":"AK"},{"name":"twice","mode":"AK"}]}`

var searches = []struct {
	name    string
	set     func(p *place)
	kind    rules.Type // of what is found; "" for none
	source  string     // in words
	wantErr string
}{
	{"nothing", func(*place) {}, "", "", "no administrator's credential was found"},
	{"environment", func(p *place) { p.setEnv() }, rules.AccessKey, "the environment", ""},
	{"environment before the file", func(p *place) { p.setEnv(); p.config = profiles }, rules.AccessKey, "the environment", ""},
	{"environment with a token", func(p *place) { p.setEnv(); p.env["ALIBABA_CLOUD_SECURITY_TOKEN"] = "{token}" }, rules.STS, "the environment", ""},
	{"half an environment", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_ACCESS_KEY_ID"] = "{id}" }, "", "", "secret is missing"},
	{"other half", func(p *place) { p.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "{secret}" }, "", "", "ID is missing"},
	{"line end", func(p *place) { p.setEnv(); p.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "{secret}\n" }, "", "", "characters that no credential has"},
	{"asked profile before the environment", func(p *place) { p.setEnv(); p.ask("temporary") }, rules.STS, "profile temporary of {config}", ""},
	{"current profile", func(p *place) { p.config = profiles }, rules.AccessKey, "profile prod of {config}", ""},
	{"byte order mark", func(p *place) { p.config = "\xef\xbb\xbf" + profiles }, rules.AccessKey, "profile prod of {config}", ""},
	{"profile of the environment", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_PROFILE"] = "role" }, rules.STS, "profile role of {config} (role ops)", ""},
	{"instance", func(p *place) { p.ask("ecs") }, rules.STS, "profile ecs of {config}", ""},
	{"instance as a last place", func(p *place) { p.options.ECS = true }, rules.STS, "the ECS instance's role", ""},
	{"instance of the environment", func(p *place) { p.env["ALIBABA_CLOUD_ECS_METADATA"] = "instance-role" }, rules.STS, "the ECS instance's role", ""},
	{"no such instance role", func(p *place) { p.ask("wrongrole") }, "", "", "answered HTTP 404"},
	{"path for a role", func(p *place) { p.ask("path") }, "", "", "it names no role"},
	{"metadata elsewhere", func(p *place) { p.options.Metadata = "http://10.0.0.1"; p.ask("ecs") }, "", "", "this machine only"},
	{"OIDC profile", func(p *place) { p.ask("oidc") }, rules.STS, "profile oidc of {config} (role ci)", ""},
	{"OIDC environment", func(p *place) {
		p.env["ALIBABA_CLOUD_ROLE_ARN"], p.env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] = "acs:ram::1:role/ci", "p"
		p.env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = "{file}"
	}, rules.STS, "the OIDC token of the environment (role ci)", ""},
	{"half an OIDC", func(p *place) { p.env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = "{file}" }, "", "", "incomplete"},
	{"ARN for something else", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_ROLE_ARN"] = "acs:ram::1:role/x" }, rules.AccessKey, "profile prod of {config}", ""},
	{"chain of roles", func(p *place) { p.ask("chain") }, rules.STS, "profile chain of {config} (role last)", ""},
	{"chain in a circle", func(p *place) { p.ask("circle") }, "", "", "leads in a circle"},
	{"chain to nobody", func(p *place) { p.ask("loose") }, "", "", "has no profile nobody"},
	{"chain without a source", func(p *place) { p.ask("sourceless") }, "", "", "source_profile is missing"},
	{"denied role", func(p *place) { p.ask("denied") }, "", "", "NoPermission"},
	{"role without ARN", func(p *place) { p.ask("roleless") }, "", "", "ram_role_arn is missing"},
	{"no token", func(p *place) { p.ask("tokenless") }, "", "", "sts_token is missing"},
	{"unknown mode", func(p *place) { p.ask("sso") }, "", "", "mode that is not known"},
	{"half a profile", func(p *place) { p.ask("halfway") }, "", "", "secret is missing"},
	{"space", func(p *place) { p.ask("spaced") }, "", "", "characters that no credential has"},
	{"twice", func(p *place) { p.ask("twice") }, "", "", "two profiles"},
	{"no such profile", func(p *place) { p.ask("nobody") }, "", "", "has no profile nobody"},
	{"no file", func(p *place) { p.options.Profile = "prod" }, "", "", "there is no"},
	{"no JSON", func(p *place) { p.config = `{"profiles":[{"access_key_secret":"{secret}`; p.options.ECS = true }, "", "", "it is not JSON"},
	{"wrong type", func(p *place) { p.config = `{"profiles":[{"access_key_secret":["{secret}"]}]}` }, "", "", "wrong type"},
	{"number", func(p *place) { p.config = `{"profiles":[{"access_key_secret":12345678901}]}` }, "", "", "wrong type"},
	{"no current profile", func(p *place) { p.config = strings.Replace(profiles, `"current":"prod",`, "", 1) }, "", "", "which profile is the current one"},
	{"long file", func(p *place) { p.config = profiles + strings.Repeat(" ", 1<<20) }, "", "", "longer than"},
	{"many profiles", func(p *place) { p.config = `{"profiles":[{}` + strings.Repeat(",{}", 1000) + `]}` }, "", "", "more than 1000"},
}

func (p *place) ask(profile string) { p.config, p.options.Profile = profiles, profile }

func (p *place) setEnv() {
	p.env["ALIBABA_CLOUD_ACCESS_KEY_ID"], p.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "{id}", "{secret}"
}

// fill puts random values into the place and its file where it names them, and returns the values.
func (p *place) fill(t *testing.T) rules.Credential {
	t.Helper()
	c := alibabatest.NewAccount().AddSession("r", "s", time.Now().Add(time.Hour)).Credential()
	token := filepath.Join(t.TempDir(), "token")
	write(t, token, "jwt\n")
	file, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{id}", c.ID.Reveal(), "{secret}", c.Secret.Reveal(), "{token}", c.Token.Reveal())
	for name, value := range p.env {
		p.env[name] = strings.ReplaceAll(fill.Replace(value), "{file}", token)
	}
	if p.config != "" {
		write(t, p.options.Config, strings.ReplaceAll(fill.Replace(p.config), `"{file}"`, string(file)))
	}
	return c
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	for _, test := range searches {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			test.set(p)
			values := p.fill(t)
			found, err := admin.Find(t.Context(), p.options)
			if err != nil {
				wantError(t, err, test.wantErr, values)
				return
			}
			got, err := found.Get(t.Context())
			source := strings.ReplaceAll(test.source, "{config}", p.options.Config)
			if err != nil || got.Type != test.kind || found.Source != source || got.ID.IsZero() || got.Secret.IsZero() {
				t.Errorf("got a %s from %q, error %v; want a %s from %q", got.Type, found.Source, err, test.kind, source)
			}
			if got.Token.IsZero() != (test.kind == rules.AccessKey) {
				t.Errorf("a %s with token %v", test.kind, got.Token)
			}
		})
	}
}

func wantError(t *testing.T, err error, want string, values rules.Credential) {
	t.Helper()
	var known *admin.Error
	if want == "" || !strings.Contains(err.Error(), want) || !errors.As(err, &known) || known.Hint == "" {
		t.Errorf("error %v (%T), want a hint and %q", err, err, want)
	}
	for _, secret := range []string{values.ID.Reveal(), values.Secret.Reveal(), values.Token.Reveal(), "12345678901"} {
		if strings.Contains(fmt.Sprintf("%v %+v", err, known), secret) {
			t.Errorf("error %v holds a part of the credential", err)
		}
	}
}

func TestRenewal(t *testing.T) {
	p := newPlace(t)
	p.ask("role")
	p.fill(t)
	found, err := admin.Find(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	get := func() string {
		t.Helper()
		c, err := found.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.ID.Reveal()
	}
	first := get()
	p.now = p.now.Add(50 * time.Minute)
	if get() != first || p.roles.Load() != 1 {
		t.Errorf("it was renewed long before its end")
	}
	p.now = p.now.Add(6 * time.Minute)
	if get() == first || p.roles.Load() != 2 {
		t.Errorf("it was not renewed before its end")
	}
}

func TestRenewalFails(t *testing.T) {
	p := newPlace(t)
	p.ask("oidc")
	p.fill(t)
	found, err := admin.Find(t.Context(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	p.stop()
	p.now = p.now.Add(57 * time.Minute)
	if _, err := found.Get(t.Context()); err != nil {
		t.Errorf("it still lasts, but: %v", err)
	}
	p.now = p.now.Add(4 * time.Minute)
	if c, err := found.Get(t.Context()); err == nil {
		t.Errorf("it has ended, but there is %v", c)
	}
}

func TestMetadataNeedsToken(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		t.Errorf("asked for %s without a token", r.URL.Path)
	}))
	t.Cleanup(server.Close)
	p := newPlace(t)
	p.options.ECS, p.options.Metadata = true, server.URL
	if _, err := admin.Find(t.Context(), p.options); err == nil || !strings.Contains(err.Error(), "HTTP 403") {
		t.Errorf("error %v", err)
	}
}

// TestEmulator finds roles where they are really given out: by STS with a key or a token, and by an ECS instance.
func TestEmulator(t *testing.T) {
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	metadata := httptest.NewServer(&alibabatest.Metadata{Account: account, Role: "instance-role", Hardened: true})
	t.Cleanup(metadata.Close)
	account.AddOIDCProvider("pipeline", "https://ci.example.com", "akguard")
	provider := "acs:ram::" + account.UID() + ":oidc-provider/pipeline"
	account.AddRole(alibabatest.Role{Name: "ci", Trust: `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Federated":["` + provider + `"]}}]}`})
	account.AddRole(alibabatest.Role{Name: "ops"})
	key := account.AddKey("admin").Credential()
	if err := account.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	write(t, token, account.OIDCToken("pipeline", "repo:x", "akguard", time.Now().Add(time.Hour)))
	file, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "config.json")
	write(t, config, strings.NewReplacer("{uid}", account.UID(), "{id}", key.ID.Reveal(), "{secret}", key.Secret.Reveal(), "{file}", string(file)).Replace(`{"profiles":[
{"name":"role","mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"{secret}","ram_role_arn":"acs:ram::{uid}:role/ops"},
{"name":"key","mode":"AK","access_key_id":"{id}","access_key_secret":"{secret}"},
{"name":"chain","mode":"ChainableRamRoleArn","source_profile":"key","ram_role_arn":"acs:ram::{uid}:role/ops"},
{"name":"oidc","mode":"OIDC","ram_role_arn":"acs:ram::{uid}:role/ci","oidc_provider_arn":"acs:ram::{uid}:oidc-provider/pipeline","oidc_token_file":{file}},
{"name":"ecs","mode":"EcsRamRole"}]}`))
	for _, profile := range []string{"role", "chain", "oidc", "ecs"} {
		found, err := admin.Find(t.Context(), admin.Options{Profile: profile, Config: config, STS: server.URL, Metadata: metadata.URL})
		if err != nil {
			t.Errorf("%s: %v", profile, err)
			continue
		}
		c, err := found.Get(t.Context())
		if err != nil || c.Type != rules.STS || !found.Owns(c.ID) || found.Owns(key.ID) != (profile == "role" || profile == "chain") {
			t.Errorf("%s: %+v, error %v", profile, c, err)
		}
	}
}

// A role is asked for over TLS like anything else: who vouches for the endpoint may be said.
func TestRootCAs(t *testing.T) {
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	front := httptest.NewUnstartedServer(server)
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // who does not trust it hangs up
	front.StartTLS()
	t.Cleanup(front.Close)
	account.AddRole(alibabatest.Role{Name: "ops"})
	key := account.AddKey("admin").Credential()
	if err := account.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "config.json")
	write(t, config, fmt.Sprintf(`{"profiles":[{"name":"role","mode":"RamRoleArn","access_key_id":%q,"access_key_secret":%q,"ram_role_arn":"acs:ram::%s:role/ops"}]}`,
		key.ID.Reveal(), key.Secret.Reveal(), account.UID()))
	o := admin.Options{Profile: "role", Config: config, STS: front.URL}
	if _, err := admin.Find(t.Context(), o); err == nil || !strings.Contains(err.Error(), "certificate is not trusted") {
		t.Errorf("error %v", err)
	}
	o.RootCAs = x509.NewCertPool()
	o.RootCAs.AddCert(front.Certificate())
	if _, err := admin.Find(t.Context(), o); err != nil {
		t.Error(err)
	}
}

// FuzzConfig wants no configuration file to end the program, nor to show in an error.
func FuzzConfig(f *testing.F) {
	f.Add(profiles, "prod")
	f.Add(`{"profiles":[{"name":"a","access_key_id":"b","access_key_secret":"c"}]}`, "a")
	f.Add("\xef\xbb\xbf{}", "")
	f.Fuzz(func(t *testing.T, config, profile string) {
		name := filepath.Join(t.TempDir(), "config.json")
		write(t, name, config)
		o := admin.Options{Profile: profile, Config: name, STS: "http://127.0.0.1:1", Metadata: "http://127.0.0.1:1", Getenv: func(string) string { return "" }}
		found, err := admin.Find(t.Context(), o)
		var known *admin.Error
		if (err == nil) != (found != nil) || err != nil && !errors.As(err, &known) {
			t.Errorf("found %v, error %v", found, err)
		}
	})
}
