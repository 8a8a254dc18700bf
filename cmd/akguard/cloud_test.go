package main

import (
	"net/http"
	"strings"

	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/rogpeppe/go-internal/testscript"
)

// cloudServices are those whose endpoints a script sets.
var cloudServices = strings.Fields("STS RAM IMS ACTIONTRAIL RESOURCEMANAGER ECS ESS ECI RDS BSSOPENAPI SAS RESOURCECENTER OSS")

// admin [root] gives the account an administrator, or the account itself a key, and lets akguard act with it.
func administrator(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) < 2, "admin [root]")
	a := vaultOf(ts).account
	var key *alibabatest.Key
	if len(args) > 0 {
		key = a.AddRootKey()
	} else {
		key = a.AddKey("admin")
		ts.Check(a.Attach("user/admin", "AdministratorAccess"))
	}
	c := key.Credential()
	vaultOf(ts).store("admin", c)
	ts.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", c.ID.Reveal())
	ts.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", c.Secret.Reveal())
}

// status STATE LABEL... makes sure that the account has the keys in this state; ! status that it has none in it.
func keyStatus(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, len(args) > 1, "[!] status STATE LABEL...")
	for _, label := range args[1:] {
		state := ""
		for _, owner := range []string{"", "deploy", "admin"} {
			for _, k := range vaultOf(ts).account.Keys(owner) {
				if k.Credential().ID.Reveal() == vaultOf(ts).values["{id24:"+label+"}"] {
					state = strings.ToLower(k.Status().String())
				}
			}
		}
		if (state == args[0]) == neg {
			ts.Fatalf("the key %s is %s", label, state)
		}
	}
}

// fault KIND SERVICE ACTION lets the next call of the action fail: throttled, denied, or with a lost answer.
func injectFault(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 3, "fault throttled|denied|lost|absent SERVICE ACTION")
	kinds := map[string]alibabatest.Fault{
		"throttled": alibabatest.Throttled(),
		"lost":      alibabatest.LostAnswer(),
		"absent":    {Code: "EntityNotExist.User", Message: "The user does not exist.", Status: http.StatusNotFound},
		"denied":    {Code: "NoPermission", Message: "You are not authorized to do this action.", Status: http.StatusForbidden},
	}
	vaultOf(ts).server.InjectFor(args[1], args[2], kinds[args[0]], 1)
}

// leaked LABEL FILE writes the key's secret to a file, and $ID is its ID.
func leakedSecret(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 2, "leaked LABEL FILE")
	write(ts, args[1], vaultOf(ts).value("{secret:"+args[0]+"}")+"\n")
	id := vaultOf(ts).value("{id24:" + args[0] + "}")
	ts.Setenv("ID", id)
	ts.Setenv("SECRET", vaultOf(ts).value("{secret:"+args[0]+"}"))
}

// powerful USER makes a user an administrator.
func powerful(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 1, "powerful USER")
	ts.Check(vaultOf(ts).account.Attach("user/"+args[0], "AdministratorAccess"))
}

// thief LABEL SERVICE ACTION [NAME=VALUE...] makes a call with a leaked key, from another address than the script's.
func thief(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 2, "thief LABEL SERVICE ACTION [NAME=VALUE...]")
	perform(ts, alibabatest.Caller{KeyID: vaultOf(ts).value("{id24:" + args[0] + "}"), SourceIP: "198.51.100.66", UserAgent: "python-requests/2.31"}, args[1:])
}

// admin-call SERVICE ACTION [NAME=VALUE...] makes a call with the administrator's key.
func adminCall(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 1, "admin-call SERVICE ACTION [NAME=VALUE...]")
	perform(ts, alibabatest.Caller{KeyID: ts.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), SourceIP: "203.0.113.1", UserAgent: "console"}, args)
}

func perform(ts *testscript.TestScript, caller alibabatest.Caller, args []string) {
	params := map[string]string{}
	for _, pair := range args[2:] {
		name, value, _ := strings.Cut(pair, "=")
		params[name] = value
	}
	_, err := vaultOf(ts).server.Perform(caller, args[0], args[1], params)
	ts.Check(err)
}
