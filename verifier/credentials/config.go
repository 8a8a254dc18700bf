package credentials

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/osfile"
)

const (
	defaultConfig = "~/.aliyun/config.json"
	maxConfig     = 1 << 20
	maxProfiles   = 1000
)

// config is the part of the aliyun command's configuration that matters here.
type config struct {
	Current  string    `json:"current"`
	Profiles []profile `json:"profiles"`
}

type profile struct {
	Name         string `json:"name"`
	Mode         string `json:"mode"`
	ID           string `json:"access_key_id"`
	Secret       string `json:"access_key_secret"`
	Token        string `json:"sts_token"`
	RoleName     string `json:"ram_role_name"`
	RoleARN      string `json:"ram_role_arn"`
	Source       string `json:"source_profile"` // of ChainableRamRoleArn: whose credential assumes the role
	Session      string `json:"ram_session_name"`
	Seconds      int    `json:"expired_seconds"`
	External     string `json:"external_id"`
	OIDCProvider string `json:"oidc_provider_arn"`
	OIDCFile     string `json:"oidc_token_file"`
	URI          string `json:"credentials_uri"`
	Command      string `json:"process_command"`
	TokenEnds    int64  `json:"sts_expiration"` // of Token, for CloudSSO and OAuth; a Unix time, as all

	SignIn          string `json:"cloud_sso_sign_in_url"`
	Account         string `json:"cloud_sso_account_id"`
	AccessConfig    string `json:"cloud_sso_access_config"`
	AccessToken     string `json:"access_token"`
	AccessTokenEnds int64  `json:"cloud_sso_access_token_expire"`

	Site           string `json:"oauth_site_type"`
	OAuthToken     string `json:"oauth_access_token"`
	OAuthTokenEnds int64  `json:"oauth_access_token_expire"`
}

func (f finder) configName() string {
	return cmp.Or(f.Config, f.Getenv("ALIBABA_CLOUD_CONFIG_FILE"), defaultConfig)
}

// current returns nil if there is no configuration file, unless the environment names one.
func (f finder) current() (*Credential, error) {
	c, err := f.readConfig()
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.Getenv("ALIBABA_CLOUD_CONFIG_FILE") != "":
		return nil, failed(reason.New("credentials.config-unreadable", f.configName(), reason.Of(err)), reason.New("credentials.make-readable"))
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	name := cmp.Or(f.first("PROFILE"), c.Current)
	if name == "" && len(c.Profiles) == 1 {
		name = c.Profiles[0].Name
	}
	if name == "" {
		return nil, failed(reason.New("credentials.no-current-profile", f.configName()), reason.New("credentials.name-profile", c.names()))
	}
	return f.of(c, name)
}

