package alibabatest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/akguard/akguard/verifier/alibabatest"
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
	checker, err := sts.New(sts.Options{Endpoint: server.URL})
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
