package reach

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestAllowed is an inside test because documents reach the package over the network otherwise.
func TestAllowed(t *testing.T) {
	allow := func(action string) string {
		return `{"Version":"1","Statement":[{"Effect":"Allow","Action":` + action + `,"Resource":"*"}]}`
	}
	for _, test := range []struct {
		name      string
		documents []string
		want      []string // what it can do, in this order
	}{
		{"nothing", nil, nil},
		{"administrator", []string{allow(`"*"`)}, []string{"reach.administrator"}},
		{"administrator by service", []string{allow(`["*:*"]`)}, []string{"reach.administrator"}},
		{"a whole service", []string{allow(`"oss:*"`)}, []string{"reach.read-objects", "reach.write-objects", "reach.delete-objects"}},
		{"one action", []string{allow(`"ecs:RunInstances"`)}, []string{"reach.start-servers"}},
		{"case does not matter", []string{allow(`"ECS:runinstances"`)}, []string{"reach.start-servers"}},
		{"a pattern", []string{allow(`"oss:Get*"`)}, []string{"reach.read-objects"}},
		{"a question mark", []string{allow(`"oss:?etObject"`)}, []string{"reach.read-objects"}},
		{"harmless", []string{allow(`["ecs:Describe*","ecs:RunInstancesX"]`)}, nil},
		{"RAM", []string{allow(`"ram:*"`)}, []string{"reach.permissions", "reach.new-keys"}},
		{"two policies", []string{allow(`"kms:Decrypt"`), allow(`"oss:GetObject"`)}, []string{"reach.read-objects", "reach.decrypt"}},
		{"some resources", []string{`{"Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":["acs:oss:*:*:b/*"]}]}`},
			[]string{"reach.partly(reach.read-objects)"}},
		{"a condition", []string{`{"Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.1"}}}]}`},
			[]string{"reach.partly(reach.read-objects)"}},
		{"denied", []string{allow(`"oss:*"`), `{"Statement":[{"Effect":"Deny","Action":"oss:Put*","Resource":"*"}]}`}, []string{"reach.read-objects", "reach.delete-objects"}},
		{"denied in part", []string{allow(`"oss:GetObject"`), `{"Statement":[{"Effect":"Deny","Action":"oss:*","Resource":"acs:oss:*:*:b"}]}`}, []string{"reach.read-objects"}},
		{"all but some services", []string{`{"Statement":[{"Effect":"Allow","NotAction":["ram:*","sts:*","ecs:*","rds:*","kms:*","log:*","dysms:*","actiontrail:*"],"Resource":"*"}]}`},
			[]string{"reach.read-objects", "reach.write-objects", "reach.delete-objects"}},
	} {
		var documents []document
		for _, text := range test.documents {
			var d document
			if err := json.Unmarshal([]byte(text), &d); err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			documents = append(documents, d)
		}
		got := allowed(documents)
		if len(got) != len(test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
			continue
		}
		for i, part := range test.want {
			if got[i].String() != part {
				t.Errorf("%s: %q, want %q", test.name, got, test.want)
			}
		}
	}
}

// FuzzAllowed also reads what is not a policy. An administrator has that ability and no other.
func FuzzAllowed(f *testing.F) {
	f.Add(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`, "oss:*", "oss:GetObject")
	f.Add(`{"Statement":[{"Effect":"Deny","Action":["a*b?c"],"Resource":["*"],"Condition":{}}]}`, "*a*?", "bab")
	f.Add(`{"Statement":{"Effect":1}}`, "", "*")
	f.Fuzz(func(t *testing.T, text, pattern, action string) {
		var d document
		if json.Unmarshal([]byte(text), &d) == nil {
			if can := allowed([]document{d}); len(can) > 1 && can[0] == abilities()[0].can {
				t.Errorf("%q", can)
			}
		}
		if !strings.ContainsAny(action, "*?") && !strings.ContainsAny(pattern, "*?") && matches(pattern, action) != (pattern == action) {
			t.Errorf("%q matches %q: %t", pattern, action, !(pattern == action))
		}
		if !matches(pattern+"*", pattern+"x") && !strings.ContainsAny(pattern, "*?") {
			t.Errorf("%q* does not match %qx", pattern, pattern)
		}
	})
}
