package read

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/rulestest"
)

// FuzzNewEvent reads events of any form: none may panic, and none may keep the ID of a key.
func FuzzNewEvent(f *testing.F) {
	id := rulestest.NewKeys(8).ID24()
	for _, seed := range []string{
		`{}`, `{"userIdentity":[],"requestParameters":"x","referencedResources":[1],"responseElements":7}`,
		`{"requestParameters":{"a":[[{"b":"ID"}]],"UserAccessKeyId":["ID"]},"referencedResources":{"ACS::RAM::AccessKey":["ID",3]}}`,
		`{"requestParameters":"{\"x\":\"ID\"}","resourceType":";;","resourceName":"ID,,;x","userIdentity":{"userName":"ID","accessKeyId":"ID","type":"assumed-role"}}`,
		`{"eventName":"ID","errorCode":"ID","eventId":"ID","serviceName":"ID","acsRegion":"ID","sourceIpAddress":"ID"}`,
	} {
		f.Add(strings.ReplaceAll(seed, "ID", id))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var e map[string]any
		if json.Unmarshal([]byte(text), &e) != nil {
			return
		}
		encoded, err := json.Marshal(newEvent(e, IDs{}))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(encoded), id) {
			t.Errorf("the event holds the ID of a key: %s", encoded)
		}
	})
}
