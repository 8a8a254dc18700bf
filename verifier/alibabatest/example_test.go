package alibabatest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/sts"
)

func Example() {
	account := alibabatest.NewAccount()
	key := account.AddKey("ci") // a RAM user's AccessKey, made up now
	server, err := alibabatest.NewServer(account)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	reached, err := connection.New(connection.Options{Endpoints: server.Endpoints()})
	if err != nil {
		log.Fatal(err)
	}
	checker, err := sts.New(sts.Options{Connection: reached})
	if err != nil {
		log.Fatal(err)
	}
	check := func() { fmt.Println(checker.Verify(context.Background(), key.Credential()).Status) }

	check()
	key.SetStatus(alibabatest.Inactive)
	check()
	server.Inject(alibabatest.Throttled(), 1)
	check()
	fmt.Println(server.Calls("Sts", "GetCallerIdentity"))
	// Output:
	// live
	// inactive
	// unknown
	// 3
}

// An administrator disables a leaked key. The answer is lost on the way, so that it asks what became of it.
func Example_incident() {
	account := alibabatest.NewAccount()
	account.AddUser(alibabatest.User{Name: "ci", DisplayName: "Pipeline"})
	leaked := account.AddKey("ci")
	admin := account.AddKey("admin")
	if err := account.Attach("user/admin", "AliyunRAMFullAccess"); err != nil {
		log.Fatal(err)
	}
	server, err := alibabatest.NewServer(account)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.InjectFor("Ram", "UpdateAccessKey", alibabatest.LostAnswer(), 1)

	call := func(action, more string) {
		status, body := ram(server.URL, admin.Credential(), action, "UserName=ci"+more)
		fmt.Println(action, status, strings.Contains(body, "<Status>Inactive</Status>"))
	}
	call("UpdateAccessKey", "&Status=Inactive&UserAccessKeyId="+leaked.Credential().ID.Reveal())
	call("ListAccessKeys", "")
	fmt.Println(leaked.Status(), len(account.Events()))
	// Output:
	// UpdateAccessKey 0 false
	// ListAccessKeys 200 true
	// Inactive 2
}

// ram makes a call of RAM with the parameters, and returns the HTTP status, zero if there was none, and the answer.
func ram(endpoint string, by rules.Credential, action, parameters string) (int, string) {
	c := newCall("GET", by, none)
	delete(c.params, "Format")
	c.params["Action"], c.params["Version"] = action, "2015-05-01"
	for pair := range strings.SplitSeq(parameters, "&") {
		name, value, _ := strings.Cut(pair, "=")
		c.params[name] = value
	}
	answer, err := http.Get(endpoint + c.sign(by.Secret.Reveal()).request().URL.String())
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(body)
}
