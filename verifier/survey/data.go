package survey

import (
	"context"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

func storageQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.ECS, "DescribeImages"), right: "ecs:DescribeImages", rank: rankOpen, scope: perRegion,
			run: list(read.Images, func(s *account.Snapshot) *[]account.Image { return &s.Images },
				func(i account.Image, region string) bool { return i.Region == region }),
			then: func(r *reader, t target) {
				for _, i := range r.s.Images {
					if i.Region == t.region {
						r.ask(r.find(cloud.ECS, "DescribeImageSharePermission"), target{region: t.region, about: i.ID})
					}
				}
			},
		},
		{
			Ask: ask(cloud.ECS, "DescribeImageSharePermission"), right: "ecs:DescribeImageSharePermission", rank: rankRest, scope: after,
			from: ask(cloud.ECS, "DescribeImages"),
			run: detail(read.ImageAccounts, func(s *account.Snapshot, t target, accounts []string) int {
				for i := range s.Images {
					if s.Images[i].ID == t.about {
						s.Images[i].Accounts = accounts
					}
				}
				return len(accounts)
			}),
		},
		{
			Ask: ask(cloud.ECS, "DescribeDisks"), right: "ecs:DescribeDisks", rank: rankRest, scope: perRegion,
			run: list(read.Disks, func(s *account.Snapshot) *[]account.Disk { return &s.Disks },
				func(d account.Disk, region string) bool { return d.Region == region }),
		},
		{
			Ask: ask(cloud.ECS, "DescribeAutoSnapshotPolicyEx"), right: "ecs:DescribeAutoSnapshotPolicyEx", rank: rankRest, scope: perRegion,
			run: list(read.SnapshotPolicies, func(s *account.Snapshot) *[]account.SnapshotPolicy { return &s.SnapshotPolicies },
				func(p account.SnapshotPolicy, region string) bool { return p.Region == region }),
		},
	}
}

func databaseQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.RDS, "DescribeDBInstances"), right: "rds:DescribeDBInstances", rank: rankOpen, scope: perRegion,
			run: list(read.Databases, func(s *account.Snapshot) *[]account.Database { return &s.Databases },
				func(d account.Database, region string) bool { return d.Region == region }),
			then: func(r *reader, t target) {
				for _, d := range r.s.Databases {
					if d.Region == t.region {
						r.ask(r.find(cloud.RDS, "DescribeDBInstanceIPArrayList"), target{region: t.region, about: d.ID})
						r.ask(r.find(cloud.RDS, "DescribeAccounts"), target{region: t.region, about: d.ID})
					}
				}
			},
		},
		{
			Ask: ask(cloud.RDS, "DescribeDBInstanceIPArrayList"), right: "rds:DescribeDBInstanceIPArrayList", rank: rankOpen, scope: after,
			from: ask(cloud.RDS, "DescribeDBInstances"),
			run: detail(read.DatabaseAddresses, func(s *account.Snapshot, t target, allowed []string) int {
				return ofDatabase(s, t.about, func(d *account.Database) { d.Allowed = allowed }, len(allowed))
			}),
		},
		{
			Ask: ask(cloud.RDS, "DescribeAccounts"), right: "rds:DescribeAccounts", rank: rankRest, scope: after,
			from: ask(cloud.RDS, "DescribeDBInstances"),
			run: detail(read.DatabaseAccounts, func(s *account.Snapshot, t target, accounts []account.DBAccount) int {
				return ofDatabase(s, t.about, func(d *account.Database) { d.Accounts = accounts }, len(accounts))
			}),
		},
	}
}

func ofDatabase(s *account.Snapshot, id string, put func(*account.Database), n int) int {
	for i := range s.Databases {
		if s.Databases[i].ID == id {
			put(&s.Databases[i])
		}
	}
	return n
}

// whole asks the services that the site of the account has at one place, and keeps the answer.
func whole[T any](ask func(context.Context, *cloud.Client) (T, error), put func(s *account.Snapshot, answer T) int) func(context.Context, *reader, target) (int, error) {
	return func(ctx context.Context, r *reader, _ target) (int, error) {
		answer, err := ask(ctx, r.home())
		r.mu.Lock()
		defer r.mu.Unlock()
		return put(r.s, answer), err
	}
}

