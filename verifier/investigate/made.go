package investigate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/akguard/akguard/verifier/account"
)

// The kinds of things that a thief makes or changes. A text of cmd has a word for each.
const (
	kindKey         = "key"
	kindUser        = "user"
	kindLogin       = "login" // the console of a user
	kindSession     = "session"
	kindGroup       = "group"
	kindGrant       = "grant" // a policy or a group that a user was given
	kindRole        = "role"
	kindPolicy      = "policy"
	kindProvider    = "provider"
	kindApplication = "application"
	kindService     = "service-credential"
	kindTrail       = "trail"
	kindFirewall    = "security-group"
	kindList        = "prefix-list"
	kindInstance    = "instance"
	kindFleet       = "fleet"
	kindContainer   = "container"
	kindKeyPair     = "key-pair"
	kindCommand     = "command"
	kindImage       = "image"
	kindSnapshot    = "snapshot"
	kindDisk        = "disk"
	kindBucket      = "bucket"
	kindDatabase    = "database"
	kindFunction    = "function"
	kindAccount     = "account"
	kindAddress     = "address"
	kindResource    = "resource"
)

// acts reports whether a thing can call the API.
func (s Subject) acts() bool {
	return slices.Contains([]string{kindKey, kindUser, kindLogin, kindSession}, s.Kind)
}

// subjectRule says what the events of an action are about: the kind, the parameters and the resource types that name it.
type subjectRule struct {
	kind   string
	params []string
	types  []string // the end of ACS::ECS::Instance, in lower case
}

// subjectRules lists the actions by what they make or change. An action that is not here is still an act of the thief's, about
// the resources that the event names.
var subjectRules = sync.OnceValue(func() map[string]subjectRule {
	rules := map[string]subjectRule{}
	add := func(r subjectRule, actions string) {
		for name := range strings.FieldsSeq(actions) {
			rules[name] = r
		}
	}
	add(subjectRule{kindUser, []string{"UserName", "UserPrincipalName", "NewUserName"}, []string{"user"}}, "CreateUser UpdateUser RestoreUserFromRecycleBin")
	add(subjectRule{kindLogin, []string{"UserName", "UserPrincipalName"}, []string{"user"}}, "CreateLoginProfile UpdateLoginProfile UnbindMFADevice DeleteVirtualMFADevice")
	add(subjectRule{kindGroup, []string{"GroupName"}, []string{"group"}}, "CreateGroup UpdateGroup")
	add(subjectRule{kindRole, []string{"RoleName"}, []string{"role"}}, "CreateRole UpdateRole")
	add(subjectRule{kindPolicy, []string{"PolicyName"}, []string{"policy"}}, "CreatePolicy CreatePolicyVersion SetDefaultPolicyVersion")
	add(subjectRule{kindProvider, []string{"SAMLProviderName", "OIDCProviderName"}, []string{"samlprovider", "oidcprovider"}}, "CreateSAMLProvider UpdateSAMLProvider CreateOIDCProvider UpdateOIDCProvider")
	add(subjectRule{kindApplication, []string{"AppId", "AppName"}, []string{"application"}}, "CreateApplication UpdateApplication CreateAppSecret")
	add(subjectRule{kindService, []string{"ServiceCredentialId"}, []string{"servicecredential"}}, "CreateServiceCredential")
	add(subjectRule{kindTrail, []string{"Name", "TrailName"}, []string{"trail"}}, "StopLogging StartLogging DeleteTrail UpdateTrail CreateTrail")
	add(subjectRule{kindFirewall, []string{"SecurityGroupId"}, []string{"securitygroup"}}, "CreateSecurityGroup AuthorizeSecurityGroup ModifySecurityGroupRule RevokeSecurityGroup")
	add(subjectRule{kindList, []string{"PrefixListId"}, []string{"prefixlist"}}, "CreatePrefixList ModifyPrefixList")
	add(subjectRule{kindInstance, []string{"InstanceId", "InstanceIds"}, []string{"instance"}},
		"RunInstances CreateInstance StartInstance StartInstances ModifyInstanceAttribute AttachInstanceRamRole AttachKeyPair JoinSecurityGroup RebootInstance")
	add(subjectRule{kindFleet, []string{"ScalingGroupId", "AutoProvisioningGroupId"}, []string{"scalinggroup", "autoprovisioninggroup"}}, "CreateScalingGroup ModifyScalingGroup CreateAutoProvisioningGroup")
	add(subjectRule{kindContainer, []string{"ContainerGroupId", "ContainerGroupName"}, []string{"containergroup"}}, "CreateContainerGroup")
	add(subjectRule{kindKeyPair, []string{"KeyPairName"}, []string{"keypair"}}, "CreateKeyPair ImportKeyPair")
	add(subjectRule{kindCommand, []string{"InvokeId", "CommandId", "Name"}, []string{"command", "invocation"}}, "InvokeCommand RunCommand CreateCommand")
	add(subjectRule{kindImage, []string{"ImageId"}, []string{"image"}}, "ModifyImageSharePermission CreateImage")
	add(subjectRule{kindSnapshot, []string{"SnapshotId", "SnapshotIds"}, []string{"snapshot"}}, "DeleteSnapshot ModifySnapshotAttribute CreateSnapshot")
	add(subjectRule{kindBucket, []string{"bucketName", "BucketName", "Bucket"}, []string{"bucket"}}, "PutBucketAcl PutBucketPolicy PutBucket DeleteBucketLogging DeleteBucketPolicy")
	add(subjectRule{kindDatabase, []string{"DBInstanceId"}, []string{"dbinstance"}}, "ModifySecurityIps CreateAccount CreateDBInstance AllocateInstancePublicConnection ResetAccountPassword GrantAccountPrivilege")
	add(subjectRule{kindFunction, []string{"functionName", "FunctionName"}, []string{"function"}}, "CreateFunction UpdateFunction CreateTrigger")
	return rules
})

