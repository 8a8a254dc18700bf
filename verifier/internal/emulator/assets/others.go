package assets

import (
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func essActions() map[string]services.Action {
	return map[string]services.Action{
		"DescribeScalingGroups": services.Regional("ess:DescribeScalingGroups", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			return paged(c, "ScalingGroups", "ScalingGroup", fleets(c, "scaling"), func(f account.Fleet) wire.Object {
				return wire.Object{{"ScalingGroupId", f.ID}, {"ScalingGroupName", f.Name}, {"CreationTime", minute(f.Created)},
					{"DesiredCapacity", f.Wanted}, {"TotalCapacity", f.Wanted}, {"MaxSize", f.Wanted}}
			})
		}),
		"CreateScalingGroup": services.Regional("ess:CreateScalingGroup", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			n, refused := c.Number("DesiredCapacity", 0, 1000, 0)
			if refused != nil {
				return nil, refused
			}
			f := account.Fleet{Kind: "scaling", ID: random("asg-"), Region: c.Region(), Name: c.Param("ScalingGroupName"), Created: c.Now.UTC(), Wanted: n}
			c.Account.Fleets = append(c.Account.Fleets, f)
			return wire.Object{{"ScalingGroupId", f.ID}}, nil
		}),
		"DeleteScalingGroup": services.Regional("ess:DeleteScalingGroup", deleteFleet("ScalingGroupId")),
	}
}

func eciActions() map[string]services.Action {
	return map[string]services.Action{
		"DescribeContainerGroups": services.Regional("eci:DescribeContainerGroups", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			here := inRegion(c, c.Account.Containers, func(n account.Container) string { return n.Region })
			return paged(c, "ContainerGroups", "", here, func(n account.Container) wire.Object {
				containers := []wire.Object{}
				for _, image := range n.Images {
					containers = append(containers, wire.Object{{"Name", "main"}, {"Image", image}})
				}
				return wire.Object{{"ContainerGroupId", n.ID}, {"ContainerGroupName", n.Name}, {"CreationTime", state.Stamp(n.Created)},
					{"Status", n.Status}, {"Containers", containers}}
			})
		}),
		"CreateContainerGroup": services.Regional("eci:CreateContainerGroup", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			n := account.Container{ID: random("eci-"), Region: c.Region(), Name: c.Param("ContainerGroupName"), Created: c.Now.UTC(), Status: "Running"}
			if image := c.Param("Container.1.Image"); image != "" {
				n.Images = []string{image}
			}
			c.Account.Containers = append(c.Account.Containers, n)
			return wire.Object{{"ContainerGroupId", n.ID}}, nil
		}),
		"DeleteContainerGroup": services.Regional("eci:DeleteContainerGroup", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			id := c.Param("ContainerGroupId")
			c.Account.Containers = slices.DeleteFunc(c.Account.Containers, func(n account.Container) bool { return n.ID == id })
			return nil, nil
		}),
	}
}

// records writes a page of a list of RDS, which counts with another name.
func records[T any](c *services.Invocation, outer, inner string, all []T, write func(T) wire.Object) (wire.Object, *wire.Failure) {
	answer, refused := paged(c, outer, inner, all, write)
	return append(answer, wire.Member{"TotalRecordCount", len(all)}), refused
}

func rdsActions() map[string]services.Action {
	all := map[string]services.Action{}
	for name, run := range map[string]services.Answer{
		"DescribeDBInstances": func(c *services.Invocation) (wire.Object, *wire.Failure) {
			here := inRegion(c, c.Account.Databases, func(d account.Database) string { return d.Region })
			return records(c, "Items", "DBInstance", here, func(d account.Database) wire.Object {
				return wire.Object{{"DBInstanceId", d.ID}, {"DBInstanceDescription", d.Name}, {"Engine", d.Engine}, {"CreateTime", state.Stamp(d.Created)}}
			})
		},
		"DescribeDBInstanceIPArrayList": ofDatabase(func(_ *services.Invocation, d *account.Database) (wire.Object, *wire.Failure) {
			group := wire.Object{{"DBInstanceIPArrayName", "default"}, {"SecurityIPList", strings.Join(d.Allowed, ",")}}
			return wire.Object{{"Items", wire.Object{{"DBInstanceIPArray", []wire.Object{group}}}}}, nil
		}),
		"DescribeAccounts": ofDatabase(func(c *services.Invocation, d *account.Database) (wire.Object, *wire.Failure) {
			return records(c, "Accounts", "DBInstanceAccount", d.Accounts, func(a account.DBAccount) wire.Object {
				return wire.Object{{"AccountName", a.Name}, {"AccountType", a.Type}}
			})
		}),
		"ModifySecurityIps": ofDatabase(func(c *services.Invocation, d *account.Database) (wire.Object, *wire.Failure) {
			d.Allowed = strings.Split(c.Param("SecurityIps"), ",")
			return wire.Object{{"DBInstanceId", d.ID}}, nil
		}),
		"CreateAccount": ofDatabase(func(c *services.Invocation, d *account.Database) (wire.Object, *wire.Failure) {
			d.Accounts = append(slices.Clone(d.Accounts), account.DBAccount{Name: c.Param("AccountName"), Type: c.Param("AccountType")})
			return nil, nil
		}),
	} {
		all[name] = services.Regional("rds:"+name, run)
	}
	return all
}

