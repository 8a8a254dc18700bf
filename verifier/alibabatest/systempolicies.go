package alibabatest

import (
	"sync"
	"time"
)

// systemPolicies is a handful of the policies that every account has, by name. The documents are shorter than the
// true ones where these go on about services that are not emulated.
var systemPolicies = sync.OnceValue(func() map[string]*policy {
	readOnly := `"*:Describe*","*:List*","*:Get*","*:BatchGet*","*:Query*","*:BatchQuery*","actiontrail:LookupEvents"`
	made := make(map[string]*policy)
	for name, actions := range map[string]string{
		"AdministratorAccess":                   `"*"`,
		"ReadOnlyAccess":                        readOnly,
		"AliyunRAMFullAccess":                   `"ram:*","ims:*"`,
		"AliyunRAMReadOnlyAccess":               `"ram:Get*","ram:List*","ims:Get*","ims:List*"`,
		"AliyunSTSAssumeRoleAccess":             `"sts:AssumeRole"`,
		"AliyunOSSFullAccess":                   `"oss:*"`,
		"AliyunOSSReadOnlyAccess":               `"oss:Get*","oss:List*"`,
		"AliyunECSFullAccess":                   `"ecs:*","vpc:DescribeVpcs","vpc:DescribeVSwitches"`,
		"AliyunECSReadOnlyAccess":               `"ecs:Describe*","ecs:List*"`,
		"AliyunActionTrailFullAccess":           `"actiontrail:*"`,
		"AliyunActionTrailReadOnlyAccess":       `"actiontrail:LookupEvents","actiontrail:Describe*","actiontrail:Get*"`,
		"AliyunResourceDirectoryReadOnlyAccess": `"resourcemanager:Get*","resourcemanager:List*"`,
	} {
		text := `{"Version":"1","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}]}`
		parsed, err := parseDocument(text)
		if err != nil {
			panic("a system policy cannot be read: " + err.Error()) // a mistake in the table above
		}
		day := time.Date(2015, 4, 28, 0, 0, 0, 0, time.UTC)
		made[name] = &policy{kind: "System", name: name, description: name, text: text, version: 1,
			created: day, updated: day, parsed: parsed}
	}
	return made
})
