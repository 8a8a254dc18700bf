package read

import (
	"context"

	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Regions returns the regions that the account can use.
func Regions(ctx context.Context, c *cloud.Client) ([]string, error) {
	var a struct {
		cloud.Answer
		Regions struct {
			Region []struct {
				RegionID string `json:"RegionId"`
			}
		}
	}
	err := c.Read(ctx, cloud.Query{Service: cloud.ECS, Action: "DescribeRegions"}, &a)
	var all []string
	for _, r := range a.Regions.Region {
		all = append(all, r.RegionID)
	}
	return all, err
}