func ofDatabase(run func(c *services.Invocation, d *account.Database) (wire.Object, *wire.Failure)) services.Answer {
	return func(c *services.Invocation) (wire.Object, *wire.Failure) {
		d := c.Account.Database(c.Param("DBInstanceId"))
		if d == nil || d.Region != c.Region() {
			return nil, notFound("DBInstanceId")
		}
		return run(c, d)
	}
}

// billed says that a call of BSS succeeded, which its answers do in the body.
func billed(data wire.Object) wire.Object {
	return wire.Object{{"Code", "Success"}, {"Success", true}, {"Message", "Successful!"}, {"Data", data}}
}

func bssActions() map[string]services.Action {
	return map[string]services.Action{
		"QueryAccountBalance": services.Central("bssapi:QueryAccountBalance", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			b := account.Balance{Available: "0.00", Currency: "CNY"}
			if c.Account.Balance != nil {
				b = *c.Account.Balance
			}
			return billed(wire.Object{{"AvailableAmount", b.Available}, {"AvailableCashAmount", b.Available}, {"Currency", b.Currency}}), nil
		}),
		"QueryBillOverview": services.Central("bssapi:QueryBillOverview", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			items := []wire.Object{}
			for _, b := range c.Account.Bills {
				if b.Cycle == c.Param("BillingCycle") {
					items = append(items, wire.Object{{"ProductCode", b.Product}, {"ProductName", b.Name}, {"PretaxAmount", b.Amount}, {"Currency", b.Currency}})
				}
			}
			return billed(wire.Object{{"BillingCycle", c.Param("BillingCycle")}, {"Items", wire.Object{{"Item", items}}}}), nil
		}),
		"DescribeInstanceBill": services.Central("bssapi:DescribeInstanceBill", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			today := slices.DeleteFunc(slices.Clone(c.Account.Today), func(n account.Cost) bool { return n.Day != c.Param("BillingDate") })
			answer, refused := paged(c, "Items", "", today, func(n account.Cost) wire.Object {
				return wire.Object{{"ProductCode", n.Product}, {"InstanceID", n.Instance}, {"Region", n.Region}, {"PretaxAmount", n.Amount},
					{"Currency", n.Currency}, {"BillingDate", n.Day}}
			})
			return billed(answer), refused
		}),
	}
}

func sasActions() map[string]services.Action {
	return map[string]services.Action{
		"DescribeAccesskeyLeakList": services.Central("yundun-sas:DescribeAccesskeyLeakList", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			return paged(c, "AccessKeyLeakList", "", c.Account.Leaks, func(l state.Leak) wire.Object {
				return wire.Object{{"AccesskeyId", l.KeyID}, {"Url", l.URL}, {"DealType", l.Dealt}, {"GmtModified", l.At.UnixMilli()}}
			})
		}),
		"DescribeSuspEvents": services.Central("yundun-sas:DescribeSuspEvents", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			return paged(c, "SuspEvents", "", c.Account.Alarms, func(n account.Alarm) wire.Object {
				return wire.Object{{"Id", n.ID}, {"AlarmEventName", n.Name}, {"InstanceId", n.Instance}, {"Level", n.Level}, {"EventStatus", n.Status},
					{"OccurrenceTimeStamp", n.At.UnixMilli()}}
			})
		}),
	}
}

func resourceCenterActions() map[string]services.Action {
	return map[string]services.Action{
		"SearchResources": services.Central("resourcecenter:SearchResources", func(c *services.Invocation) (wire.Object, *wire.Failure) {
			all := slices.Clone(c.Account.Compute.Resources)
			newest := func(a, b account.Resource) int { return time.Time.Compare(b.Created, a.Created) }
			slices.SortStableFunc(all, newest)
			return paged(c, "Resources", "", all, func(r account.Resource) wire.Object {
				return wire.Object{{"ResourceId", r.ID}, {"ResourceType", r.Type}, {"ResourceName", r.Name}, {"RegionId", r.Region}, {"CreateTime", state.Stamp(r.Created)}}
			})
		}),
	}
}
