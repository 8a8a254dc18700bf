// Command gitsuite runs scripts of git's own test suite, keeps the repositories that they leave behind, and holds akguard
// to what git says of each. The suite makes every odd repository that git's developers have thought of.
//
//	go run ./cmd/internal/gitsuite [-jobs N] [-keep DIR] GIT [SCRIPT ...]
//
// GIT is a checkout of git in which make has run. Without scripts it runs those that are about storage. A repository passes
// if akguard reads exactly the objects that git lists or says that it could not, does not crash, and reads the same with
// the record of an earlier scan. Make calls it in make test-gitsuite.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	jobs := flag.Int("jobs", 2, "run `N` scripts at a time")
	keep := flag.String("keep", "", "leave the repositories in `DIR`, and use those that are there")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := run(ctx, flag.Args(), *jobs, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "gitsuite:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, jobs int, keep string) error {
	if len(args) == 0 {
		return errors.New("name a checkout of git in which make has run")
	}
	source, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	root := keep
	if root == "" {
		if root, err = os.MkdirTemp("", "gitsuite-"); err != nil {
			return err
		}
		defer os.RemoveAll(root)
	}
	if root, err = filepath.Abs(root); err != nil {
		return err
	}
	scripts, err := scriptsOf(source, args[1:])
	if err != nil {
		return err
	}
	if left, _ := os.ReadDir(root); len(left) == 0 {
		runScripts(ctx, source, root, scripts, jobs)
	}
	return checkAll(ctx, filepath.Join(source, "bin-wrappers", "git"), root)
}

// storage are the scripts about packs, alternates, refs, clones, indexes, worktrees and damage.
var storage = []string{
	"t0021*", "t0410*", "t06*", "t08*", "t10*", "t13*", "t14*", "t15*", "t16*", "t17*", "t20*", "t22*", "t24*", "t30*", "t32*",
	"t33*", "t34*", "t39*", "t53*", "t54*", "t55*", "t56*", "t57*", "t60*", "t61*", "t65*", "t66*", "t70*", "t71*", "t74*", "t77*", "t79*",
}

// scriptsOf returns the scripts to run, by their names in the folder t.
func scriptsOf(source string, wanted []string) ([]string, error) {
	if len(wanted) == 0 {
		wanted = storage
	}
	var out []string
	for _, pattern := range wanted {
		found, err := filepath.Glob(filepath.Join(source, "t", strings.TrimSuffix(pattern, ".sh")+".sh"))
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			out = append(out, filepath.Base(name))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no such script", filepath.Join(source, "t"))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// scriptTime is how long one script may take.
const scriptTime = 3 * time.Minute

// runScripts runs the scripts. With -d they keep their folder. Whether git passes its own tests does not matter here.
func runScripts(ctx context.Context, source, root string, scripts []string, jobs int) {
	var g errgroup.Group
	g.SetLimit(jobs)
	for i, script := range scripts {
		g.Go(func() error {
			limited, cancel := context.WithTimeout(ctx, scriptTime)
			defer cancel()
			cmd := exec.CommandContext(limited, "sh", script, "-d", "--root="+filepath.Join(root, script))
			cmd.Dir = filepath.Join(source, "t")
			cmd.WaitDelay = time.Second
			_ = cmd.Run()
			fmt.Fprintf(os.Stderr, "\rscript %d of %d", i+1, len(scripts))
			return nil
		})
	}
	_ = g.Wait()
	fmt.Fprintln(os.Stderr)
}
