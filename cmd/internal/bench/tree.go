package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// enough is the least number of files to measure.
const enough = 50_000

// trees compares akguard with ripgrep, which searches for one string, on the working trees of all repositories together,
// unpacked repeatedly until there are enough files.
func trees(runs int, akguard string, repos []string, dir string) error {
	if _, err := exec.LookPath("rg"); err != nil || len(repos) == 0 {
		return nil
	}
	root := filepath.Join(dir, "tree")
	files := 0
	for copies := 0; files < enough; copies++ {
		before := files
		for i, repo := range repos {
			n, err := unpack(repo, filepath.Join(root, strconv.Itoa(copies), strconv.Itoa(i)))
			if err != nil {
				return fmt.Errorf("unpacking HEAD of %s: %w", repo, err)
			}
			files += n
		}
		if files == before {
			return nil
		}
	}
	return compare(runs, fmt.Sprintf("%d files", files), []contestant{
		{name: "rg", args: []string{"rg", "-uuu", "--no-ignore", "-c", "LTAI", root}},
		{name: "akguard", args: []string{akguard, "scan", "--no-verify", "--quiet", "--output", filepath.Join(dir, "tree.report"), root}},
	})
}

// unpack writes the files of HEAD into a folder, and counts them.
func unpack(repo, dir string) (files int, err error) {
	cmd := exec.Command("git", "-C", repo, "archive", "HEAD")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	for in := tar.NewReader(out); ; {
		header, err := in.Next()
		if err != nil {
			_, _ = io.Copy(io.Discard, out)
			return files, errors.Join(ignore(err, io.EOF), cmd.Wait())
		}
		if header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
			continue
		}
		if err := write(filepath.Join(dir, header.Name), in); err != nil {
			return files, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
		}
		files++
	}
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

func write(name string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
