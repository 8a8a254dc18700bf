package read

import (
	"context"
	"strconv"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Leaks returns the leaked keys that Security Center found.
func Leaks(ctx context.Context, c *cloud.Client, since time.Time) ([]account.Leak, IDs, error) {
	type answer struct {
		cloud.Answer
		TotalCount        int
		AccessKeyLeakList []struct {
			AccesskeyID            string `json:"AccesskeyId"`
			Url, DealType, Status  string
			GmtModified, GmtCreate int64
		}
	}
	ids := IDs{}
	var all []account.Leak
	q := cloud.Query{Service: cloud.SAS, Action: "DescribeAccesskeyLeakList", Params: map[string]string{"StartTs": strconv.FormatInt(since.UnixMilli(), 10)}}
	err := current[answer](ctx, c, q, 100, func(a *answer) int {
		for _, l := range a.AccessKeyLeakList {
			at := stamp(l.GmtCreate)
			if at.IsZero() {
				at = stamp(l.GmtModified)
			}
			all = append(all, account.Leak{Key: ids.add(rules.NewSecret(l.AccesskeyID)), At: at, URL: rules.MaskIDs(l.Url), Dealt: l.DealType})
		}
		return a.TotalCount
	})
	return all, ids, err
}

// Alarms returns what Security Center finds suspicious since a time.
func Alarms(ctx context.Context, c *cloud.Client, since time.Time) ([]account.Alarm, error) {
	type answer struct {
		cloud.Answer
		TotalCount int
		SuspEvents []struct {
			Id                                 int64
			Name, AlarmEventName, InstanceId   string
			Level                              string
			EventStatus                        int
			OccurrenceTimeStamp, LastTimeStamp int64
		}
	}
	var all []account.Alarm
	q := cloud.Query{Service: cloud.SAS, Action: "DescribeSuspEvents"}
	err := current[answer](ctx, c, q, 100, func(a *answer) int {
		for _, e := range a.SuspEvents {
			name := e.AlarmEventName
			if name == "" {
				name = e.Name
			}
			at := stamp(max(e.OccurrenceTimeStamp, e.LastTimeStamp))
			if !at.IsZero() && at.Before(since) {
				continue
			}
			all = append(all, account.Alarm{ID: strconv.FormatInt(e.Id, 10), Name: rules.MaskIDs(name), At: at, Instance: e.InstanceId,
				Level: e.Level, Status: strconv.Itoa(e.EventStatus)})
		}
		return a.TotalCount
	})
	return all, err
}

// Resources returns what was made since a time, of all services, as the resource center lists it.
func Resources(ctx context.Context, c *cloud.Client, since time.Time) ([]account.Resource, error) {
	type answer struct {
		cloud.Answer
		NextToken string
		Resources []struct {
			ResourceId, ResourceType, ResourceName, RegionId, CreateTime string
		}
	}
	var all []account.Resource
	q := cloud.Query{Service: cloud.ResourceCenter, Action: "SearchResources", Params: map[string]string{"MaxResults": "500",
		"SortCriterion.Key": "CreateTime", "SortCriterion.Order": "DESC"}}
	err := pages[answer](ctx, c, q, "NextToken", func(a *answer) string {
		for _, r := range a.Resources {
			created := cloud.When(r.CreateTime)
			if !created.IsZero() && created.Before(since) {
				return "" // the newest come first: so are all that follow
			}
			all = append(all, account.Resource{Type: r.ResourceType, ID: r.ResourceId, Name: rules.MaskIDs(r.ResourceName), Region: r.RegionId, Created: created})
		}
		return a.NextToken
	})
	return all, err
}
