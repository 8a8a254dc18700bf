package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// list asks for a list of a region, and keeps it in place of what the snapshot has of the region.
func list[T any](ask func(context.Context, *cloud.Client, string) ([]T, error), of func(*account.Snapshot) *[]T, here func(T, string) bool) func(context.Context, *reader, target) (int, error) {
	return func(ctx context.Context, r *reader, t target) (int, error) {
		items, err := ask(ctx, r.in(t.region), t.region)
		r.mu.Lock()
		defer r.mu.Unlock()
		all := of(r.s)
		*all = slices.DeleteFunc(*all, func(old T) bool { return here(old, t.region) })
		*all = append(*all, items...)
		return len(items), err
	}
}

// detail asks about one thing of a region, and puts the answer where the snapshot has the thing.
func detail[T any](ask func(context.Context, *cloud.Client, string) (T, error), put func(s *account.Snapshot, t target, answer T) int) func(context.Context, *reader, target) (int, error) {
	return func(ctx context.Context, r *reader, t target) (int, error) {
		answer, err := ask(ctx, r.in(t.region), t.about)
		if isAway(err) {
			return 0, nil
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return put(r.s, t, answer), err
	}
}

func computeQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.ECS, "DescribeInstances"), right: "ecs:DescribeInstances", rank: rankOpen, scope: perRegion,
			run: list(read.Instances, func(s *account.Snapshot) *[]account.Instance { return &s.Instances },
				func(i account.Instance, region string) bool { return i.Region == region }),
		},
		{
			Ask: ask(cloud.ESS, "DescribeScalingGroups"), right: "ess:DescribeScalingGroups", rank: rankOpen, scope: perRegion,
			run: list(read.ScalingGroups, func(s *account.Snapshot) *[]account.Fleet { return &s.Fleets },
				func(f account.Fleet, region string) bool { return f.Kind == read.Scaling && f.Region == region }),
		},
		{
			Ask: ask(cloud.ECS, "DescribeAutoProvisioningGroups"), right: "ecs:DescribeAutoProvisioningGroups", rank: rankOpen, scope: perRegion,
			run: list(read.ProvisioningGroups, func(s *account.Snapshot) *[]account.Fleet { return &s.Fleets },
				func(f account.Fleet, region string) bool { return f.Kind == read.Provisioning && f.Region == region }),
		},
		{
			Ask: ask(cloud.ECI, "DescribeContainerGroups"), right: "eci:DescribeContainerGroups", rank: rankOpen, scope: perRegion,
			run: list(read.Containers, func(s *account.Snapshot) *[]account.Container { return &s.Containers },
				func(n account.Container, region string) bool { return n.Region == region }),
		},
		{
			Ask: ask(cloud.ECS, "DescribeInvocations"), right: "ecs:DescribeInvocations", rank: rankOpen, scope: perRegion,
			run: list(read.Invocations, func(s *account.Snapshot) *[]account.Invocation { return &s.Invocations },
				func(n account.Invocation, region string) bool { return n.Region == region }),
		},
		{
			Ask: ask(cloud.ECS, "DescribeKeyPairs"), right: "ecs:DescribeKeyPairs", rank: rankOpen, scope: perRegion,
			run: list(read.KeyPairs, func(s *account.Snapshot) *[]account.KeyPair { return &s.KeyPairs },
				func(k account.KeyPair, region string) bool { return k.Region == region }),
		},
	}
}

func networkQuestions() []*question {
	return []*question{
		{
			Ask: ask(cloud.ECS, "DescribeSecurityGroups"), right: "ecs:DescribeSecurityGroups", rank: rankOpen, scope: perRegion,
			run: list(read.SecurityGroups, func(s *account.Snapshot) *[]account.SecurityGroup { return &s.SecurityGroups },
				func(g account.SecurityGroup, region string) bool { return g.Region == region }),
			then: func(r *reader, t target) {
				for _, g := range r.s.SecurityGroups {
					if g.Region == t.region {
						r.ask(r.find(cloud.ECS, "DescribeSecurityGroupAttribute"), target{region: t.region, about: g.ID})
					}
				}
			},
		},
		{
			Ask: ask(cloud.ECS, "DescribeSecurityGroupAttribute"), right: "ecs:DescribeSecurityGroupAttribute", rank: rankOpen, scope: after,
			from: ask(cloud.ECS, "DescribeSecurityGroups"),
			run: detail(read.Rules, func(s *account.Snapshot, t target, rules []account.Rule) int {
				for i := range s.SecurityGroups {
					if s.SecurityGroups[i].ID == t.about {
						s.SecurityGroups[i].Rules = rules
					}
				}
				return len(rules)
			}),
		},
		{
			Ask: ask(cloud.ECS, "DescribePrefixLists"), right: "ecs:DescribePrefixLists", rank: rankOpen, scope: perRegion,
			run: list(read.PrefixLists, func(s *account.Snapshot) *[]account.PrefixList { return &s.PrefixLists },
				func(l account.PrefixList, region string) bool { return l.Region == region }),
			then: func(r *reader, t target) {
				for _, l := range r.s.PrefixLists {
					if l.Region == t.region {
						r.ask(r.find(cloud.ECS, "DescribePrefixListAttributes"), target{region: t.region, about: l.ID})
					}
				}
			},
		},
		{
			Ask: ask(cloud.ECS, "DescribePrefixListAttributes"), right: "ecs:DescribePrefixListAttributes", rank: rankOpen, scope: after,
			from: ask(cloud.ECS, "DescribePrefixLists"),
			run: detail(read.PrefixEntries, func(s *account.Snapshot, t target, entries []string) int {
				for i := range s.PrefixLists {
					if s.PrefixLists[i].ID == t.about {
						s.PrefixLists[i].Entries = entries
					}
				}
				return len(entries)
			}),
		},
	}
}
