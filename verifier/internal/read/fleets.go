package read

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// The kinds of fleets.
const (
	Scaling      = "scaling"
	Provisioning = "provisioning"
)

// ScalingGroups returns the scaling groups of the client's region.
func ScalingGroups(ctx context.Context, c *cloud.Client, region string) ([]account.Fleet, error) {
	type answer struct {
		cloud.Answer
		TotalCount    int
		ScalingGroups struct {
			ScalingGroup []struct {
				ScalingGroupID                          string `json:"ScalingGroupId"`
				ScalingGroupName, CreationTime          string
				DesiredCapacity, TotalCapacity, MaxSize int
			}
		}
	}
	var all []account.Fleet
	q := cloud.Query{Service: cloud.ESS, Action: "DescribeScalingGroups"}
	err := numbered[answer](ctx, c, q, 50, func(a *answer) int {
		for _, g := range a.ScalingGroups.ScalingGroup {
			all = append(all, account.Fleet{Kind: Scaling, ID: g.ScalingGroupID, Region: region, Name: g.ScalingGroupName,
				Created: cloud.When(g.CreationTime), Wanted: max(g.DesiredCapacity, g.TotalCapacity)})
		}
		return a.TotalCount
	})
	return all, err
}

// ProvisioningGroups returns the auto-provisioning groups of the client's region.
func ProvisioningGroups(ctx context.Context, c *cloud.Client, region string) ([]account.Fleet, error) {
	type answer struct {
		cloud.Answer
		TotalCount             int
		AutoProvisioningGroups struct {
			AutoProvisioningGroup []struct {
				AutoProvisioningGroupID                 string `json:"AutoProvisioningGroupId"`
				AutoProvisioningGroupName, CreationTime string
				TargetCapacitySpecification             struct{ TotalTargetCapacity float64 }
			}
		}
	}
	var all []account.Fleet
	err := numbered[answer](ctx, c, ecs("DescribeAutoProvisioningGroups"), 100, func(a *answer) int {
		for _, g := range a.AutoProvisioningGroups.AutoProvisioningGroup {
			all = append(all, account.Fleet{Kind: Provisioning, ID: g.AutoProvisioningGroupID, Region: region, Name: g.AutoProvisioningGroupName,
				Created: cloud.When(g.CreationTime), Wanted: int(g.TargetCapacitySpecification.TotalTargetCapacity)})
		}
		return a.TotalCount
	})
	return all, err
}

// Containers returns the container groups of the client's region.
func Containers(ctx context.Context, c *cloud.Client, region string) ([]account.Container, error) {
	type answer struct {
		cloud.Answer
		NextToken       string
		ContainerGroups []struct {
			ContainerGroupID                         string `json:"ContainerGroupId"`
			ContainerGroupName, CreationTime, Status string
			Containers                               []struct{ Image string }
		}
	}
	var all []account.Container
	q := cloud.Query{Service: cloud.ECI, Action: "DescribeContainerGroups", Params: map[string]string{"Limit": "20"}}
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		for _, g := range a.ContainerGroups {
			n := account.Container{ID: g.ContainerGroupID, Region: region, Name: g.ContainerGroupName, Created: cloud.When(g.CreationTime), Status: g.Status}
			for _, one := range g.Containers {
				n.Images = append(n.Images, one.Image)
			}
			all = append(all, n)
		}
		return a.NextToken
	})
	return all, err
}
