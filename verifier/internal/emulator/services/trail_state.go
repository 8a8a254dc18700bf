package services

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// Trails deliver nothing here: they only say whether they would. Events are recorded without a trail too, as in the real
// service.
func trailStateActions() map[string]Action {
	act := func(name string, run func(c *Invocation) (wire.Object, *wire.Failure)) Action {
		return Action{permission: "actiontrail:" + name, Run: locked(run)}
	}
	return map[string]Action{
		"DescribeTrails": act("DescribeTrails", describeTrails),
		"GetTrailStatus": act("GetTrailStatus", getTrailStatus),
		"CreateTrail":    act("CreateTrail", createTrail),
		"UpdateTrail":    act("UpdateTrail", updateTrail),
		"DeleteTrail":    act("DeleteTrail", deleteTrail),
		"StopLogging":    act("StopLogging", stopLogging),
		"StartLogging":   act("StartLogging", startLogging),
		"GetGlobalEventsStorageRegion": act("GetGlobalEventsStorageRegion", func(c *Invocation) (wire.Object, *wire.Failure) {
			return wire.Object{{"StorageRegion", c.Account.Home()}}, nil
		}),
	}
}

func trailObject(t account.Trail) wire.Object {
	status := "Disable"
	if t.Logging {
		status = "Enable"
	}
	return wire.Object{
		{"Name", t.Name}, {"HomeRegion", t.Region}, {"TrailRegion", cmp.Or(t.Regions, "All")}, {"OssBucketName", t.Bucket},
		{"EventRW", cmp.Or(t.EventRW, "Write")}, {"Status", status}, {"CreateTime", state.Stamp(t.Created)},
		{"UpdateTime", state.Stamp(t.Updated)}, {"StopLoggingTime", state.Stamp(t.Stopped)},
	}
}

func describeTrails(c *Invocation) (wire.Object, *wire.Failure) {
	all := []wire.Object{}
	for _, t := range c.Account.Trails {
		all = append(all, trailObject(t))
	}
	return wire.Object{{"TrailList", all}}, nil
}

func (c *Invocation) trail() (*account.Trail, *wire.Failure) {
	name := c.param("Name")
	i := slices.IndexFunc(c.Account.Trails, func(t account.Trail) bool { return t.Name == name })
	if i < 0 {
		return nil, wire.Refusal(http.StatusNotFound, "TrailNotFoundException", "The specified trail does not exist.")
	}
	return &c.Account.Trails[i], nil
}

func getTrailStatus(c *Invocation) (wire.Object, *wire.Failure) {
	t, refused := c.trail()
	if refused != nil {
		return nil, refused
	}
	return wire.Object{{"IsLogging", t.Logging}, {"StopLoggingTime", state.Stamp(t.Stopped)}}, nil
}

func createTrail(c *Invocation) (wire.Object, *wire.Failure) {
	name := c.param("Name")
	if name == "" {
		return nil, wire.Missing("Name")
	}
	if _, refused := c.trail(); refused == nil {
		return nil, wire.Refusal(http.StatusConflict, "TrailAlreadyExistsException", "The specified trail already exists.")
	}
	t := account.Trail{Name: name, Region: c.Region(), Regions: cmp.Or(c.param("TrailRegion"), "All"),
		Bucket: c.param("OssBucketName"), EventRW: cmp.Or(c.param("EventRW"), "Write"), Created: c.Now, Updated: c.Now}
	c.Account.Trails = append(c.Account.Trails, t)
	return trailObject(t), nil
}

func updateTrail(c *Invocation) (wire.Object, *wire.Failure) {
	t, refused := c.trail()
	if refused != nil {
		return nil, refused
	}
	t.Bucket, t.EventRW = cmp.Or(c.param("OssBucketName"), t.Bucket), cmp.Or(c.param("EventRW"), t.EventRW)
	t.Regions, t.Updated = cmp.Or(c.param("TrailRegion"), t.Regions), c.Now
	return trailObject(*t), nil
}

func deleteTrail(c *Invocation) (wire.Object, *wire.Failure) {
	t, refused := c.trail()
	if refused != nil {
		return nil, refused
	}
	name := t.Name
	c.Account.Trails = slices.DeleteFunc(c.Account.Trails, func(t account.Trail) bool { return t.Name == name })
	return nil, nil
}

func stopLogging(c *Invocation) (wire.Object, *wire.Failure) {
	t, refused := c.trail()
	if refused != nil {
		return nil, refused
	}
	t.Logging, t.Stopped = false, c.Now
	return nil, nil
}

func startLogging(c *Invocation) (wire.Object, *wire.Failure) {
	t, refused := c.trail()
	if refused != nil {
		return nil, refused
	}
	t.Logging = true
	return nil, nil
}
