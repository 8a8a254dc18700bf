package read

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/verifier/account"
)

// parse reads an event as ActionTrail writes it.
func parse(t *testing.T, text string) (account.Event, IDs) {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	ids := IDs{}
	return newEvent(e, ids), ids
}

func TestNewEvent(t *testing.T) {
	keys := rulestest.NewKeys(5)
	caller, made, secret := keys.ID24(), keys.ID24(), keys.Secret()
	e, ids := parse(t, `{"eventId":"E1","eventTime":"2026-11-28T10:11:12Z","eventName":"CreateAccessKey","serviceName":"Ram","eventRW":"Write",
		"sourceIpAddress":"203.0.113.5","userAgent":"aliyun-cli `+caller+`","acsRegion":"cn-hangzhou","errorCode":"",
		"userIdentity":{"type":"ram-user","principalId":"28","accountId":"1234567890123456","userName":"ci","accessKeyId":"`+caller+`"},
		"requestParameters":{"UserName":"backup","AcsProduct":"Ram","ClientToken":"x"},
		"responseElements":{"AccessKey":{"AccessKeyId":"`+made+`","AccessKeySecret":"`+secret+`","Status":"Active"}},
		"referencedResources":{"ACS::RAM::User":["backup"],"ACS::RAM::AccessKey":["`+made+`"]}}`)
	ref := account.Ref(rules.NewSecret(made))
	want := account.Event{
		ID: "E1", Time: time.Date(2026, 11, 28, 10, 11, 12, 0, time.UTC), Service: "Ram", Name: "CreateAccessKey", Region: "cn-hangzhou", SourceIP: "203.0.113.5",
		UserAgent: "aliyun-cli " + rules.NewSecret(caller).String(), Write: true,
		Actor:     account.Actor{Kind: account.RAMUser, Name: "ci", Key: account.Ref(rules.NewSecret(caller)), Account: "1234567890123456"},
		Params:    map[string]string{"UserName": "backup", "AcsProduct": "Ram", "ClientToken": "x"},
		Resources: []account.Resource{{Type: "ACS::RAM::AccessKey", ID: ref.String(), Region: "cn-hangzhou"}, {Type: "ACS::RAM::User", ID: "backup", Region: "cn-hangzhou"}},
		Keys:      []account.KeyRef{ref},
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got\n%+v\nwant\n%+v", e, want)
	}
	if ids[ref].Reveal() != made || len(ids) != 2 {
		t.Errorf("IDs %v", ids)
	}
	noSecret(t, e, caller, made, secret)
}

func noSecret(t *testing.T, e account.Event, secrets ...string) {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if strings.Contains(string(text), s) {
			t.Errorf("the event holds %s: %s", s, text)
		}
	}
}

func TestActors(t *testing.T) {
	for text, want := range map[string]account.Actor{
		`{"type":"assumed-role","principalId":"39:job","userName":"deploy:job","accountId":"1"}`: {Kind: "assumed-role", Name: "deploy", Session: "job", Account: "1"},
		`{"type":"assumed-role","principalId":"39:job","userName":"deploy"}`:                     {Kind: "assumed-role", Name: "deploy", Session: "job"},
		`{"type":"root-account","userName":"root"}`:                                              {Kind: "root-account", Name: "root"},
		`{"type":"ram-user","userName":"a","accessKeyId":""}`:                                    {Kind: "ram-user", Name: "a"},
		`{"type":"saml-user","userName":null}`:                                                   {Kind: "saml-user"},
		`null`:                                                                                   {},
	} {
		if e, _ := parse(t, `{"userIdentity":`+text+`}`); e.Actor != want {
			t.Errorf("%s: %+v", text, e.Actor)
		}
	}
}