// made returns what a call made or changed, what is most telling first.
func made(e account.Event) []Subject {
	if !e.Write && !strings.HasPrefix(e.Name, "AssumeRole") {
		return nil
	}
	switch {
	case e.Name == "CreateAccessKey":
		return madeKeys(e)
	case strings.HasPrefix(e.Name, "AssumeRole"):
		return []Subject{{Kind: kindSession, Name: roleOf(e) + ":" + e.Params["RoleSessionName"]}}
	case strings.HasPrefix(e.Name, "AttachPolicyTo"), strings.HasPrefix(e.Name, "AddUserTo"), strings.HasPrefix(e.Name, "DetachPolicyFrom"):
		return []Subject{grantee(e)}
	}
	rule, ok := subjectRules()[e.Name]
	if !ok {
		return resources(e, kindResource, nil)
	}
	if out := resources(e, rule.kind, rule.types); len(out) > 0 {
		return out
	}
	return fromParams(e, rule)
}

// madeKeys returns the keys that a call created, under the name of their user.
func madeKeys(e account.Event) []Subject {
	user := cmp.Or(login(e.Params["UserName"]), login(e.Params["UserPrincipalName"]), e.Actor.Name)
	var out []Subject
	for _, k := range e.Keys {
		out = append(out, Subject{Kind: kindKey, Name: string(k), Of: user})
	}
	if len(out) == 0 {
		return []Subject{{Kind: kindUser, Name: user}} // the event does not name the key: whatever the user does is suspicious
	}
	return out
}

// grantee is who was given or lost rights.
func grantee(e account.Event) Subject {
	switch {
	case e.Params["RoleName"] != "":
		return Subject{Kind: kindRole, Name: e.Params["RoleName"]}
	case e.Params["GroupName"] != "" && e.Params["UserName"] == "":
		return Subject{Kind: kindGroup, Name: e.Params["GroupName"]}
	}
	return Subject{Kind: kindGrant, Name: login(cmp.Or(e.Params["UserName"], e.Params["UserPrincipalName"])), Of: cmp.Or(e.Params["PolicyName"], e.Params["GroupName"])}
}

// login returns the name of a principal, name@domain.
func login(principal string) string {
	name, _, _ := strings.Cut(principal, "@")
	return name
}

// roleOf returns the name of the role that a call assumes.
func roleOf(e account.Event) string {
	if _, role, ok := strings.Cut(e.Params["RoleArn"], ":role/"); ok {
		return role
	}
	return e.Params["RoleName"]
}

func fromParams(e account.Event, rule subjectRule) []Subject {
	for _, name := range rule.params {
		var out []Subject
		for _, value := range values(e.Params, name) {
			if rule.kind == kindUser || rule.kind == kindLogin {
				value = login(value)
			}
			out = append(out, Subject{Kind: rule.kind, Name: value, Region: e.Region})
		}
		if len(out) > 0 {
			return global(out)
		}
	}
	return nil
}

// values returns a parameter, the elements of a list that was written as Name.1, Name.2 …, or those of a JSON array.
func values(params map[string]string, name string) []string {
	if v := params[name]; v != "" {
		return strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(params)) {
		if rest, ok := strings.CutPrefix(key, name+"."); ok && strings.Trim(rest, "0123456789") == "" {
			out = append(out, params[key])
		}
	}
	return out
}

// resources returns the resources that the event names, of the types if there are any.
func resources(e account.Event, kind string, types []string) []Subject {
	var out []Subject
	for _, r := range e.Resources {
		last := strings.ToLower(r.Type[strings.LastIndexByte(r.Type, ':')+1:])
		if len(types) == 0 || slices.Contains(types, last) {
			out = append(out, Subject{Kind: kind, Name: r.ID, Region: cmp.Or(r.Region, e.Region)})
		}
	}
	return global(out)
}

// global removes the region of things that have none.
func global(all []Subject) []Subject {
	for i, s := range all {
		if slices.Contains([]string{kindUser, kindLogin, kindGroup, kindRole, kindPolicy, kindProvider, kindApplication, kindService, kindTrail}, s.Kind) {
			all[i].Region = ""
		}
	}
	return all
}
