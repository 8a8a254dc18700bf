package cleanup

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

const own = "1234567890123456"

func trusting(principal string) string {
	return `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":` + principal + `}],"Version":"1"}`
}

// TestNarrow takes strangers out of trust policies of all forms.
func TestNarrow(t *testing.T) {
	fallback := trusting(`{"RAM":["acs:ram::` + own + `:root"]}`)
	for _, c := range []struct {
		trust, want string
		from        origin
	}{
		{trusting(`{"RAM":["acs:ram::5:root","acs:ram::` + own + `:user/ci"]}`), trusting(`{"RAM":["acs:ram::` + own + `:user/ci"]}`), narrowed},
		{trusting(`{"RAM":"acs:ram::5:root","Service":"ecs.aliyuncs.com"}`), trusting(`{"Service":["ecs.aliyuncs.com"]}`), narrowed},
		{trusting(`{"RAM":"acs:ram::5:root"}`), fallback, ownOnly},
		{trusting(`"*"`), fallback, ownOnly},
		{trusting(`["*","acs:ram::` + own + `:root"]`), trusting(`["acs:ram::` + own + `:root"]`), narrowed},
		{`no JSON`, fallback, ownOnly},
		{`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::5:root"]}},"Version":"1"}`, fallback, ownOnly},
	} {
		got, from := narrow(c.trust, own, []string{"acs:ram::5:root", "*"})
		if got != c.want || from != c.from {
			t.Errorf("%s: %s, %v; want %s, %v", c.trust, got, from, c.want, c.from)
		}
	}
}

// FuzzNarrow wants a trust policy that can be read, names nobody who was taken out, and names somebody.
func FuzzNarrow(f *testing.F) {
	f.Add(trusting(`{"RAM":["acs:ram::5:root"]}`), "acs:ram::5:root")
	f.Add(trusting(`"*"`), "*")
	f.Add(`{"Statement":[1,{"Effect":"Deny","Principal":"*"}]}`, "*")
	f.Fuzz(func(t *testing.T, trust, out string) {
		if strings.HasPrefix(out, "acs:ram::"+own) { // never taken out
			return
		}
		got, _ := narrow(trust, own, []string{out})
		left := account.Principals(got)
		if !json.Valid([]byte(got)) || len(left) == 0 || slices.Contains(left, out) && out != "?" {
			t.Errorf("without %q, %s becomes %s", out, trust, got)
		}
	})
}

// TestFormerTrust prefers what an event shows.
func TestFormerTrust(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	before, bad := trusting(`{"Service":["ecs.aliyuncs.com"]}`), trusting(`{"RAM":["acs:ram::5:root"]}`)
	event := func(id string, hours int, document string) account.Event {
		return account.Event{ID: id, Time: at.Add(time.Duration(hours) * time.Hour), Name: "UpdateRole", Write: true, Params: map[string]string{"RoleName": "web", "NewAssumeRolePolicyDocument": document}}
	}
	snapshot := &account.Snapshot{Account: own, Since: at}
	snapshot.Events = []account.Event{event("a", -9, bad), event("b", -8, before), event("c", 1, bad), event("d", 2, trusting(`{"Service":["fc.aliyuncs.com"]}`))}
	r := investigate.Report{Tree: investigate.Tree{Acts: []investigate.Act{{Event: "c", Call: snapshot.Events[2]}}}}
	role := account.Role{Name: "web", Trust: bad}
	if got, from := formerTrust(r, snapshot, investigate.Known{}, role); got != before || from != fromEvent {
		t.Errorf("%s, %v", got, from)
	}
	snapshot.Events = snapshot.Events[2:]
	if _, from := formerTrust(r, snapshot, investigate.Known{}, role); from != ownOnly {
		t.Errorf("from %v", from)
	}
}

// TestFormerVersion takes what an event shows, and else the newest that is older than the exposure.
func TestFormerVersion(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	p := account.Policy{Name: "deploy", Default: "v3", Versions: []account.Version{{ID: "v1", Created: at.Add(-3 * time.Hour)}, {ID: "v2", Created: at.Add(-2 * time.Hour)}, {ID: "v3", Created: at.Add(time.Hour)}}}
	snapshot := &account.Snapshot{Account: own, Since: at}
	if v, sure := formerVersion(investigate.Report{}, snapshot, p); v != "v2" || sure {
		t.Errorf("%s, %v", v, sure)
	}
	choose := func(id, version string) account.Event {
		return account.Event{ID: id, Name: "SetDefaultPolicyVersion", Params: map[string]string{"PolicyName": "deploy", "VersionId": version}}
	}
	snapshot.Events = []account.Event{choose("a", "v1"), choose("b", "v3")}
	r := investigate.Report{Tree: investigate.Tree{Acts: []investigate.Act{{Event: "b"}}}}
	if v, sure := formerVersion(r, snapshot, p); v != "v1" || !sure {
		t.Errorf("%s, %v", v, sure)
	}
	p.Versions = p.Versions[2:]
	if v, _ := formerVersion(investigate.Report{}, snapshot, p); v != "" {
		t.Errorf("%s", v)
	}
}
