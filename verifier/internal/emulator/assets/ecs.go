package assets

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func ecsActions() map[string]services.Action {
	all := services.Merge(firewallActions(), storageActions(), map[string]services.Action{
		"DescribeRegions": services.Central("ecs:DescribeRegions", describeRegions),
	})
	for name, run := range map[string]services.Answer{
		"DescribeInstances":              describeInstances,
		"RunInstances":                   runInstances,
		"StartInstance":                  setInstance("Running"),
		"StopInstance":                   setInstance("Stopped"),
		"StopInstances":                  setInstance("Stopped"),
		"DeleteInstance":                 deleteInstance,
		"ModifyInstanceAttribute":        modifyInstance,
		"AttachInstanceRamRole":          attachRole,
		"DescribeInvocations":            describeInvocations,
		"RunCommand":                     runCommand,
		"InvokeCommand":                  runCommand,
		"DescribeKeyPairs":               describeKeyPairs,
		"ImportKeyPair":                  importKeyPair,
		"CreateKeyPair":                  importKeyPair,
		"DeleteKeyPairs":                 deleteKeyPairs,
		"DescribeAutoProvisioningGroups": describeProvisioning,
		"CreateAutoProvisioningGroup":    createProvisioning,
		"DeleteAutoProvisioningGroup":    deleteFleet("AutoProvisioningGroupId"),
	} {
		all[name] = services.Regional("ecs:"+name, run)
	}
	return all
}

func notFound(what string) *wire.Failure {
	return wire.Refusal(http.StatusNotFound, "Invalid"+what+".NotFound", "The specified "+what+" does not exist.")
}

func random(prefix string) string {
	return prefix + strings.ToLower(state.RandomText(state.Alphanum, 20))
}

func describeRegions(c *services.Invocation) (wire.Object, *wire.Failure) {
	all := []wire.Object{}
	for _, region := range c.Account.Opened() {
		all = append(all, wire.Object{{"RegionId", region}, {"RegionEndpoint", "ecs." + region + ".aliyuncs.com"}, {"LocalName", region}})
	}
	return wire.Object{{"Regions", wire.Object{{"Region", all}}}}, nil
}

// texts writes a list of texts, never null.
func texts(inner string, list []string) wire.Object {
	if list == nil {
		list = []string{}
	}
	return wire.Object{{inner, list}}
}

func describeInstances(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.Instances, func(i account.Instance) string { return i.Region })
	if ids := c.Param("InstanceIds"); ids != "" {
		here = slices.DeleteFunc(slices.Clone(here), func(i account.Instance) bool { return !strings.Contains(ids, `"`+i.ID+`"`) })
	}
	return paged(c, "Instances", "Instance", here, func(i account.Instance) wire.Object {
		spot := "NoSpot"
		if i.Spot {
			spot = "SpotAsPriceGo"
		}
		return wire.Object{
			{"InstanceId", i.ID}, {"RegionId", i.Region}, {"InstanceName", i.Name}, {"InstanceType", i.Type}, {"Cpu", i.CPU},
			{"GPUAmount", i.GPU}, {"Status", i.Status}, {"CreationTime", minute(i.Created)}, {"KeyPairName", i.KeyPair},
			{"RamRoleName", i.Role}, {"SpotStrategy", spot}, {"PublicIpAddress", texts("IpAddress", i.Public)},
			{"EipAddress", wire.Object{{"IpAddress", ""}}}, {"SecurityGroupIds", texts("SecurityGroupId", i.Groups)},
		}
	})
}

