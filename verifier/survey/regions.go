package survey

import (
	"context"
	"slices"

	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// readRegions finds out which regions the account has. If it may not, the public ones are asked.
func readRegions(ctx context.Context, r *reader, _ target) (int, error) {
	opened, err := read.Regions(ctx, r.in(chinaHome))
	if ctx.Err() != nil {
		return 0, err
	}
	if len(opened) == 0 {
		opened = cloud.Regions()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = err == nil
	r.useRegions(opened)
	return len(opened), err
}

// useRegions sets which regions the account has, and which of them are asked. The caller holds mu, or nothing runs yet.
func (r *reader) useRegions(opened []string) {
	r.s.Regions, r.regional = opened, opened
	if len(r.Options.Regions) > 0 {
		r.regional = slices.Clone(r.Options.Regions)
		for _, home := range []string{chinaHome, worldHome} { // the events of users and keys are there
			if !slices.Contains(r.regional, home) {
				r.regional = append(r.regional, home)
			}
		}
	}
	r.sortRegions()
}

// sortRegions puts the regions that have the events of central services first.
func (r *reader) sortRegions() {
	r.regional = slices.Clone(r.regional)
	slices.Sort(r.regional)
	homes := 0
	for _, home := range []string{chinaHome, worldHome} {
		if i := slices.Index(r.regional, home); i >= 0 {
			r.regional = slices.Insert(slices.Delete(r.regional, i, i+1), homes, home)
			homes++
		}
	}
}

// eachRegion asks the questions of each region. The caller holds mu.
func (r *reader) eachRegion(target) {
	for _, region := range r.regional {
		r.begin(region)
	}
	for _, region := range r.regional {
		if len(r.Options.Regions) > 0 && !slices.Contains(r.Options.Regions, region) {
			continue // it is there for its events only
		}
		r.each(perRegion, target{region: region})
	}
}
