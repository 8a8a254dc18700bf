package notify

import (
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

// FileVariable is the environment variable that names a file with targets: a list in JSON of objects with the fields name,
// kind, url and key.
const FileVariable = "AKGUARD_NOTIFY_FILE"

// variables are the environment variables for a target of each kind. With _FILE, each names a file with the value.
var variables = []struct {
	kind         Kind
	address, key string
}{
	{DingTalk, "AKGUARD_DINGTALK_URL", "AKGUARD_DINGTALK_SECRET"},
	{Feishu, "AKGUARD_FEISHU_URL", "AKGUARD_FEISHU_SECRET"},
	{WeCom, "AKGUARD_WECOM_URL", ""},
	{Slack, "AKGUARD_SLACK_URL", ""},
	{Webhook, "AKGUARD_WEBHOOK_URL", "AKGUARD_WEBHOOK_SECRET"},
}

// Targets returns what the environment says: one target for each kind, and those in a file. There may be none.
func Targets(getenv func(string) string) ([]Target, error) {
	var out []Target
	for _, v := range variables {
		address, err := valueOf(getenv, v.address)
		if err != nil {
			return nil, err
		}
		key, err := valueOf(getenv, v.key)
		if err != nil {
			return nil, err
		}
		if address != "" {
			out = append(out, Target{string(v.kind), v.kind, rules.NewSecret(address), rules.NewSecret(key)})
		}
	}
	if name := getenv(FileVariable); name != "" {
		more, err := readTargets(name)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	seen := make(map[string]bool)
	for _, t := range out {
		if _, err := t.platform(); err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, reason.NewError("notify.twice", t.Name)
		}
		seen[t.Name] = true
	}
	return out, nil
}

// valueOf returns the value of a variable, or what is in the file that it names with _FILE.
func valueOf(getenv func(string) string, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if value := getenv(name); value != "" {
		return value, nil
	}
	file := getenv(name + "_FILE")
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", reason.NewError("notify.file", file, osfile.WithoutPath(err))
	}
	return strings.TrimSpace(string(text)), nil
}

func readTargets(name string) ([]Target, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, reason.NewError("notify.file", name, osfile.WithoutPath(err))
	}
	var list []struct{ Name, Kind, URL, Key string }
	if json.Unmarshal(text, &list) != nil {
		// The error of the decoder could quote a secret.
		return nil, reason.NewError("notify.file", name, errors.New("it is not a list of objects in JSON"))
	}
	var out []Target
	for _, t := range list {
		if t.Name == "" {
			t.Name = t.Kind
		}
		out = append(out, Target{t.Name, Kind(t.Kind), rules.NewSecret(t.URL), rules.NewSecret(t.Key)})
	}
	return out, nil
}
