package admin

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
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/openapi"
)

const (
	defaultConfig = "~/.aliyun/config.json"
	maxConfig     = 1 << 20
	maxProfiles   = 1000
)

// config is what the aliyun command keeps. What else it keeps there is not read.
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
	Source       string `json:"source_profile"` // of ChainableRamRoleArn: whose credential takes the role on
	Session      string `json:"ram_session_name"`
	Seconds      int    `json:"expired_seconds"`
	External     string `json:"external_id"`
	OIDCProvider string `json:"oidc_provider_arn"`
	OIDCFile     string `json:"oidc_token_file"`
}

func (f finder) configName() string { return cmp.Or(f.Config, defaultConfig) }

// current is nil if there is no configuration file.
func (f finder) current() (*Credential, error) {
	c, err := f.readConfig()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	name := cmp.Or(f.Getenv("ALIBABA_CLOUD_PROFILE"), c.Current)
	if name == "" && len(c.Profiles) == 1 {
		name = c.Profiles[0].Name
	}
	if name == "" {
		return nil, failed("name a profile with --profile: "+c.names(), "%s does not say which profile is the current one", f.configName())
	}
	return f.of(c, name)
}

// profile finds the one that was asked for.
func (f finder) profile(name string) (*Credential, error) {
	c, err := f.readConfig()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failed("run aliyun configure --profile "+name+", or leave out --profile", "profile %s: there is no %s", name, f.configName())
	}
	if err != nil {
		return nil, err
	}
	return f.of(c, name)
}

// maxChain is how many profiles may stand in a row that take on a role with the next one's credential.
const maxChain = 5

func (f finder) of(c config, name string) (*Credential, error) { return f.chained(c, name, maxChain) }

func (f finder) chained(c config, name string, links int) (*Credential, error) {
	var found *profile
	for i := range c.Profiles {
		if c.Profiles[i].Name != name {
			continue
		}
		if found != nil {
			return nil, failed("rename one of them", "%s has two profiles %s", f.configName(), name)
		}
		found = &c.Profiles[i]
	}
	if found == nil {
		return nil, failed("it has: "+c.names(), "%s has no profile %s", f.configName(), name)
	}
	source := fmt.Sprintf("profile %s of %s", name, f.configName())
	var credential *Credential
	var err error
	if found.Mode == "ChainableRamRoleArn" {
		credential, err = f.chain(c, *found, source, links)
	} else {
		credential, err = f.use(*found, source)
	}
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, failed("run aliyun configure --profile "+name, "%s: %w", source, err)
	}
	return credential, nil
}

// chain takes on the role of a profile with another profile's credential.
func (f finder) chain(c config, p profile, source string, links int) (*Credential, error) {
	switch {
	case links == 0:
		return nil, errors.New("its source_profile leads in a circle")
	case p.Source == "":
		return nil, errors.New("its source_profile is missing")
	}
	from, err := f.chained(c, p.Source, links-1)
	if err != nil {
		return nil, err
	}
	from.now = f.Now
	return f.assumed(p, source, from)
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
	return cmp.Or(strings.Join(names, ", "), "none")
}

// use makes the credential of a profile.
func (f finder) use(p profile, source string) (*Credential, error) {
	switch p.Mode {
	case "AK", "":
		p.Token = ""
		return fixed(p, source)
	case "StsToken":
		if p.Token == "" {
			return nil, errors.New("its sts_token is missing")
		}
		return fixed(p, source)
	case "RamRoleArn":
		return f.roleOf(p, source)
	case "EcsRamRole":
		return f.metadata(p.RoleName, source)
	case "OIDC":
		if p.RoleARN == "" || p.OIDCProvider == "" || p.OIDCFile == "" {
			return nil, errors.New("ram_role_arn, oidc_provider_arn or oidc_token_file is missing")
		}
		a := p.assume()
		a.Provider = p.OIDCProvider
		return f.web(a, p.OIDCFile, source+" ("+shortRole(p.RoleARN)+")"), nil
	}
	return nil, failed("take a profile of one of these modes, or set the environment's variables",
		"%s has a mode that is not known here: it is AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole or OIDC", source)
}

func fixed(p profile, source string) (*Credential, error) {
	c, err := newCredential(p.ID, p.Secret, p.Token)
	if err != nil {
		return nil, err
	}
	return &Credential{Source: source, current: openapi.Session{Credential: c}}, nil
}

func (p profile) assume() openapi.Assume {
	a := openapi.Assume{RoleARN: p.RoleARN, Session: cmp.Or(p.Session, defaultSession), External: p.External}
	if p.Seconds >= 900 && p.Seconds <= 12*3600 {
		a.Duration = time.Duration(p.Seconds) * time.Second
	}
	return a
}

// readConfig reads the file. Its errors quote nothing of it.
func (f finder) readConfig() (config, error) {
	data, err := f.readFile(f.Config)
	if err != nil {
		return config{}, err
	}
	var c config
	err = json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &c)
	var wrong *json.UnmarshalTypeError
	const hint = "mend the file, or run aliyun configure; --profile does not help as long as the file is broken"
	switch {
	case errors.As(err, &wrong):
		return config{}, failed(hint, "reading %s: the value of %s is of the wrong type", f.configName(), wrong.Field)
	case err != nil:
		return config{}, failed(hint, "reading %s: it is not JSON", f.configName())
	case len(c.Profiles) > maxProfiles:
		return config{}, failed(hint, "reading %s: it has more than %d profiles", f.configName(), maxProfiles)
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
		return nil, failed("make it a file that you can read", "reading %s: %w", f.configName(), err)
	}
	return data, err
}

// readSmall reads a plain file: a pipe would never end.
func readSmall(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, bare(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a plain file")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, bare(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, bare(err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("it is longer than %d bytes", limit)
	}
	return data, nil
}

// bare is an error without the path, which is named in front of it.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
