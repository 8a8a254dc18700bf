package credentials_test

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
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/credentials"
)

// place is everything that a search may meet. Its values are random: {id}, {secret} and {token} name them.
type place struct {
	env     map[string]string
	config  string // the configuration file; none if empty
	shared  string // the SDKs' file; none if empty
	url     string
	options credentials.Options
	roles   atomic.Int32 // how many roles were given out
	lasts   time.Duration
	now     time.Time
	stop    func() // ends all services
}

func connect(t *testing.T, sts string, roots *x509.CertPool) *connection.Connection {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: map[string]string{"sts": sts}, RootCAs: roots, Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{env: map[string]string{}, lasts: time.Hour, now: time.Now()}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.stop, p.url = server.Close, server.URL
	t.Setenv("HOME", t.TempDir())
	t.Setenv("USERPROFILE", os.Getenv("HOME"))
	p.options = credentials.Options{
		Config: filepath.Join(t.TempDir(), "config.json"), Connection: connect(t, server.URL, nil), Metadata: server.URL, OAuth: server.URL,
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
	case r.URL.Path == "/given":
		_ = json.NewEncoder(w).Encode(given)
	case r.URL.Path == "/refused":
		_ = json.NewEncoder(w).Encode(map[string]string{"Code": "Fail", "AccessKeyId": c.ID.Reveal()})
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/given", http.StatusFound)
	case r.URL.Path == "/cloud-credentials" && r.Header.Get("Authorization") == "Bearer sso-token":
		p.roles.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]any{"CloudCredential": given})
	case r.URL.Path == "/v1/exchange" && r.Header.Get("Authorization") == "Bearer oauth-token":
		p.roles.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]string{
			"accessKeyId": given["AccessKeyId"], "accessKeySecret": given["AccessKeySecret"], "securityToken": given["SecurityToken"],
			"expiration": given["Expiration"],
		})
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
{"name":"sso-kept","mode":"CloudSSO","access_key_id":"{id}","access_key_secret":"{secret}","sts_token":"{token}","sts_expiration":4102444800},
{"name":"sso-token","mode":"CloudSSO","access_key_id":"{id}","access_key_secret":"{secret}","sts_token":"{token}","sts_expiration":1,
 "cloud_sso_sign_in_url":"{server}/login","cloud_sso_account_id":"1","cloud_sso_access_config":"ac","access_token":"sso-token","cloud_sso_access_token_expire":4102444800},
{"name":"sso-over","mode":"CloudSSO","access_key_id":"{id}","access_key_secret":"{secret}","sts_token":"{token}","sts_expiration":1,"access_token":"sso-token","cloud_sso_access_token_expire":1},
{"name":"sso-plain","mode":"CloudSSO","cloud_sso_sign_in_url":"http://signin.example.com","access_token":"sso-token","cloud_sso_access_token_expire":4102444800},
{"name":"oauth","mode":"OAuth","oauth_site_type":"CN","oauth_access_token":"oauth-token","oauth_access_token_expire":4102444800},
{"name":"oauth-wrong","mode":"OAuth","oauth_site_type":"CN","oauth_access_token":"other","oauth_access_token_expire":4102444800},
{"name":"uri","mode":"CredentialsURI","credentials_uri":"{server}/given"},
{"name":"uriless","mode":"CredentialsURI"},
{"name":"mute","mode":"External"},
{"name":"absent","mode":"External","process_command":"/no/such/program '--flag' x"},
{"name":"rsa","mode":"RsaKeyPair"},
{"name":"halfway","mode":"AK","access_key_id":"{id}"},
{"name":"spaced","mode":"AK","access_key_id":"{id} ","access_key_secret":"{secret}"},
{"name":"twice","mode":"AK"},{"name":"twice","mode":"AK"}]}`

// sections are the SDKs' file.
const sections = `# made up
[default]
type = access_key
access_key_id = {id}
access_key_secret = "{secret}"

