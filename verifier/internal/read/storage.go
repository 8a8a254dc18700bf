package read

import (
	"context"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Images returns the account's own images in the client's region. With whom each is shared has to be asked of each.
func Images(ctx context.Context, c *cloud.Client, region string) ([]account.Image, error) {
	type answer struct {
		cloud.Answer
		TotalCount int
		Images     struct {
			Image []struct {
				ImageID                 string `json:"ImageId"`
				ImageName, CreationTime string
				IsPublic                bool
			}
		}
	}
	var all []account.Image
	err := numbered[answer](ctx, c, ecs("DescribeImages", "ImageOwnerAlias", "self"), 100, func(a *answer) int {
		for _, i := range a.Images.Image {
			all = append(all, account.Image{ID: i.ImageID, Region: region, Name: i.ImageName, Created: cloud.When(i.CreationTime), Public: i.IsPublic})
		}
		return a.TotalCount
	})
	return all, err
}

// ImageAccounts returns the accounts with which an image is shared.
func ImageAccounts(ctx context.Context, c *cloud.Client, id string) ([]string, error) {
	type answer struct {
		cloud.Answer
		TotalCount int
		Accounts   struct {
			Account []struct {
				AliyunID string `json:"AliyunId"`
			}
		}
	}
	var all []string
	err := numbered[answer](ctx, c, ecs("DescribeImageSharePermission", "ImageId", id), 100, func(a *answer) int {
		for _, n := range a.Accounts.Account {
			all = append(all, n.AliyunID)
		}
		return a.TotalCount
	})
	return all, err
}

// Disks returns the disks of the client's region.
func Disks(ctx context.Context, c *cloud.Client, region string) ([]account.Disk, error) {
	type answer struct {
		cloud.Answer
		NextToken string
		Disks     struct {
			Disk []struct {
				DiskID                 string `json:"DiskId"`
				AutoSnapshotPolicyID   string `json:"AutoSnapshotPolicyId"`
				DiskName, CreationTime string
				EnableAutoSnapshot     bool
			}
		}
	}
	var all []account.Disk
	err := pages[answer](ctx, c, ecs("DescribeDisks", "MaxResults", "100"), "NextToken", func(a *answer) string {
		for _, d := range a.Disks.Disk {
			all = append(all, account.Disk{ID: d.DiskID, Region: region, Name: d.DiskName, Created: cloud.When(d.CreationTime),
				Auto: d.EnableAutoSnapshot, Policy: d.AutoSnapshotPolicyID})
		}
		return a.NextToken
	})
	return all, err
}

// SnapshotPolicies returns the schedules of automatic snapshots in the client's region.
func SnapshotPolicies(ctx context.Context, c *cloud.Client, region string) ([]account.SnapshotPolicy, error) {
	type answer struct {
		cloud.Answer
		TotalCount           int
		AutoSnapshotPolicies struct {
			AutoSnapshotPolicy []struct {
				AutoSnapshotPolicyID                 string `json:"AutoSnapshotPolicyId"`
				AutoSnapshotPolicyName, CreationTime string
				DiskNums                             int
			}
		}
	}
	var all []account.SnapshotPolicy
	err := numbered[answer](ctx, c, ecs("DescribeAutoSnapshotPolicyEx"), 100, func(a *answer) int {
		for _, p := range a.AutoSnapshotPolicies.AutoSnapshotPolicy {
			all = append(all, account.SnapshotPolicy{ID: p.AutoSnapshotPolicyID, Region: region, Name: p.AutoSnapshotPolicyName,
				Created: cloud.When(p.CreationTime), Disks: p.DiskNums})
		}
		return a.TotalCount
	})
	return all, err
}
