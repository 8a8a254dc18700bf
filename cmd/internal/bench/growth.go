package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// growth prints what a scan costs on generated repositories, each twice as large as the one before, on one processor
// and on all: linear cost shows as seconds for each packed megabyte that stay the same.
func growth(runs int, akguard, dir string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "commits\tpacked MB\twall s\tCPU ms/MB\town memory MB\twall s, one processor\t")
	for n := commits / 8; n <= commits; n *= 2 {
		repo := filepath.Join(dir, fmt.Sprintf("generated-%d", n))
		if err := generate(repo, n); err != nil {
			return fmt.Errorf("generating a repository: %w", err)
		}
		packed, err := packedSize(repo)
		if err != nil {
			return err
		}
		all := ours(akguard, repo, filepath.Join(dir, "growth.report"))
		one := all
		one.env = []string{"GOMAXPROCS=1"}
		a, err := all.median(runs)
		if err != nil {
			return err
		}
		o, err := one.median(runs)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%.1f\t%.2f\t%.1f\t%.0f\t%.2f\t\n", n, packed/1e6, a.wall.Seconds(), a.cpu.Seconds()*1e9/packed,
			float64(a.memory)/1e6, o.wall.Seconds())
	}
	return w.Flush()
}

// packedSize is in bytes.
func packedSize(repo string) (float64, error) {
	packs, err := filepath.Glob(filepath.Join(repo, "objects", "pack", "*.pack"))
	if err != nil {
		return 0, err
	}
	size := int64(0)
	for _, pack := range packs {
		info, err := os.Stat(pack)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return float64(size), nil
}

// median runs the command once and then the counted times.
func (c contestant) median(runs int) (sample, error) {
	var samples []sample
	for i := range runs + 1 {
		s, err := c.run()
		if err != nil {
			return sample{}, err
		}
		if i > 0 {
			samples = append(samples, s)
		}
	}
	return middle(samples), nil
}
