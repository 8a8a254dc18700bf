package read

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

func ecs(action string, pairs ...string) cloud.Query {
	params := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return cloud.Query{Service: cloud.ECS, Action: action, Params: params}
}

// SecurityGroups returns the security groups of the client's region, without their rules.
func SecurityGroups(ctx context.Context, c *cloud.Client, region string) ([]account.SecurityGroup, error) {
	type answer struct {
		cloud.Answer
		NextToken      string
		SecurityGroups struct {
			SecurityGroup []struct {
				SecurityGroupID   string `json:"SecurityGroupId"`
				SecurityGroupName string
				VpcID             string `json:"VpcId"`
				CreationTime      string
				ServiceManaged    bool
			}
		}
	}
	var all []account.SecurityGroup
	err := pages[answer](ctx, c, ecs("DescribeSecurityGroups", "MaxResults", "100"), "NextToken", func(a *answer) string {
		for _, g := range a.SecurityGroups.SecurityGroup {
			all = append(all, account.SecurityGroup{ID: g.SecurityGroupID, Region: region, Name: g.SecurityGroupName, VPC: g.VpcID,
				Created: cloud.When(g.CreationTime), Managed: g.ServiceManaged})
		}
		return a.NextToken
	})
	return all, err
}

type ruleInfo struct {
	SecurityGroupRuleID string `json:"SecurityGroupRuleId"`
	SourceGroupID       string `json:"SourceGroupId"`
	SourcePrefixListID  string `json:"SourcePrefixListId"`
	PortRangeListID     string `json:"PortRangeListId"`

	Direction, Policy, IpProtocol, PortRange, Priority string
	SourceCidrIp, Ipv6SourceCidrIp                     string
	NicType, CreateTime, Description                   string
}

// Rules returns the rules of a security group for what comes in.
func Rules(ctx context.Context, c *cloud.Client, group string) ([]account.Rule, error) {
	type answer struct {
		cloud.Answer
		NextToken   string
		Permissions struct{ Permission []ruleInfo }
	}
	var all []account.Rule
	q := ecs("DescribeSecurityGroupAttribute", "SecurityGroupId", group, "Direction", "ingress", "MaxResults", "500")
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		for _, r := range a.Permissions.Permission {
			all = append(all, account.Rule{
				ID: r.SecurityGroupRuleID, Direction: r.Direction, Policy: r.Policy, Protocol: r.IpProtocol, Ports: r.PortRange,
				Priority: r.Priority, Source: r.SourceCidrIp, Source6: r.Ipv6SourceCidrIp, SourceGroup: r.SourceGroupID,
				PrefixList: r.SourcePrefixListID, PortList: r.PortRangeListID, NIC: r.NicType, Created: cloud.When(r.CreateTime), Description: r.Description,
			})
		}
		return a.NextToken
	})
	return all, err
}

// PrefixLists returns the prefix lists of the client's region, without their entries.
func PrefixLists(ctx context.Context, c *cloud.Client, region string) ([]account.PrefixList, error) {
	type answer struct {
		cloud.Answer
		NextToken   string
		PrefixLists struct {
			PrefixList []struct {
				PrefixListID                 string `json:"PrefixListId"`
				PrefixListName, CreationTime string
			}
		}
	}
	var all []account.PrefixList
	err := pages[answer](ctx, c, ecs("DescribePrefixLists", "MaxResults", "100"), "NextToken", func(a *answer) string {
		for _, l := range a.PrefixLists.PrefixList {
			all = append(all, account.PrefixList{ID: l.PrefixListID, Region: region, Name: l.PrefixListName, Created: cloud.When(l.CreationTime)})
		}
		return a.NextToken
	})
	return all, err
}

// PrefixEntries returns the address blocks of a prefix list.
func PrefixEntries(ctx context.Context, c *cloud.Client, id string) ([]string, error) {
	var a struct {
		cloud.Answer
		Entries struct{ Entry []struct{ Cidr string } }
	}
	err := c.Read(ctx, ecs("DescribePrefixListAttributes", "PrefixListId", id), &a)
	var all []string
	for _, e := range a.Entries.Entry {
		all = append(all, e.Cidr)
	}
	return all, err
}

