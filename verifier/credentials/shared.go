package credentials

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

const defaultShared = "~/.alibabacloud/credentials"

// sharedName is the file that the vendor's SDKs share.
func (f finder) sharedName() string {
	return cmp.Or(f.Shared, f.Getenv("ALIBABA_CLOUD_CREDENTIALS_FILE"), defaultShared)
}

// shared returns the credential of a section of the SDKs' file, "default" if none is named. It returns nil if there is no
// such file, unless somebody named it.
func (f finder) shared(section string) (*Credential, error) {
	sections, err := f.readShared()
	if errors.Is(err, fs.ErrNotExist) && f.Shared == "" && f.Getenv("ALIBABA_CLOUD_CREDENTIALS_FILE") == "" {
		return nil, nil
	}
	if err != nil {
		return nil, failed(reason.New("credentials.config-unreadable", f.sharedName(), reason.Of(err)), reason.New("credentials.make-readable"))
	}
	name := cmp.Or(section, f.first("PROFILE"), "default")
	values, ok := sections[name]
	if !ok {
		return nil, failed(reason.New("credentials.no-profile", f.sharedName(), name), reason.New("credentials.name-section"))
	}
	source := reason.New("credentials.profile", name, f.sharedName())
	c, err := f.use(sectionProfile(name, values), source)
	var flaw *profileError
	if errors.As(err, &flaw) {
		return nil, failed(reason.New("credentials.unusable", source, flaw.reason), reason.New("credentials.mend-shared"))
	}
	return c, err
}

// has reports whether the SDKs' file has a section.
func (f finder) has(section string) bool {
	sections, err := f.readShared()
	_, ok := sections[section]
	return err == nil && ok
}

// modes are the types of the SDKs' file as modes of the aliyun command's.
var modes = map[string]string{
	"access_key": "AK", "sts": "StsToken", "ram_role_arn": "RamRoleArn", "ecs_ram_role": "EcsRamRole",
	"oidc_role_arn": "OIDC", "credentials_uri": "CredentialsURI",
}

func sectionProfile(name string, v map[string]string) profile {
	return profile{
		Name: name, Mode: cmp.Or(modes[v["type"]], "type "+v["type"]), ID: v["access_key_id"], Secret: v["access_key_secret"],
		Token: cmp.Or(v["sts_token"], v["security_token"]), RoleName: v["role_name"], RoleARN: v["role_arn"],
		Session: v["role_session_name"], OIDCProvider: v["oidc_provider_arn"], OIDCFile: v["oidc_token_file_path"],
		URI: v["credentials_uri"],
	}
}

// readShared reads the SDKs' file, by section.
func (f finder) readShared() (map[string]map[string]string, error) {
	name := f.sharedName()
	if name == defaultShared {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", defaultShared, fs.ErrNotExist)
		}
		name = filepath.Join(home, ".alibabacloud", "credentials")
	}
	data, err := readSmall(name, maxConfig)
	if err != nil {
		return nil, err
	}
	sections := map[string]map[string]string{}
	var current map[string]string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	lines.Buffer(nil, maxConfig+1)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		key, value, isValue := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && line[len(line)-1] == ']':
			current = map[string]string{}
			sections[strings.TrimSpace(line[1:len(line)-1])] = current
		case isValue && current != nil:
			current[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return sections, nil
}