// runInstances starts what is asked for. The number of GPUs is guessed from the family: the ones with "gn" have them.
func runInstances(c *services.Invocation) (wire.Object, *wire.Failure) {
	n, refused := c.Number("Amount", 1, 100, 1)
	if refused != nil {
		return nil, refused
	}
	kind := c.Param("InstanceType")
	if kind == "" {
		return nil, wire.Missing("InstanceType")
	}
	var ids []string
	for range n {
		i := account.Instance{ID: random("i-"), Region: c.Region(), Name: c.Param("InstanceName"), Type: kind, CPU: 4, Status: "Running",
			Created: c.Now.UTC(), KeyPair: c.Param("KeyPairName"), Role: c.Param("RamRoleName"), Spot: strings.HasPrefix(c.Param("SpotStrategy"), "Spot")}
		if strings.HasPrefix(kind, "ecs.gn") {
			i.GPU = 1
		}
		if group := c.Param("SecurityGroupId"); group != "" {
			i.Groups = []string{group}
		}
		c.Account.Instances = append(c.Account.Instances, i)
		ids = append(ids, i.ID)
	}
	return wire.Object{{"InstanceIdSets", wire.Object{{"InstanceIdSet", ids}}}}, nil
}

// called are the instances that a call names, as InstanceId or InstanceId.1, ….
func called(c *services.Invocation) ([]*account.Instance, *wire.Failure) {
	names := listed(c, "InstanceId")
	if len(names) == 0 {
		return nil, wire.Missing("InstanceId")
	}
	var all []*account.Instance
	for _, name := range names {
		i := slices.IndexFunc(c.Account.Instances, func(i account.Instance) bool { return i.ID == name && i.Region == c.Region() })
		if i < 0 {
			return nil, notFound("InstanceId")
		}
		all = append(all, &c.Account.Instances[i])
	}
	return all, nil
}

// listed reads a parameter that is given once, or numbered from 1.
func listed(c *services.Invocation, name string) []string {
	if one := c.Param(name); one != "" {
		return []string{one}
	}
	var all []string
	for n := 1; c.Param(name+"."+strconv.Itoa(n)) != ""; n++ {
		all = append(all, c.Param(name+"."+strconv.Itoa(n)))
	}
	return all
}

func setInstance(status string) services.Answer {
	return func(c *services.Invocation) (wire.Object, *wire.Failure) {
		instances, refused := called(c)
		if refused != nil {
			return nil, refused
		}
		for _, i := range instances {
			i.Status = status
		}
		return nil, nil
	}
}

func deleteInstance(c *services.Invocation) (wire.Object, *wire.Failure) {
	instances, refused := called(c)
	if refused != nil {
		return nil, refused
	}
	gone := *instances[0]
	if gone.Status == "Running" && c.Param("Force") != "true" {
		return nil, wire.Refusal(http.StatusForbidden, "IncorrectInstanceStatus", "The instance is running.")
	}
	c.Account.Instances = slices.DeleteFunc(c.Account.Instances, func(i account.Instance) bool { return i.ID == gone.ID })
	return nil, nil
}

// modifyInstance takes passwords and user data, and keeps neither.
func modifyInstance(c *services.Invocation) (wire.Object, *wire.Failure) {
	instances, refused := called(c)
	if refused != nil {
		return nil, refused
	}
	instances[0].Name = cmp.Or(c.Param("InstanceName"), instances[0].Name)
	return nil, nil
}

func attachRole(c *services.Invocation) (wire.Object, *wire.Failure) {
	names := strings.FieldsFunc(c.Param("InstanceIds"), func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
	for i := range c.Account.Instances {
		if slices.Contains(names, c.Account.Instances[i].ID) {
			c.Account.Instances[i].Role = c.Param("RamRoleName")
		}
	}
	return nil, nil
}

func describeInvocations(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.Invocations, func(i account.Invocation) string { return i.Region })
	return paged(c, "Invocations", "Invocation", here, func(i account.Invocation) wire.Object {
		on := []wire.Object{}
		for _, id := range i.Instances {
			on = append(on, wire.Object{{"InstanceId", id}, {"InstanceInvokeStatus", "Finished"}})
		}
		return wire.Object{{"InvokeId", i.ID}, {"CommandName", i.Name}, {"CreationTime", state.Stamp(i.Created)},
			{"CommandContent", base64.StdEncoding.EncodeToString([]byte(i.Content))}, {"InvokeInstances", wire.Object{{"InvokeInstance", on}}}}
	})
}