type instanceInfo struct {
	InstanceID       string `json:"InstanceId"`
	InstanceName     string
	InstanceType     string
	Cpu              int
	GPUAmount        int
	Status           string
	CreationTime     string
	KeyPairName      string
	RamRoleName      string
	SpotStrategy     string
	PublicIpAddress  struct{ IpAddress []string }
	EipAddress       struct{ IpAddress string }
	SecurityGroupIds struct{ SecurityGroupId []string }
}

func (i instanceInfo) instance(region string) account.Instance {
	public := i.PublicIpAddress.IpAddress
	if i.EipAddress.IpAddress != "" {
		public = append(public, i.EipAddress.IpAddress)
	}
	return account.Instance{
		ID: i.InstanceID, Region: region, Name: i.InstanceName, Type: i.InstanceType, CPU: i.Cpu, GPU: i.GPUAmount, Status: i.Status,
		Created: cloud.When(i.CreationTime), KeyPair: i.KeyPairName, Role: i.RamRoleName, Public: none(public),
		Groups: none(i.SecurityGroupIds.SecurityGroupId), Spot: i.SpotStrategy != "" && i.SpotStrategy != "NoSpot",
	}
}

// none makes an empty list nil, so that equal answers are equal.
func none(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Instances returns the instances of the client's region.
func Instances(ctx context.Context, c *cloud.Client, region string) ([]account.Instance, error) {
	type answer struct {
		cloud.Answer
		NextToken string
		Instances struct{ Instance []instanceInfo }
	}
	var all []account.Instance
	err := pages[answer](ctx, c, ecs("DescribeInstances", "MaxResults", "100"), "NextToken", func(a *answer) string {
		for _, i := range a.Instances.Instance {
			all = append(all, i.instance(region))
		}
		return a.NextToken
	})
	return all, err
}

// Invocations returns the commands that Cloud Assistant ran in the client's region.
func Invocations(ctx context.Context, c *cloud.Client, region string) ([]account.Invocation, error) {
	type answer struct {
		cloud.Answer
		NextToken   string
		Invocations struct {
			Invocation []struct {
				InvokeID                                  string `json:"InvokeId"`
				CommandName, CreationTime, CommandContent string
				InvokeInstances                           struct {
					InvokeInstance []struct {
						InstanceID string `json:"InstanceId"`
					}
				}
			}
		}
	}
	var all []account.Invocation
	err := pages[answer](ctx, c, ecs("DescribeInvocations", "MaxResults", "50"), "NextToken", func(a *answer) string {
		for _, i := range a.Invocations.Invocation {
			n := account.Invocation{ID: i.InvokeID, Region: region, Name: i.CommandName, Created: cloud.When(i.CreationTime), Content: Script(i.CommandContent)}
			for _, on := range i.InvokeInstances.InvokeInstance {
				n.Instances = append(n.Instances, on.InstanceID)
			}
			all = append(all, n)
		}
		return a.NextToken
	})
	return all, err
}

// KeyPairs returns the SSH key pairs of the client's region.
func KeyPairs(ctx context.Context, c *cloud.Client, region string) ([]account.KeyPair, error) {
	type answer struct {
		cloud.Answer
		TotalCount int
		KeyPairs   struct {
			KeyPair []struct{ KeyPairName, CreationTime string }
		}
	}
	var all []account.KeyPair
	err := numbered[answer](ctx, c, ecs("DescribeKeyPairs"), 50, func(a *answer) int {
		for _, k := range a.KeyPairs.KeyPair {
			all = append(all, account.KeyPair{Name: k.KeyPairName, Region: region, Created: cloud.When(k.CreationTime)})
		}
		return a.TotalCount
	})
	return all, err
}

// Instance returns an instance of the client's region, and whether there is one.
func Instance(ctx context.Context, c *cloud.Client, region, id string) (account.Instance, bool, error) {
	var a struct {
		cloud.Answer
		Instances *struct{ Instance []instanceInfo }
	}
	if err := c.Read(ctx, ecs("DescribeInstances", "InstanceIds", `["`+id+`"]`), &a); err != nil {
		return account.Instance{}, false, err
	}
	if a.Instances == nil {
		return account.Instance{}, false, cloud.NotUnderstood(&a.Answer)
	}
	for _, i := range a.Instances.Instance {
		if i.InstanceID == id {
			return i.instance(region), true, nil
		}
	}
	return account.Instance{}, false, nil
}