func moneyQuestions() []*question {
	all := []*question{
		{
			Ask: ask(cloud.BSS, "QueryAccountBalance"), right: "bssapi:QueryAccountBalance", rank: rankRights,
			run: whole(read.Balance, func(s *account.Snapshot, b *account.Balance) int {
				if b != nil {
					s.Balance = b
				}
				return count(b != nil)
			}),
		},
		{
			Ask: ask(cloud.BSS, "QueryBillOverview"), right: "bssapi:QueryBillOverview", rank: rankOpen, scope: perMonth,
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				bills, err := read.Bills(ctx, r.home(), t.about)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Bills = append(without(r.s.Bills, func(b account.Bill) bool { return b.Cycle == t.about }), bills...)
				return len(bills), err
			},
		},
		{
			Ask: ask(cloud.BSS, "DescribeInstanceBill"), right: "bssapi:DescribeInstanceBill", rank: rankOpen, scope: perDay,
			run: func(ctx context.Context, r *reader, t target) (int, error) {
				costs, err := read.Costs(ctx, r.home(), t.about)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Today = append(without(r.s.Today, func(c account.Cost) bool { return c.Day == t.about }), costs...)
				return len(costs), err
			},
		},
	}
	return all
}

func noticeQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.SAS, "DescribeAccesskeyLeakList"), right: "yundun-sas:DescribeAccesskeyLeakList", rank: rankOpen,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				leaks, ids, err := read.Leaks(ctx, r.home(), r.since())
				r.mu.Lock()
				defer r.mu.Unlock()
				r.learn(ids)
				r.s.Leaks = leaks
				return len(leaks), err
			},
		},
		{
			Ask: ask(cloud.SAS, "DescribeSuspEvents"), right: "yundun-sas:DescribeSuspEvents", rank: rankOpen,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				alarms, err := read.Alarms(ctx, r.home(), r.since())
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Alarms = alarms
				return len(alarms), err
			},
		},
		{
			Ask: ask(cloud.ResourceCenter, "SearchResources"), right: "resourcecenter:SearchResources", rank: rankOpen,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				resources, err := read.Resources(ctx, r.home(), r.since())
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Compute.Resources = resources
				return len(resources), err
			},
		},
	}
}

// beforeSince is how much older than the exposure what is read by time may be: clocks differ, and a list may show when something
// was changed last.
const beforeSince = 24 * time.Hour

func (r *reader) since() time.Time { return r.Since.Add(-beforeSince) }

func bucketQuestions() []*question {
	source := ask(cloud.OSS, "GetService")
	return []*question{
		{
			Ask: source, right: "oss:ListBuckets", rank: rankOpen,
			run: func(ctx context.Context, r *reader, _ target) (int, error) {
				buckets, err := read.Buckets(ctx, r.home())
				r.mu.Lock()
				defer r.mu.Unlock()
				r.s.Buckets = buckets
				return len(buckets), err
			},
			then: func(r *reader, _ target) {
				for _, b := range r.s.Buckets {
					for _, action := range []string{"GetBucketAcl", "GetBucketPolicy", "GetBucketLogging"} {
						r.ask(r.find(cloud.OSS, action), target{region: b.Region, about: b.Name})
					}
				}
			},
		},
		{
			Ask: ask(cloud.OSS, "GetBucketAcl"), right: "oss:GetBucketAcl", rank: rankOpen, scope: after, from: source,
			run: detail(read.BucketACL, func(s *account.Snapshot, t target, acl string) int {
				return ofBucket(s, t.about, func(b *account.Bucket) { b.ACL = acl })
			}),
		},
		{
			Ask: ask(cloud.OSS, "GetBucketPolicy"), right: "oss:GetBucketPolicy", rank: rankOpen, scope: after, from: source,
			run: detail(read.BucketPolicy, func(s *account.Snapshot, t target, policy string) int {
				return ofBucket(s, t.about, func(b *account.Bucket) { b.Policy = policy })
			}),
		},
		{
			Ask: ask(cloud.OSS, "GetBucketLogging"), right: "oss:GetBucketLogging", rank: rankRest, scope: after, from: source,
			run: detail(read.BucketLogging, func(s *account.Snapshot, t target, logged bool) int {
				return ofBucket(s, t.about, func(b *account.Bucket) { b.Logging = logged })
			}),
		},
	}
}

func ofBucket(s *account.Snapshot, name string, put func(*account.Bucket)) int {
	for i := range s.Buckets {
		if s.Buckets[i].Name == name {
			put(&s.Buckets[i])
		}
	}
	return 1
}
