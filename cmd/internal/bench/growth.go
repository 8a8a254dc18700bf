package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// growth prints what a scan costs on generated repositories, each twice as large as the one before, on one processor
// and on all: linear cost shows as seconds for each packed megabyte that stay the same.
func growth(runs int, akguard, dir string) error {
	fmt.Println("\ngenerated repositories, each twice as large as the one before")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "commits\tpacked MB\twall s\tCPU ms/MB\town memory MB\twall s, one processor\t")
	for n := commits / 8; n <= commits; n *= 2 {
		repo := filepath.Join(dir, fmt.Sprintf("generated-%d", n))
		if err := generate(repo, generator{commits: n}); err != nil {
			return fmt.Errorf("generating a repository: %w", err)
		}
		packed, err := packedSize(repo)
		if err != nil {
			return err
		}
		all := ours(akguard, repo, filepath.Join(dir, "growth.report"))
		m, err := measure(runs, []contestant{all, all.pinned()})
		if err != nil {
			return err
		}
		memory := column(m[0], func(s sample) float64 { return float64(s.memory) })
		fmt.Fprintf(w, "%d\t%.1f\t%.2f\t%.1f\t%.0f\t%.2f\t\n", n, packed/1e6, column(m[0], wallOf).median(),
			column(m[0], cpuOf).median()*1e9/packed, memory.highest()/1e6, column(m[1], wallOf).median())
	}
	return w.Flush()
}

// packedSize is in bytes.
func packedSize(repo string) (float64, error) {
	packs, err := packsOf(repo)
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

// packsOf lists the packs of a repository.
func packsOf(repo string) ([]string, error) {
	out, err := exec.Command("git", "-C", repo, "rev-parse", "--path-format=absolute", "--git-path", "objects/pack").Output()
	if err != nil {
		return nil, fmt.Errorf("finding the packs of %s: %w", repo, err)
	}
	return filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "*.pack"))
}
