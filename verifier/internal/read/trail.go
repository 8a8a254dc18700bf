package read

import (
	"context"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// GlobalRegion returns the region in which the events of central services are kept: cn-hangzhou for accounts of the
// Chinese site, ap-southeast-1 for those of the international one.
func GlobalRegion(ctx context.Context, c *cloud.Client) (string, error) {
	var a struct {
		cloud.Answer
		StorageRegion string
	}
	err := c.Read(ctx, cloud.Query{Service: cloud.ActionTrail, Action: "GetGlobalEventsStorageRegion"}, &a)
	return a.StorageRegion, err
}

// Trails returns the account's trails as their list describes them, those of other regions that record this one too included; [TrailStatus] says whether each records.
func Trails(ctx context.Context, c *cloud.Client) ([]account.Trail, error) {
	var a struct {
		cloud.Answer
		TrailList []struct {
			Name, HomeRegion, TrailRegion, OssBucketName, EventRW string
			Status, CreateTime, UpdateTime, StopLoggingTime       string
		}
	}
	q := cloud.Query{Service: cloud.ActionTrail, Action: "DescribeTrails", Params: map[string]string{"IncludeShadowTrails": "true"}}
	err := c.Read(ctx, q, &a)
	var all []account.Trail
	for _, t := range a.TrailList {
		all = append(all, account.Trail{
			Name: t.Name, Region: t.HomeRegion, Logging: t.Status == "Enable", Bucket: t.OssBucketName, EventRW: t.EventRW,
			Regions: t.TrailRegion, Created: cloud.When(t.CreateTime), Updated: cloud.When(t.UpdateTime), Stopped: cloud.When(t.StopLoggingTime),
		})
	}
	return all, err
}

// TrailStatus returns whether a trail records, and when it was stopped last.
func TrailStatus(ctx context.Context, c *cloud.Client, name string) (logging bool, stopped time.Time, err error) {
	var a struct {
		cloud.Answer
		IsLogging       *bool
		StopLoggingTime string
	}
	q := cloud.Query{Service: cloud.ActionTrail, Action: "GetTrailStatus", Params: map[string]string{"Name": name}}
	if err = c.Read(ctx, q, &a); err != nil {
		return false, time.Time{}, err
	}
	if a.IsLogging == nil {
		return false, time.Time{}, cloud.NotUnderstood(&a.Answer)
	}
	return *a.IsLogging, cloud.When(a.StopLoggingTime), nil
}

// The kinds of usage that ActionTrail remembers of a key for 400 days.
const (
	UsageInfo      = "GetAccessKeyLastUsedInfo"
	UsageIPs       = "GetAccessKeyLastUsedIps"
	UsageProducts  = "GetAccessKeyLastUsedProducts"
	UsageResources = "GetAccessKeyLastUsedResources"
	UsageEvents    = "GetAccessKeyLastUsedEvents"
)

type usageItem struct {
	UsedTimestamp                            int64
	Detail                                   string
	Ip, ServiceName, ResourceName, EventName string
	ResourceType                             string
}

// Usage returns what one of the calls for a key's usage says.
func Usage(ctx context.Context, c *cloud.Client, action string, id rules.Secret) ([]account.Usage, error) {
	type answer struct {
		cloud.Answer
		usageItem
		NextToken                        string
		Ips, Products, Resources, Events []usageItem
	}
	q := cloud.Query{Service: cloud.ActionTrail, Action: action, Hide: []rules.Secret{id},
		Params: map[string]string{"AccessKey": id.Reveal(), "PageSize": "100"}}
	var all []account.Usage
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		ref := account.Ref(id)
		for _, u := range a.Ips {
			all = append(all, u.usage(ref, "ip", u.Ip))
		}
		for _, u := range a.Products {
			all = append(all, u.usage(ref, "product", u.ServiceName))
		}
		for _, u := range a.Resources {
			all = append(all, u.usage(ref, "resource", u.ResourceName))
		}
		for _, u := range a.Events {
			all = append(all, u.usage(ref, "event", u.EventName))
		}
		if action == UsageInfo && a.UsedTimestamp != 0 {
			all = append(all, a.usage(ref, "last", a.ServiceName))
		}
		return a.NextToken
	})
	return all, err
}

func (u usageItem) usage(ref account.KeyRef, kind, value string) account.Usage {
	detail := u.Detail
	if u.ResourceType != "" {
		detail = u.ResourceType
	}
	return account.Usage{Key: ref, Kind: kind, Value: rules.MaskIDs(value), Detail: rules.MaskIDs(cut(detail, maxValue)), Last: stamp(u.UsedTimestamp)}
}

// stamp reads a Unix time in milliseconds or, as some services write it, in seconds.
func stamp(n int64) time.Time {
	switch {
	case n <= 0:
		return time.Time{}
	case n < 1e11:
		return time.Unix(n, 0).UTC()
	}
	return time.UnixMilli(n).UTC()
}
