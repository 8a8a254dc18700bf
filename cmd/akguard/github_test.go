package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/akguard/akguard/scanner/github/githubtest"
	"github.com/rogpeppe/go-internal/testscript"
)

// github start TOKEN HEAD starts an emulated GitHub, whose pull request has the files that follow as PATH=BLOB, each with a diff of
// ten lines. github from OWNER:BRANCH says what it is made from. github status N lets every request fail from now on, 0 none. github has N FILE... writes the texts of the comments,
// reviews and checks into the file all.txt, and fails unless there are N comments.
func emulatedGitHub(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 1, "github start TOKEN HEAD [PATH=BLOB]... | from OWNER:BRANCH | status N | has N")
	if args[0] == "start" {
		s := githubtest.New(args[1])
		ts.Defer(s.Close)
		ts.Setenv("GITHUB_API_URL", s.URL)
		ts.Setenv("GITHUB_REPOSITORY", githubtest.Repository)
		s.Head = args[2]
		for _, arg := range args[3:] {
			path, blob, _ := strings.Cut(arg, "=")
			s.Files = append(s.Files, githubtest.File{Path: path, Blob: blob, Patch: "@@ -0,0 +1,10 @@\n" + strings.Repeat("+x\n", 10)})
		}
		vaultOf(ts).gitHub = s
		return
	}
	s := vaultOf(ts).gitHub
	if args[0] == "from" {
		s.From = args[1]
		return
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	s.Lock()
	defer s.Unlock()
	if args[0] == "status" {
		s.Fault = func(githubtest.Request) *githubtest.Fault {
			if n == 0 {
				return nil
			}
			return &githubtest.Fault{Status: n}
		}
		return
	}
	var all strings.Builder
	for _, r := range s.Requests {
		all.Write(r.Body)
	}
	ts.Check(os.WriteFile(ts.MkAbs("all.txt"), []byte(all.String()), 0o666))
	if len(s.Comments) != n {
		ts.Fatalf("%d comments, %d reviews, %d checks", len(s.Comments), len(s.Reviews), len(s.Checks))
	}
}
