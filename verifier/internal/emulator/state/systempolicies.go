package state

import (
	"sync"
	"time"
)

// SystemPolicies is a handful of the policies that every account has, by name. The documents are shorter than the
// real ones, which also cover services that are not emulated.
var SystemPolicies = sync.OnceValue(func() map[string]*Policy {
	readOnly := `"*:Describe*","*:List*","*:Get*","*:BatchGet*","*:Query*","*:BatchQuery*","actiontrail:LookupEvents"`
	made := make(map[string]*Policy)
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
		parsed, err := ParseDocument(text)
		if err != nil {
			panic("a system policy cannot be read: " + err.Error()) // a mistake in the table above
		}
		day := time.Date(2015, 4, 28, 0, 0, 0, 0, time.UTC)
		made[name] = &Policy{Kind: "System", Name: name, Description: name, Text: text, Version: 1,
			Versions: []PolicyVersion{{1, text, day, parsed}}, Created: day, Updated: day, parsed: parsed}
	}
	return made
})
