//go:build unix

package credentials_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/credentials"
)

// TestExternal runs programs that print a profile, or something else.
func TestExternal(t *testing.T) {
	c := alibabatest.NewAccount().AddSession("r", "s", time.Now().Add(time.Hour)).Credential()
	quote := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	session := map[string]any{"mode": "StsToken", "access_key_id": c.ID.Reveal(), "access_key_secret": c.Secret.Reveal(), "sts_token": c.Token.Reveal()}
	for _, test := range []struct {
		name    string
		prints  any
		command string // with {file}; cat if empty
		kind    rules.Type
		wantErr string
	}{
		{"a session", session, "", rules.STS, ""},
		{"a key", map[string]any{"mode": "AK", "access_key_id": c.ID.Reveal(), "access_key_secret": c.Secret.Reveal()}, "", rules.AccessKey, ""},
		{"quotes", session, `sh -c 'cat "$0"' "{file}"`, rules.STS, ""},
		{"itself", map[string]any{"mode": "External", "process_command": "x"}, "", "", "credentials.circle"},
		{"half", map[string]any{"mode": "AK", "access_key_id": c.ID.Reveal()}, "", "", "credentials.no-secret"},
		{"no JSON", nil, `sh -c "echo ` + c.Secret.Reveal() + `"`, "", "credentials.external-answer(sh)"},
		{"a failure", nil, `sh -c "echo ` + c.Secret.Reveal() + ` >&2; exit 3"`, "", "credentials.external-failed(sh)"},
		{"an open quote", nil, `sh -c "x`, "", "missing-field(process_command)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			file := filepath.Join(t.TempDir(), "answer file.json")
			write(t, file, quote(test.prints))
			command := test.command
			if command == "" {
				command = `cat '{file}'`
			}
			command = strings.ReplaceAll(command, "{file}", file)
			p.config = `{"profiles":[{"name":"x","mode":"External","process_command":` + quote(command) + `}]}`
			p.fill(t)
			found, err := credentials.Find(t.Context(), p.options)
			if err != nil {
				wantError(t, err, test.wantErr, c)
				return
			}
			got, err := found.Get(t.Context())
			if err != nil || got.Type != test.kind || got.ID.Reveal() != c.ID.Reveal() {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
}
