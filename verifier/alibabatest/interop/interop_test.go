//go:build interop

// Package interop calls the emulator with the vendor's own clients for Node.js, which know nothing of it: what they
// sign must be taken, and what they sign with a wrong secret refused. It needs npm and its registry, so that it
// runs by make test-interop alone.
package interop

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// outcome is the line that a script prints.
type outcome struct{ Arn, Account, Code string }

func TestVendorsClients(t *testing.T) {
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	folder := install(t)
	keys := map[string]*alibabatest.Key{
		"user":    account.AddKey("ci"),
		"root":    account.AddRootKey(),
		"session": account.AddSession("deploy", "run-1", time.Now().Add(time.Hour)),
	}
	for _, client := range []struct{ name, script, method string }{
		{"V1 GET", "v1.js", "GET"},
		{"V1 POST", "v1.js", "POST"},
		{"ACS3", "acs3.js", ""},
	} {
		for name, key := range keys {
			t.Run(client.name+" "+name, func(t *testing.T) {
				c := key.Credential()
				env := []string{"ENDPOINT=" + server.URL, "METHOD=" + client.method}
				if got := run(t, folder, client.script, env, c); got.Account != account.UID() || got.Code != "" {
					t.Errorf("right secret: %+v", got)
				}
				c.Secret = rules.NewSecret(c.Secret.Reveal() + "x")
				if got := run(t, folder, client.script, env, c); got.Code != "SignatureDoesNotMatch" {
					t.Errorf("wrong secret: %+v", got)
				}
				calls := server.Recorded()
				if _, v1 := calls[len(calls)-1].Params["SignatureVersion"]; v1 != (client.script == "v1.js") {
					t.Errorf("the client signs by RPC V1: %t", v1)
				}
			})
		}
	}
}

// install copies the scripts to a folder of their own and gets their packages there.
func install(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "v1.js", "acs3.js"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return folder
}

func run(t *testing.T, folder, script string, env []string, c rules.Credential) outcome {
	t.Helper()
	node := exec.Command("node", script)
	node.Dir = folder
	node.Env = append(append(os.Environ(), env...),
		"KEY_ID="+c.ID.Reveal(), "KEY_SECRET="+c.Secret.Reveal(), "KEY_TOKEN="+c.Token.Reveal())
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	var got outcome
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s printed %q: %v", script, out, err)
	}
	return got
}
