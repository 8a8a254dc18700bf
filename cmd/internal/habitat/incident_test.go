//go:build habitat

package habitat_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/drill"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/survey"
)

// screenshotVariable names a file for a picture of the incident report of a rehearsal.
const screenshotVariable = "AKGUARD_SCREENSHOT"

// TestIncident opens incident reports in a browser: one of a rehearsal, and one with 5,000 acts and names that a thief chose to
// break it, in both languages.
func TestIncident(t *testing.T) {
	chromium := browser()
	if chromium == "" {
		fmt.Printf("habitat: left out %s: there is no chromium\n", t.Name())
		return
	}
	modules, dir := auditor.dir(t), t.TempDir()
	var files []string
	for name, snapshot := range map[string]*account.Snapshot{"rehearsal": rehearsed(t), "hostile": hostile()} {
		for _, language := range []message.Language{message.English, message.Chinese} {
			if name == "hostile" && language == message.Chinese {
				continue // the names are what breaks a page, and not the words around them
			}
			r := incident.Report{Version: "v1", Snapshot: snapshot, Result: investigate.Judge(snapshot, investigate.Options{}), Leaks: []incident.Leak{{Key: snapshot.Leaked[0], Place: "config/prod.env", At: snapshot.Since}}}
			file := filepath.Join(dir, name+"."+string(language)+".html")
			writeIncident(t, file, r, language)
			if name == "rehearsal" && language == message.English {
				files = append([]string{file}, files...)
			} else {
				files = append(files, file)
			}
		}
	}
	args := append([]string{filepath.Join("testdata", "incident.mjs"), chromium, modules, os.Getenv(screenshotVariable)}, files...)
	out, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for problem := range strings.Lines(string(out)) {
		t.Error(strings.TrimSpace(problem))
	}
}

func writeIncident(t *testing.T, file string, r incident.Report, language message.Language) {
	t.Helper()
	for _, f := range incident.Formats() {
		if f.Name != "html" {
			continue
		}
		text, err := f.Render(r, incident.Options{Words: message.New(language)})
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

type administrator rules.Credential

func (a administrator) Get(context.Context) (rules.Credential, error) {
	return rules.Credential(a), nil
}

// rehearsed reads the account of a rehearsal.
func rehearsed(t *testing.T) *account.Snapshot {
	t.Helper()
	d, err := drill.New(drill.Options{Seed: 3, Profile: "miner", Now: time.Now(), Quiet: 60})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := connection.New(connection.Options{Endpoints: d.Server.Endpoints(), Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := survey.Read(t.Context(), survey.Options{
		Admin: administrator(d.Admin), Connection: c, Leaked: []rules.Secret{d.Leaked.ID}, Since: d.Leak, Follow: investigate.Follow(investigate.Known{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// hostile is an account in which a thief has made 5,000 things with names that are to break a page.
func hostile() *account.Snapshot {
	names := []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`, `javascript:alert(1)`, `'-alert(1)-'`, `{{.}}`,
		`<!--`, `]]>`, "\u202egnp.exe", `<svg/onload=alert(1)>`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `</table><iframe src=//example.com>`,
	}
	since := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	leaked := account.Ref(rules.NewSecret(rulestest.NewKeys(7).ID24()))
	a := &account.Snapshot{Account: "1234567890123456", Taken: since.AddDate(0, 0, 7), Since: since, Leaked: []account.KeyRef{leaked}}
	for i := range 5000 {
		name := fmt.Sprint(names[i%len(names)], i)
		a.Events = append(a.Events, account.Event{
			ID: fmt.Sprint(i), Time: since.Add(time.Duration(i) * time.Minute), Service: name, Name: "CreateUser", Region: name, SourceIP: "198.51.100.7", UserAgent: name, Write: true,
			Actor: account.Actor{Kind: account.RAMUser, Name: name, Key: leaked}, Params: map[string]string{"UserName": name}, Error: []string{"", name}[i%2],
		})
		a.Users = append(a.Users, account.User{Name: name, DisplayName: name, Created: since.Add(time.Duration(i) * time.Minute)})
		a.Ledger = append(a.Ledger, account.Entry{Ask: account.Ask{Service: name, Action: name}, Region: name, About: name, Outcome: account.Denied, Right: name})
	}
	return a
}
