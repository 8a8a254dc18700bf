package read

import (
	"context"
	"strings"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// EventPage is how many events an answer has at most.
const EventPage = 50

// Lookup selects events by one attribute. More than one would silently be ignored.
type Lookup struct {
	By       string
	Value    rules.Secret
	From, To time.Time // up to 30 days apart
	Next     string    // the token of a page; "" for the first
}

// Events returns a page of events, the newest first, with the IDs of the keys in them and the token of the next page, ""
// after the last.
func Events(ctx context.Context, c *cloud.Client, l Lookup) (events []account.Event, ids IDs, next string, err error) {
	var a struct {
		cloud.Answer
		NextToken string
		Events    []map[string]any
	}
	q := cloud.Query{Service: cloud.ActionTrail, Action: "LookupEvents", Hide: []rules.Secret{l.Value}, Paged: true, Params: map[string]string{
		"LookupAttribute.1.Key": l.By, "LookupAttribute.1.Value": l.Value.Reveal(), "MaxResults": "50", "Direction": "BACKWARD",
		"StartTime": l.From.UTC().Format(time.RFC3339), "EndTime": l.To.UTC().Format(time.RFC3339), "NextToken": l.Next,
	}}
	if err := c.Read(ctx, q, &a); err != nil {
		return nil, nil, "", err
	}
	ids = IDs{}
	for _, e := range a.Events {
		events = append(events, newEvent(e, ids))
	}
	return events, ids, a.NextToken, nil
}

// newEvent reads the fields that the events of all services share. Missing fields stay empty.
func newEvent(e map[string]any, ids IDs) account.Event {
	identity, _ := e["userIdentity"].(map[string]any)
	f := fields{ids: ids, text: map[string]string{}}
	f.flatten("", e["requestParameters"])
	out := account.Event{
		ID: masked(e["eventId"]), Time: cloud.When(text(e["eventTime"])), Service: masked(e["serviceName"]), Name: masked(e["eventName"]),
		Region: masked(e["acsRegion"]), SourceIP: masked(e["sourceIpAddress"]), UserAgent: masked(e["userAgent"]),
		Write: text(e["eventRW"]) == "Write", Error: masked(e["errorCode"]), Actor: newActor(identity, ids), Params: f.text,
	}
	response := fields{ids: ids, text: map[string]string{}}
	response.flatten("", e["responseElements"])
	out.Resources = newResources(e, response.text, out.Region)
	for _, ref := range append(f.refs, response.refs...) {
		out.Keys = appendNew(out.Keys, ref)
	}
	for i, r := range out.Resources {
		if r.Type == "ACS::RAM::AccessKey" && isID(r.ID) {
			ref := ids.add(rules.NewSecret(r.ID))
			out.Keys = appendNew(out.Keys, ref)
			out.Resources[i].ID = ref.String()
		}
		out.Resources[i].ID, out.Resources[i].Type = rules.MaskIDs(out.Resources[i].ID), rules.MaskIDs(r.Type)
	}
	if len(out.Params) == 0 {
		out.Params = nil
	}
	return out
}

// masked is a text in which no ID of a key is left, though none belongs there.
func masked(value any) string { return rules.MaskIDs(text(value)) }

func newActor(identity map[string]any, ids IDs) account.Actor {
	a := account.Actor{Kind: masked(identity["type"]), Name: masked(identity["userName"]), Account: masked(identity["accountId"])}
	a.Key = ids.add(rules.NewSecret(text(identity["accessKeyId"])))
	if a.Kind == account.AssumedRole {
		a.Name, a.Session, _ = strings.Cut(a.Name, ":")
		if a.Session == "" { // only the principal has it: the role's number and the session
			_, a.Session, _ = strings.Cut(masked(identity["principalId"]), ":")
		}
	}
	return a
}

func appendNew[T comparable](list []T, item T) []T {
	for _, old := range list {
		if old == item {
			return list
		}
	}
	return append(list, item)
}

// made are the fields of answers that name what a call made, where the event's own list of resources lacks it.
var made = map[string]string{
	"InstanceIdSets.InstanceIdSet.1": "ACS::ECS::Instance", "InstanceIdSets.InstanceIdSet": "ACS::ECS::Instance", "SecurityGroupId": "ACS::ECS::SecurityGroup",
	"KeyPairName": "ACS::ECS::KeyPair", "ImageId": "ACS::ECS::Image", "SnapshotId": "ACS::ECS::Snapshot", "InvokeId": "ACS::ECS::Invocation",
	"User.UserName": "ACS::RAM::User", "Role.RoleName": "ACS::RAM::Role", "Group.GroupName": "ACS::RAM::Group", "Policy.PolicyName": "ACS::RAM::Policy",
	"ContainerGroupId": "ACS::ECI::ContainerGroup", "DBInstanceId": "ACS::RDS::DBInstance",
	"ServiceCredential.ServiceCredentialId": "ACS::RAM::ServiceCredential", "Application.AppId": "ACS::RAM::Application",
	"ScalingGroupId": "ACS::ESS::ScalingGroup", "AutoProvisioningGroupId": "ACS::ECS::AutoProvisioningGroup", "PrefixListId": "ACS::ECS::PrefixList",
}

// newResources collects what an event says it was about: its map of names by type, its lists of types and of names, and
// what the answer names as made.
func newResources(e map[string]any, response map[string]string, region string) []account.Resource {
	var all []account.Resource
	add := func(kind, id string) {
		if id != "" {
			all = appendNew(all, account.Resource{Type: kind, ID: id, Region: region})
		}
	}
	referenced, _ := e["referencedResources"].(map[string]any)
	for _, kind := range sortedKeys(referenced) {
		names, ok := referenced[kind].([]any)
		if !ok {
			names = []any{referenced[kind]}
		}
		for _, name := range names {
			add(kind, text(name))
		}
	}
	kinds, names := strings.Split(text(e["resourceType"]), ";"), strings.Split(text(e["resourceName"]), ";")
	for i, name := range names {
		for _, one := range strings.Split(name, ",") {
			add(kinds[min(i, len(kinds)-1)], strings.TrimSpace(one))
		}
	}
	for _, field := range sortedKeys(response) {
		if kind := made[field]; kind != "" {
			add(kind, response[field])
		}
	}
	return all
}