// TestSession has a session's credentials in an answer: the session is followed by its key.
func TestSession(t *testing.T) {
	keys := rulestest.NewKeys(6)
	id, secret, token := keys.STSID(), keys.STSSecret(), keys.Token()
	e, ids := parse(t, `{"eventName":"AssumeRole","requestParameters":{"RoleArn":"acs:ram::1:role/deploy","RoleSessionName":"job"},
		"responseElements":{"Credentials":{"AccessKeyId":"`+id+`","AccessKeySecret":"`+secret+`","SecurityToken":"`+token+`"}}}`)
	if ref := account.Ref(rules.NewSecret(id)); len(e.Keys) != 1 || e.Keys[0] != ref || ids[ref].Reveal() != id {
		t.Errorf("keys %v", e.Keys)
	}
	noSecret(t, e, id, secret, token)
}

func TestParameters(t *testing.T) {
	keys := rulestest.NewKeys(7)
	id := keys.ID24()
	script := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\nexport ID=" + id + "\n" + strings.Repeat("x", 500)))
	e, _ := parse(t, `{"requestParameters":{"Amount":3,"Spot":true,"Price":1.5,"Big":123456789012,"Password":"hunter2","DB":{"Password":"hunter3","Name":"d"},
		"Permissions":[{"PortRange":"22/22"},{"PortRange":"80/80"}],"UserData":"`+script+`","UserAccessKeyId":"`+id+`","Note":"of `+id+`","Empty":"",
		"PolicyDocument":"`+strings.Repeat("p", 6000)+`","Long":"`+strings.Repeat("l", 6000)+`","PublicKeyBody":"ssh-rsa x",
		"ServiceCredentialId":"SC1","AppSecretValue":"hunter4"}}`)
	for name, want := range map[string]string{"Amount": "3", "Spot": "true", "Price": "1.5", "Big": "123456789012", "DB.Name": "d", "Permissions.1.PortRange": "22/22",
		"Permissions.2.PortRange": "80/80", "UserAccessKeyId": rules.NewSecret(id).String(), "PublicKeyBody": "ssh-rsa x", "ServiceCredentialId": "SC1"} {
		if e.Params[name] != want {
			t.Errorf("%s is %q, want %q", name, e.Params[name], want)
		}
	}
	if len(e.Params["PolicyDocument"]) != 6000 || len(e.Params["Long"]) > 510 || !strings.HasPrefix(e.Params["UserData"], "#!/bin/sh\n") || len(e.Params["UserData"]) > 210 {
		t.Errorf("lengths %d %d %d", len(e.Params["PolicyDocument"]), len(e.Params["Long"]), len(e.Params["UserData"]))
	}
	if len(e.Keys) != 1 {
		t.Errorf("keys %v", e.Keys)
	}
	noSecret(t, e, "hunter2", "hunter3", "hunter4", id)
}

func TestResources(t *testing.T) {
	for text, want := range map[string][]account.Resource{
		`"resourceType":"ACS::ECS::Instance","resourceName":"i-1"`:                           {{Type: "ACS::ECS::Instance", ID: "i-1"}},
		`"resourceType":"ACS::ECS::Instance;ACS::ECS::Disk","resourceName":"i-1,i-2;d-1"`:    {{Type: "ACS::ECS::Instance", ID: "i-1"}, {Type: "ACS::ECS::Instance", ID: "i-2"}, {Type: "ACS::ECS::Disk", ID: "d-1"}},
		`"responseElements":{"InstanceIdSets":{"InstanceIdSet":["i-3"]}}`:                    {{Type: "ACS::ECS::Instance", ID: "i-3"}},
		`"referencedResources":{"ACS::ECS::Instance":"i-4"}`:                                 {{Type: "ACS::ECS::Instance", ID: "i-4"}},
		`"referencedResources":{"A":["x"]},"resourceType":"A","resourceName":"x"`:            {{Type: "A", ID: "x"}},
		`"referencedResources":null,"resourceType":null,"requestParameters":"not an object"`: nil,
	} {
		if e, _ := parse(t, `{`+text+`}`); !reflect.DeepEqual(e.Resources, want) {
			t.Errorf("%s: %+v", text, e.Resources)
		}
	}
}

func TestStamp(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for n, want := range map[int64]time.Time{at.Unix(): at, at.UnixMilli(): at, 0: {}, -1: {}} {
		if got := stamp(n); !got.Equal(want) {
			t.Errorf("%d is %s", n, got)
		}
	}
}
