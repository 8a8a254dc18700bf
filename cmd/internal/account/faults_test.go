package account

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/revocation"
)

// faults are the ways in which each call fails in turn. Here one may succeed without an answer, too, because calls change something.
var faults = func() map[string]alibabatest.Fault {
	all := alibabatest.Faults()
	all["lost answer"] = alibabatest.LostAnswer()
	return all
}()

// emergency is an emulated account with a leaked key, and what respond said about it.
type emergency struct {
	*testing.T
	server    *alibabatest.Server
	leaked    *alibabatest.Key
	state     string
	out, errs bytes.Buffer
}

func newEmergency(t *testing.T) *emergency {
	t.Helper()
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &emergency{T: t, server: server, leaked: account.AddKey("deploy"), state: t.TempDir()}
	admin := account.AddKey("admin").Credential()
	if err := account.Attach("user/admin", "AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", admin.ID.Reveal())
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", admin.Secret.Reveal())
	t.Setenv("AKGUARD_STATE_DIR", s.state)
	for name, url := range server.Endpoints() {
		t.Setenv("AKGUARD_ENDPOINT_"+strings.ToUpper(name), url)
	}
	return s
}

// respond runs the command, and returns its exit code.
func (s *emergency) respond() int {
	s.Helper()
	a := &app{&command.App{Streams: command.Streams{In: strings.NewReader(""), Out: &s.out, Err: &s.errs}, Words: message.New(message.English)}}
	base := connection.Options{Unpaced: true, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	o := respondOptions{subject: s.leaked.Credential().ID.Reveal(), regions: []string{"cn-hangzhou"}, acting: acting{yes: true, cloud: cloud.Flags{Base: base}}}
	err := a.runRespond(s.Context(), o)
	var failed *command.Failure
	switch {
	case errors.As(err, &failed):
		return failed.Code
	case err != nil:
		s.Errorf("an error without an exit code: %v", err)
	}
	return a.Code
}

// needed are the calls without which a key cannot be frozen; without any other one, it can.
var needed = []string{"Sts.GetCallerIdentity", "Ram.ListAccessKeys", "Ram.UpdateAccessKey"}

// shown are the calls whose answers respond shows. If one fails, it says so.
var shown = []string{"Actiontrail.LookupEvents", "Actiontrail.GetAccessKeyLastUsedIps", "Actiontrail.GetAccessKeyLastUsedProducts"}

// TestRespondWithOneFault has each call of respond fail, each in one of the ways. A build with the tag chaos tries all. The key is frozen unless
// the call is needed for that, and what respond and its journal say of the key is true.
func TestRespondWithOneFault(t *testing.T) {
	clean := newEmergency(t)
	if code := clean.respond(); code != command.ExitOK || clean.leaked.Status() != alibabatest.Inactive {
		t.Fatalf("exit code %d, the key is %s\n%s%s", code, clean.leaked.Status(), clean.out.String(), clean.errs.String())
	}
	var operations []string
	for _, c := range clean.server.Recorded() {
		operations = append(operations, c.Service+"."+c.Action)
	}
	slices.Sort(operations)
	operations = slices.Compact(operations)
	if len(operations) < 8 {
		t.Fatalf("it makes only %q", operations)
	}
	for i, operation := range operations {
		for j, name := range []string{"500", "endless", "lost answer", "no JSON", "refused", "reset", "throttled"} {
			if everyFault || (i+j)%3 == 0 {
				t.Run(operation+" "+name, func(t *testing.T) { tryFault(t, operation, name) })
			}
		}
	}
}

func tryFault(t *testing.T, operation, name string) {
	s := newEmergency(t)
	service, action, _ := strings.Cut(operation, ".")
	s.server.InjectFor(service, action, faults[name], -1)
	code := s.respond()
	said := s.out.String() + s.errs.String()
	off, frozen := s.leaked.Status() == alibabatest.Inactive, strings.Contains(said, "] frozen;")
	switch {
	case frozen != off:
		t.Errorf("the key is %s, and it says otherwise", s.leaked.Status())
	case !off && (code != command.ExitCloud || !slices.Contains(needed, operation) || !strings.Contains(said, "NOT known to be frozen")):
		t.Errorf("exit code %d, the key is active", code)
	case slices.Contains(shown, operation) && !strings.Contains(said, "not known: "+action):
		t.Error("it does not say what it could not read")
	}
	if id := s.leaked.Credential().ID.Reveal(); strings.Contains(said, id) {
		t.Error("it says the whole ID")
	}
	h, err := revocation.ReadHistory(filepath.Join(s.state, "revoke"))
	if err != nil || len(h.Broken) > 0 {
		t.Fatalf("%+v, error %v", h, err)
	}
	if did := len(h.Deeds()) > 0; did != off {
		t.Errorf("the key is %s, and the journal says that it was disabled: %v", s.leaked.Status(), did)
	}
	if t.Failed() {
		t.Log(said)
	}
}