[role]
type=ram_role_arn
access_key_id={id}
access_key_secret={secret}
role_arn=acs:ram::1:role/ops
role_session_name=s
; a comment
[sdk]
type = sts
access_key_id = {id}
access_key_secret = {secret}
security_token = {token}
[half]
type = access_key
access_key_id = {id}
[rsa]
type = rsa_key_pair
`

var searches = []struct {
	name    string
	set     func(p *place)
	kind    rules.Type // of what is found; "" for none
	source  string     // as its reason is written
	wantErr string
}{
	{"nothing", func(*place) {}, "", "", "credentials.none"},
	{"environment", func(p *place) { p.setEnv() }, rules.AccessKey, "credentials.environment", ""},
	{"environment before the file", func(p *place) { p.setEnv(); p.config = profiles }, rules.AccessKey, "credentials.environment", ""},
	{"environment with a token", func(p *place) { p.setEnv(); p.env["ALIBABA_CLOUD_SECURITY_TOKEN"] = "{token}" }, rules.STS, "credentials.environment", ""},
	{"half an environment", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_ACCESS_KEY_ID"] = "{id}" }, "", "", "credentials.no-secret"},
	{"other half", func(p *place) { p.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "{secret}" }, "", "", "credentials.no-id"},
	{"line end", func(p *place) { p.setEnv(); p.env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "{secret}\n" }, "", "", "credentials.odd-characters"},
	{"asked profile before the environment", func(p *place) { p.setEnv(); p.ask("temporary") }, rules.STS, "credentials.profile(temporary, {config})", ""},
	{"current profile", func(p *place) { p.config = profiles }, rules.AccessKey, "credentials.profile(prod, {config})", ""},
	{"byte order mark", func(p *place) { p.config = "\xef\xbb\xbf" + profiles }, rules.AccessKey, "credentials.profile(prod, {config})", ""},
	{"profile of the environment", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_PROFILE"] = "role" }, rules.STS, "credentials.role(credentials.profile(role, {config}), ops)", ""},
	{"instance", func(p *place) { p.ask("ecs") }, rules.STS, "credentials.profile(ecs, {config})", ""},
	{"instance as a last place", func(p *place) { p.options.ECS = true }, rules.STS, "credentials.ecs", ""},
	{"instance of the environment", func(p *place) { p.env["ALIBABA_CLOUD_ECS_METADATA"] = "instance-role" }, rules.STS, "credentials.ecs", ""},
	{"no such instance role", func(p *place) { p.ask("wrongrole") }, "", "", "credentials.metadata-status(404)"},
	{"path for a role", func(p *place) { p.ask("path") }, "", "", "credentials.odd-role-name"},
	{"metadata elsewhere", func(p *place) { p.options.Metadata = "http://10.0.0.1"; p.ask("ecs") }, "", "", "credentials.metadata-endpoint"},
	{"OIDC profile", func(p *place) { p.ask("oidc") }, rules.STS, "credentials.role(credentials.profile(oidc, {config}), ci)", ""},
	{"OIDC environment", func(p *place) {
		p.env["ALIBABA_CLOUD_ROLE_ARN"], p.env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] = "acs:ram::1:role/ci", "p"
		p.env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = "{file}"
	}, rules.STS, "credentials.role(credentials.oidc-environment, ci)", ""},
	{"half an OIDC", func(p *place) { p.env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = "{file}" }, "", "", "credentials.oidc-incomplete"},
	{"ARN for something else", func(p *place) { p.config = profiles; p.env["ALIBABA_CLOUD_ROLE_ARN"] = "acs:ram::1:role/x" }, rules.AccessKey, "credentials.profile(prod, {config})", ""},
	{"chain of roles", func(p *place) { p.ask("chain") }, rules.STS, "credentials.role(credentials.profile(chain, {config}), last)", ""},
	{"chain in a circle", func(p *place) { p.ask("circle") }, "", "", "credentials.circle"},
	{"chain to nobody", func(p *place) { p.ask("loose") }, "", "", "credentials.no-profile("},
	{"chain without a source", func(p *place) { p.ask("sourceless") }, "", "", "missing-field(source_profile)"},
	{"denied role", func(p *place) { p.ask("denied") }, "", "", "NoPermission"},
	{"role without ARN", func(p *place) { p.ask("roleless") }, "", "", "missing-field(ram_role_arn)"},
	{"no token", func(p *place) { p.ask("tokenless") }, "", "", "missing-field(sts_token)"},
	{"unknown mode", func(p *place) { p.ask("rsa") }, "", "", "credentials.unknown-mode"},
	{"never signed in", func(p *place) { p.ask("sso") }, "", "", "credentials.signed-out"},
	{"session of a sign-in", func(p *place) { p.ask("sso-kept") }, rules.STS, "credentials.profile(sso-kept, {config})", ""},
	{"token of a sign-in", func(p *place) { p.ask("sso-token") }, rules.STS, "credentials.profile(sso-token, {config})", ""},
	{"sign-in that is over", func(p *place) { p.ask("sso-over") }, "", "", "credentials.signed-out"},
	{"sign-in in plain http", func(p *place) { p.ask("sso-plain") }, "", "", "missing-field(cloud_sso_sign_in_url"},
	{"OAuth", func(p *place) { p.ask("oauth") }, rules.STS, "credentials.profile(oauth, {config})", ""},
	{"refused OAuth", func(p *place) { p.ask("oauth-wrong") }, "", "", "credentials.exchange-status("},
	{"URI profile", func(p *place) { p.ask("uri") }, rules.STS, "credentials.profile(uri, {config})", ""},
	{"no URI", func(p *place) { p.ask("uriless") }, "", "", "missing-field(credentials_uri)"},
	{"URI of the environment", func(p *place) { p.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = "{server}/given" }, rules.STS, "credentials.uri", ""},
	{"URI that refuses", func(p *place) { p.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = "{server}/refused" }, "", "", "credentials.exchange-answer"},
	{"URI that redirects", func(p *place) { p.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = "{server}/moved" }, "", "", "credentials.exchange-status"},
	{"URI in plain http", func(p *place) { p.env["ALIBABA_CLOUD_CREDENTIALS_URI"] = "http://example.com/given" }, "", "", "credentials.uri-not-safe"},
	{"program without a name", func(p *place) { p.ask("mute") }, "", "", "missing-field(process_command)"},
	{"program that is not there", func(p *place) { p.ask("absent") }, "", "", "credentials.external-failed(/no/such/program)"},
	{"forbidden program", func(p *place) { p.ask("absent"); p.env["ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"] = "TRUE" }, "", "", "credentials.external-off"},
	{"ALICLOUD names", func(p *place) {
		p.env["ALICLOUD_ACCESS_KEY_ID"], p.env["ALICLOUD_ACCESS_KEY_SECRET"] = "{id}", "{secret}"
	}, rules.AccessKey, "credentials.environment-as(ALICLOUD_)", ""},
	{"Terraform's names", func(p *place) {
		p.env["ALICLOUD_ACCESS_KEY"], p.env["ALICLOUD_SECRET_KEY"], p.env["ALICLOUD_SECURITY_TOKEN"] = "{id}", "{secret}", "{token}"
	}, rules.STS, "credentials.environment-as(ALICLOUD_)", ""},
	{"halves of two prefixes", func(p *place) {
		p.env["ALIBABA_CLOUD_ACCESS_KEY_ID"], p.env["ALICLOUD_ACCESS_KEY_SECRET"] = "{id}", "{secret}"
	}, "", "", "credentials.no-secret"},
	{"SDKs' file", func(p *place) { p.shared = sections }, rules.AccessKey, "credentials.profile(default, {shared})", ""},
	{"section of the environment", func(p *place) { p.shared = sections; p.env["ALIBABA_CLOUD_PROFILE"] = "role" }, rules.STS, "credentials.role(credentials.profile(role, {shared}), ops)", ""},
	{"asked section", func(p *place) { p.shared = sections; p.ask("sdk") }, rules.STS, "credentials.profile(sdk, {shared})", ""},
	{"asked section without the other file", func(p *place) { p.shared, p.options.Profile = sections, "sdk" }, rules.STS, "credentials.profile(sdk, {shared})", ""},
	{"broken section", func(p *place) { p.shared = sections; p.env["ALIBABA_CLOUD_PROFILE"] = "half"; p.options.ECS = true }, "", "", "credentials.no-secret"},
	{"section of another kind", func(p *place) { p.shared = sections; p.env["ALIBABA_CLOUD_PROFILE"] = "rsa" }, "", "", "credentials.unknown-mode"},
	{"no such section", func(p *place) { p.shared = sections; p.env["ALIBABA_CLOUD_PROFILE"] = "nobody"; p.options.ECS = true }, "", "", "credentials.no-profile("},
	{"SDKs' file that is not there", func(p *place) { p.env["ALIBABA_CLOUD_CREDENTIALS_FILE"] = "/no/such/file"; p.options.ECS = true }, "", "", "credentials.config-unreadable(/no/such/file"},
	{"the aliyun command's file that is not there", func(p *place) {
		p.options.Config, p.env["ALIBABA_CLOUD_CONFIG_FILE"] = "", "/no/such/config"
		p.options.ECS = true
	}, "", "", "credentials.config-unreadable(/no/such/config"},
	{"half a profile", func(p *place) { p.ask("halfway") }, "", "", "credentials.no-secret"},
	{"space", func(p *place) { p.ask("spaced") }, "", "", "credentials.odd-characters"},
	{"twice", func(p *place) { p.ask("twice") }, "", "", "credentials.profile-twice"},
	{"no such profile", func(p *place) { p.ask("nobody") }, "", "", "credentials.no-profile("},
	{"no file", func(p *place) { p.options.Profile = "prod" }, "", "", "credentials.no-config"},
	{"no JSON", func(p *place) { p.config = `{"profiles":[{"access_key_secret":"{secret}`; p.options.ECS = true }, "", "", "credentials.config-not-json"},
	{"credentials.config-type", func(p *place) { p.config = `{"profiles":[{"access_key_secret":["{secret}"]}]}` }, "", "", "credentials.config-type"},
	{"number", func(p *place) { p.config = `{"profiles":[{"access_key_secret":12345678901}]}` }, "", "", "credentials.config-type"},
	{"no current profile", func(p *place) { p.config = strings.Replace(profiles, `"current":"prod",`, "", 1) }, "", "", "credentials.no-current-profile"},
	{"long file", func(p *place) { p.config = profiles + strings.Repeat(" ", 1<<20) }, "", "", "credentials.file-too-long"},
	{"many profiles", func(p *place) { p.config = `{"profiles":[{}` + strings.Repeat(",{}", 1000) + `]}` }, "", "", "credentials.config-profiles"},
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
	fill := strings.NewReplacer("{server}", p.url, "{id}", c.ID.Reveal(), "{secret}", c.Secret.Reveal(), "{token}", c.Token.Reveal())
	for name, value := range p.env {
		p.env[name] = strings.ReplaceAll(fill.Replace(value), "{file}", token)
	}
	if p.shared != "" {
		p.options.Shared = filepath.Join(t.TempDir(), "credentials")
		write(t, p.options.Shared, fill.Replace(p.shared))
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
			found, err := credentials.Find(t.Context(), p.options)
			if err != nil {
				wantError(t, err, test.wantErr, values)
				return
			}
			got, err := found.Get(t.Context())
			source := strings.NewReplacer("{config}", p.options.Config, "{shared}", p.options.Shared).Replace(test.source)
			if err != nil || got.Type != test.kind || found.Source.String() != source || got.ID.IsZero() || got.Secret.IsZero() {
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
	var known *reason.Error
	if want == "" || !strings.Contains(err.Error(), want) || !errors.As(err, &known) || known.Hint.IsZero() {
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
	found, err := credentials.Find(t.Context(), p.options)
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
	found, err := credentials.Find(t.Context(), p.options)
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
	if _, err := credentials.Find(t.Context(), p.options); err == nil || !strings.Contains(err.Error(), "credentials.metadata-status(403)") {
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
		found, err := credentials.Find(t.Context(), credentials.Options{Profile: profile, Config: config, Connection: connect(t, server.URL, nil), Metadata: metadata.URL})
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
	o := credentials.Options{Profile: "role", Config: config, Connection: connect(t, front.URL, nil)}
	if _, err := credentials.Find(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cloud.certificate") {
		t.Errorf("error %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(front.Certificate())
	o.Connection = connect(t, front.URL, roots)
	if _, err := credentials.Find(t.Context(), o); err != nil {
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
		o := credentials.Options{Profile: profile, Config: name, Connection: connect(t, "http://127.0.0.1:1", nil), Metadata: "http://127.0.0.1:1", Getenv: func(string) string { return "" }}
		found, err := credentials.Find(t.Context(), o)
		var known *reason.Error
		if (err == nil) != (found != nil) || err != nil && !errors.As(err, &known) {
			t.Errorf("found %v, error %v", found, err)
		}
	})
}
