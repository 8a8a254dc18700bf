package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/rogpeppe/go-internal/testscript"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what scripts can do besides testscript's own.
var commands = map[string]command{
	"exits":      exits,
	"within":     within,
	"let":        let,
	"keys":       expandKeys,
	"hidden":     hidden,
	"emulator":   emulator,
	"github":     emulatedGitHub,
	"admin":      administrator,
	"status":     keyStatus,
	"thief":      thief,
	"admin-call": adminCall,
	"powerful":   powerful,
	"fault":      injectFault,
	"leaked":     leakedSecret,
	"calls":      calls,
	"rows":       checkRows,
	"folder":     folder,
	"lines":      lines,
	"settle":     settle,
	"repeat":     repeat,
	"versions":   versions,
	"corrupt":    corrupt,
	"hook":       hook,
	"encode":     encode,
	"zip":        zipFiles,
}

func need(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits CODE PROGRAM ARG... runs a program that ends with the exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 1, "exits CODE PROGRAM ARG...")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// within TIME CODE PROGRAM ARG... is exits for a program that must not take longer.
func within(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 2, "within TIME CODE PROGRAM ARG...")
	most, err := time.ParseDuration(args[0])
	ts.Check(err)
	watch := startStopwatch()
	defer watch.read()
	exits(ts, false, args[1:])
	if took := watch.read(); took > most {
		ts.Fatalf("it took %s, want %s at the most", took, most)
	}
}

// let NAME sets an environment variable to what the last program wrote.
func let(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 1, "let NAME")
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// keys FILE... puts random keys where the files name them.
func expandKeys(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 0, "keys FILE...")
	for _, name := range args {
		write(ts, name, vaultOf(ts).expand(ts.ReadFile(name)))
	}
}

// hidden FILE... makes sure that no file shows a key; ! hidden FILE... that each shows one.
func hidden(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, len(args) > 0, "[!] hidden FILE...")
	for _, name := range args {
		switch shown := vaultOf(ts).shownIn(ts.ReadFile(name)); {
		case !neg && shown != "":
			ts.Fatalf("%s shows %s", name, shown)
		case neg && shown == "":
			ts.Fatalf("%s shows no key", name)
		}
	}
}

// emulator [OPTION] LABEL=STATE... starts an account with the keys, whose number is $ACCOUNT, and has akguard ask
// there. The states are those of owners. With hang the server never answers, with slow it takes 300 ms, with busy it
// throttles two calls, and with tls it speaks TLS under a certificate that ca.pem vouches for.
func emulator(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg, "emulator [hang|slow|busy|tls] LABEL=STATE...")
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	for _, service := range cloudServices {
		ts.Setenv("AKGUARD_ENDPOINT_"+service, server.URL)
	}
	ts.Setenv("ACCOUNT", account.UID())
	for _, arg := range args {
		label, state, ok := strings.Cut(arg, "=")
		if !ok {
			misbehave(ts, server, arg)
			continue
		}
		key, err := newKey(account, state)
		ts.Check(err)
		vaultOf(ts).store(label, key)
	}
	vaultOf(ts).account, vaultOf(ts).server = account, server
}

// misbehave does what an option of emulator says.
func misbehave(ts *testscript.TestScript, server *alibabatest.Server, option string) {
	switch option {
	case "hang":
		server.Inject(alibabatest.Fault{Hang: true}, -1)
	case "slow":
		server.Inject(alibabatest.Fault{Latency: 300 * time.Millisecond}, -1)
	case "busy":
		server.Inject(alibabatest.Throttled(), 2)
	case "tls":
		front := httptest.NewUnstartedServer(server)
		front.Config.ErrorLog = log.New(io.Discard, "", 0) // who does not trust it hangs up
		front.StartTLS()
		ts.Defer(front.Close)
		ts.Setenv("AKGUARD_ENDPOINT_STS", front.URL)
		write(ts, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})))
	default:
		ts.Fatalf("no option %q", option)
	}
}

// calls N makes sure that STS was asked so often.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 1, "calls N")
	if got := strconv.Itoa(vaultOf(ts).server.Calls("Sts", "GetCallerIdentity")); got != args[0] {
		ts.Fatalf("STS was asked %s times, want %s", got, args[0])
	}
}

// folder DIR NAME... makes sure that the folder holds exactly these.
func folder(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 0, "folder DIR NAME...")
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := args[1:]; !slices.Equal(names, want) {
		ts.Fatalf("%s holds %q, want %q", args[0], names, want)
	}
}

// lines MAX FILE makes sure that the file has no more lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 2, "lines MAX FILE")
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := strings.Count(ts.ReadFile(args[1]), "\n"); n > most {
		ts.Fatalf("%s has %d lines, want %d at the most", args[1], n, most)
	}
}

var clock = regexp.MustCompile(`("durationMs": ?)\d+|("checkedAt": ?)"[^"]*"|(in )[0-9.]+m?s:`)

// settle FILE... takes out what differs between two runs: how long they took, and when answers came.
func settle(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 0, "settle FILE...")
	for _, name := range args {
		write(ts, name, clock.ReplaceAllString(ts.ReadFile(name), "${1}${2}${3}0"))
	}
}

// repeat N TEMPLATE FILE writes the template N times, {n} being the number.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 3, "repeat N TEMPLATE FILE")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(ts.ReadFile(args[1]), "{n}", strconv.Itoa(i)))
	}
	write(ts, args[2], b.String())
}

// versions N FILE STREAM writes, for git fast-import, a commit for each of N versions of the file.
func versions(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 3, "versions N FILE STREAM")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var b strings.Builder
	for i := range n {
		content := fmt.Sprintf("%s# version %d\n", ts.ReadFile(args[1]), i)
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter Li Wei <li.wei@example.com> %d +0000\ndata 1\nv\n", 1772438400+i*60)
		fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", filepath.Base(args[1]), len(content), content)
	}
	write(ts, args[2], b.String())
}

// corrupt REPO OBJECT damages a loose object.
func corrupt(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 2, "corrupt REPO OBJECT")
	name := ts.MkAbs(filepath.Join(args[0], ".git", "objects", args[1][:2], args[1][2:]))
	ts.Check(os.Chmod(name, 0o644))
	ts.Check(os.WriteFile(name, []byte("no zlib stream"), 0o644))
}

// hook REPO has git run the program, as it is built, before each commit.
func hook(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 1, "hook REPO")
	entry, err := hookEntry()
	ts.Check(err)
	program, options, _ := strings.Cut(entry, " ")
	if program != "akguard" {
		ts.Fatalf("the hook runs %q", entry)
	}
	name := ts.MkAbs(filepath.Join(args[0], ".git", "hooks", "pre-commit"))
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, []byte("#!/bin/sh\nexec '"+filepath.ToSlash(binary)+"' "+options+"\n"), 0o755))
}

func write(ts *testscript.TestScript, name, content string) {
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(content), 0o644))
}
