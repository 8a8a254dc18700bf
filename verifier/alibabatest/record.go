package alibabatest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// happening is what came of a call, when, and its request ID.
type happening struct {
	requestID string
	at        time.Time
	result    wire.Object
	refused   *wire.Failure
}

// record records the call as an event. Recording calls with a wrong signature is inferred, not documented.
func record(a *state.Account, req wire.Request, key state.Key, h happening) {
	op := req.Operation()
	e := state.Event{
		ID: state.RequestID(), Time: h.at, Name: op.Action, Service: op.Service, SourceIP: req.Source, KeyID: key.ID,
		UserAgent: req.UserAgent, RequestID: h.requestID, PrincipalID: key.Owner.PrincipalID,
		RequestParams: make(map[string]string),
	}
	if !isCentral(op.Service) {
		e.Region = req.Region()
	}
	e.UserType, e.UserName = key.Owner.EventIdentity()
	if h.refused != nil {
		e.ErrorCode, e.ErrorMessage = h.refused.Code, h.refused.Message
	}
	for name, value := range req.Params {
		if !isProtocol(name) {
			e.RequestParams[name] = value
		}
	}
	if !e.Reads() {
		e.Response = free(h.result)
	}
	e.Resources = resourcesOf(op.Service, e.RequestParams, e.Response)
	a.PlantEvents(e)
}

// isData reports whether a call is about objects, which ActionTrail does not record.
func isData(op wire.Operation) bool {
	return op.Service == "Oss" && strings.HasSuffix(op.Action, "Object")
}

// isCentral reports whether the events of a service are global, and so in the account's home region.
func isCentral(service string) bool {
	return slices.Contains([]string{"Sts", "Ram", "Ims", "ResourceManager", "BssOpenApi", "ResourceCenter", "Sas"}, service)
}

// isProtocol reports whether the parameter belongs to the signature rather than to the call.
func isProtocol(name string) bool {
	return slices.Contains([]string{"Signature", "SignatureMethod", "SignatureNonce", "SignatureVersion", "Timestamp",
		"AccessKeyId", "SecurityToken", "Format", "OIDCToken", "Password"}, name)
}

// free turns an answer into what an event holds of it: without secrets.
func free(o wire.Object) map[string]any {
	m := map[string]any{}
	for _, member := range o {
		if name := member.Name(); !strings.Contains(name, "Secret") && !strings.Contains(name, "Token") && !strings.Contains(name, "Password") {
			m[name] = freeValue(member[1])
		}
	}
	return m
}

func freeValue(value any) any {
	switch v := value.(type) {
	case wire.Object:
		return free(v)
	case []wire.Object:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = free(item)
		}
		return list
	}
	return value
}

// named are the parameters that name a resource, with its type.
var named = map[string]string{
	"UserName": "ACS::RAM::User", "UserPrincipalName": "ACS::RAM::User", "RoleName": "ACS::RAM::Role", "GroupName": "ACS::RAM::Group",
	"PolicyName": "ACS::RAM::Policy", "UserAccessKeyId": "ACS::RAM::AccessKey", "SecurityGroupId": "ACS::ECS::SecurityGroup",
	"InstanceId": "ACS::ECS::Instance", "KeyPairName": "ACS::ECS::KeyPair", "ImageId": "ACS::ECS::Image", "SnapshotId": "ACS::ECS::Snapshot",
	"PrefixListId": "ACS::ECS::PrefixList", "DBInstanceId": "ACS::RDS::DBInstance", "BucketName": "ACS::OSS::Bucket", "RoleArn": "ACS::RAM::Role",
	"bucketName": "ACS::OSS::Bucket", "ContainerGroupId": "ACS::ECI::ContainerGroup", "ScalingGroupId": "ACS::ESS::ScalingGroup",
}

// resourcesOf collects the resources that a call names in its parameters, or that its answer says it made.
func resourcesOf(service string, params map[string]string, response map[string]any) map[string][]string {
	all := map[string][]string{}
	add := func(kind, name string) {
		if kind != "" && name != "" && !slices.Contains(all[kind], name) {
			all[kind] = append(all[kind], name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		base, _, _ := strings.Cut(name, ".")
		add(named[base], params[name])
	}
	if service == "Actiontrail" {
		add("ACS::ActionTrail::Trail", params["Name"])
	}
	for _, name := range slices.Sorted(maps.Keys(response)) {
		if text, ok := response[name].(string); ok {
			add(named[name], text)
		}
	}
	if sets, ok := response["InstanceIdSets"].(map[string]any); ok {
		for _, id := range sets["InstanceIdSet"].([]string) {
			add("ACS::ECS::Instance", id)
		}
	}
	return all
}