func runCommand(c *services.Invocation) (wire.Object, *wire.Failure) {
	content := c.Param("CommandContent")
	if plain, err := base64.StdEncoding.DecodeString(content); err == nil {
		content = string(plain)
	}
	n := account.Invocation{ID: random("t-"), Region: c.Region(), Name: c.Param("Name"), Created: c.Now.UTC(), Content: content, Instances: listed(c, "InstanceId")}
	c.Account.Invocations = append(c.Account.Invocations, n)
	return wire.Object{{"InvokeId", n.ID}}, nil
}

func describeKeyPairs(c *services.Invocation) (wire.Object, *wire.Failure) {
	here := inRegion(c, c.Account.KeyPairs, func(k account.KeyPair) string { return k.Region })
	return paged(c, "KeyPairs", "KeyPair", here, func(k account.KeyPair) wire.Object {
		return wire.Object{{"KeyPairName", k.Name}, {"CreationTime", state.Stamp(k.Created)}}
	})
}

// importKeyPair also creates one: only the answer differs, which holds a private key.
func importKeyPair(c *services.Invocation) (wire.Object, *wire.Failure) {
	name := c.Param("KeyPairName")
	if name == "" {
		return nil, wire.Missing("KeyPairName")
	}
	c.Account.KeyPairs = append(c.Account.KeyPairs, account.KeyPair{Name: name, Region: c.Region(), Created: c.Now.UTC()})
	return wire.Object{{"KeyPairName", name}}, nil
}

func deleteKeyPairs(c *services.Invocation) (wire.Object, *wire.Failure) {
	c.Account.KeyPairs = slices.DeleteFunc(c.Account.KeyPairs, func(k account.KeyPair) bool {
		return k.Region == c.Region() && strings.Contains(c.Param("KeyPairNames"), `"`+k.Name+`"`)
	})
	return nil, nil
}

func describeProvisioning(c *services.Invocation) (wire.Object, *wire.Failure) {
	return paged(c, "AutoProvisioningGroups", "AutoProvisioningGroup", fleets(c, "provisioning"), func(f account.Fleet) wire.Object {
		return wire.Object{{"AutoProvisioningGroupId", f.ID}, {"AutoProvisioningGroupName", f.Name}, {"RegionId", f.Region},
			{"CreationTime", state.Stamp(f.Created)}, {"TargetCapacitySpecification", wire.Object{{"TotalTargetCapacity", float64(f.Wanted)}}}}
	})
}

// fleets returns those of a kind in the region of the call.
func fleets(c *services.Invocation, kind string) []account.Fleet {
	return inRegion(c, slices.DeleteFunc(slices.Clone(c.Account.Fleets), func(f account.Fleet) bool { return f.Kind != kind }),
		func(f account.Fleet) string { return f.Region })
}

func createProvisioning(c *services.Invocation) (wire.Object, *wire.Failure) {
	n, refused := c.Number("TotalTargetCapacity", 0, 1000, 1)
	if refused != nil {
		return nil, refused
	}
	f := account.Fleet{Kind: "provisioning", ID: random("apg-"), Region: c.Region(), Name: c.Param("AutoProvisioningGroupName"), Created: c.Now.UTC(), Wanted: n}
	c.Account.Fleets = append(c.Account.Fleets, f)
	return wire.Object{{"AutoProvisioningGroupId", f.ID}}, nil
}

func deleteFleet(parameter string) services.Answer {
	return func(c *services.Invocation) (wire.Object, *wire.Failure) {
		id, before := c.Param(parameter), len(c.Account.Fleets)
		c.Account.Fleets = slices.DeleteFunc(c.Account.Fleets, func(f account.Fleet) bool { return f.ID == id })
		if len(c.Account.Fleets) == before {
			return nil, notFound(parameter)
		}
		return nil, nil
	}
}
