package assets

import (
	"github.com/akguard/akguard/verifier/internal/emulator/services"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

func ecsActions() map[string]services.Action {
	return services.Merge(map[string]services.Action{
		"DescribeRegions": services.Central("ecs:DescribeRegions", describeRegions),
	})
}

func describeRegions(c *services.Invocation) (wire.Object, *wire.Failure) {
	all := []wire.Object{}
	for _, region := range c.Account.Opened() {
		all = append(all, wire.Object{{"RegionId", region}, {"RegionEndpoint", "ecs." + region + ".aliyuncs.com"}, {"LocalName", region}})
	}
	return wire.Object{{"Regions", wire.Object{{"Region", all}}}}, nil
}