// profile returns the credential of the profile with that name.
func (f finder) profile(name string) (*Credential, error) {
	c, err := f.readConfig()
	if (err == nil && !c.has(name) || errors.Is(err, fs.ErrNotExist)) && f.has(name) {
		return f.shared(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failed(reason.New("credentials.no-config", name, f.configName()), reason.New("credentials.configure-or-leave-out", name))
	}
	if err != nil {
		return nil, err
	}
	return f.of(c, name)
}

// maxChain is how many profiles may follow one another, each assuming its role with the credential of the next.
const maxChain = 5

func (f finder) of(c config, name string) (*Credential, error) { return f.chained(c, name, maxChain) }

func (f finder) chained(c config, name string, links int) (*Credential, error) {
	var found *profile
	for i := range c.Profiles {
		if c.Profiles[i].Name != name {
			continue
		}
		if found != nil {
			return nil, failed(reason.New("credentials.profile-twice", f.configName(), name), reason.New("credentials.rename-profile"))
		}
		found = &c.Profiles[i]
	}
	if found == nil {
		return nil, failed(reason.New("credentials.no-profile", f.configName(), name), reason.New("credentials.profiles", c.names()))
	}
	source := reason.New("credentials.profile", name, f.configName())
	var credential *Credential
	var err error
	if found.Mode == "ChainableRamRoleArn" {
		credential, err = f.chain(c, *found, source, links)
	} else {
		credential, err = f.use(*found, source)
	}
	var flaw *profileError
	if errors.As(err, &flaw) {
		return nil, failed(reason.New("credentials.unusable", source, flaw.reason), reason.New("credentials.configure", name))
	}
	return credential, err
}

// profileError is a flaw of a profile, which is named in front of it.
type profileError struct{ reason reason.Reason }

func (e *profileError) Error() string { return e.reason.String() }

func missing(field string) error {
	return &profileError{reason.New("credentials.missing-field", field)}
}

// chain assumes the role of a profile with another profile's credential.
func (f finder) chain(c config, p profile, source reason.Reason, links int) (*Credential, error) {
	switch {
	case links == 0:
		return nil, &profileError{reason.New("credentials.circle")}
	case p.Source == "":
		return nil, missing("source_profile")
	}
	from, err := f.chained(c, p.Source, links-1)
	if err != nil {
		return nil, err
	}
	from.now = f.Now
	return f.assumed(p, source, from)
}

func (c config) has(name string) bool {
	return slices.ContainsFunc(c.Profiles, func(p profile) bool { return p.Name == name })
}

// names lists the profiles for a person.
func (c config) names() string {
	const most = 20
	var names []string
	for _, p := range c.Profiles[:min(most, len(c.Profiles))] {
		names = append(names, p.Name)
	}
	if len(c.Profiles) > most {
		names = append(names, "…")
	}
	return cmp.Or(strings.Join(names, ", "), "-")
}

// use makes the credential of a profile.
func (f finder) use(p profile, source reason.Reason) (*Credential, error) {
	switch p.Mode {
	case "AK", "":
		p.Token = ""
		return fixed(p, source)
	case "StsToken":
		if p.Token == "" {
			return nil, missing("sts_token")
		}
		return fixed(p, source)
	case "RamRoleArn":
		return f.roleOf(p, source)
	case "EcsRamRole":
		return f.metadata(p.RoleName, source)
	case "OIDC":
		if p.RoleARN == "" || p.OIDCProvider == "" || p.OIDCFile == "" {
			return nil, missing("ram_role_arn, oidc_provider_arn, oidc_token_file")
		}
		a := p.assume()
		a.Provider = p.OIDCProvider
		return f.web(a, p.OIDCFile, withRole(source, p.RoleARN)), nil
	case "CredentialsURI":
		if p.URI == "" {
			p.URI = f.Getenv("ALIBABA_CLOUD_CREDENTIALS_URI")
		}
		if p.URI == "" {
			return nil, missing("credentials_uri")
		}
		return f.uri(p.URI, source)
	case "External":
		return f.external(p, source)
	case "CloudSSO", "OAuth":
		return f.signedIn(p, source)
	}
	return nil, failed(reason.New("credentials.unknown-mode", source), reason.New("credentials.use-known-mode"))
}

func fixed(p profile, source reason.Reason) (*Credential, error) {
	c, bad := newCredential(p.ID, p.Secret, p.Token)
	if !bad.IsZero() {
		return nil, &profileError{bad}
	}
	return &Credential{Source: source, current: cloud.Session{Credential: c}}, nil
}

func (p profile) assume() cloud.Assume {
	a := cloud.Assume{RoleARN: p.RoleARN, Session: cmp.Or(p.Session, defaultSession), External: p.External}
	if p.Seconds >= 900 && p.Seconds <= 12*3600 {
		a.Duration = time.Duration(p.Seconds) * time.Second
	}
	return a
}

// readConfig reads the file. Its errors quote no part of it, because it holds secrets.
func (f finder) readConfig() (config, error) {
	data, err := f.readFile(cmp.Or(f.Config, f.Getenv("ALIBABA_CLOUD_CONFIG_FILE")))
	if err != nil {
		return config{}, err
	}
	var c config
	err = json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &c)
	var wrong *json.UnmarshalTypeError
	hint := reason.New("credentials.mend-config")
	switch {
	case errors.As(err, &wrong):
		return config{}, failed(reason.New("credentials.config-type", f.configName(), wrong.Field), hint)
	case err != nil:
		return config{}, failed(reason.New("credentials.config-not-json", f.configName()), hint)
	case len(c.Profiles) > maxProfiles:
		return config{}, failed(reason.New("credentials.config-profiles", f.configName(), maxProfiles), hint)
	}
	return c, nil
}

// readFile reads the configuration file, by default the one in the home folder.
func (f finder) readFile(name string) ([]byte, error) {
	if name == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", defaultConfig, fs.ErrNotExist)
		}
		name = filepath.Join(home, ".aliyun", "config.json")
	}
	data, err := readSmall(name, maxConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failed(reason.New("credentials.config-unreadable", f.configName(), reason.Of(err)), reason.New("credentials.make-readable"))
	}
	return data, err
}

// readSmall reads a regular file only: a pipe might never end.
func readSmall(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, osfile.WithoutPath(err)
	case !info.Mode().IsRegular():
		return nil, failed(reason.New("credentials.not-plain-file"), reason.Reason{})
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, osfile.WithoutPath(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, osfile.WithoutPath(err)
	case int64(len(data)) > limit:
		return nil, failed(reason.New("credentials.file-too-long", limit), reason.Reason{})
	}
	return data, nil
}
