package services

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// ofPlan is what the keys of plans begin with. They work with the tools of the plan alone, and other calls may end the plan.
const ofPlan = "sk-sp-"

// keyLength is how many hexadecimal digits follow the prefix of a key.
const keyLength = 32

// dashScope lists the models that a key of Model Studio may use. A key that the Chinese site does not know may be one of the
// international site.
func dashScope(ctx context.Context, client *cloud.Client, secret rules.Secret) verifier.Verdict {
	if strings.HasPrefix(secret.Reveal(), ofPlan) {
		return verifier.Verdict{Reason: reason.New("services.plan-key")}
	}
	v := listModels(ctx, client, cloud.DashScope, secret.Reveal())
	site := cloud.DashScope
	if v.Status == verifier.NotFound {
		site = cloud.DashScopeIntl
		v = listModels(ctx, client, site, secret.Reveal())
	}
	if v.Status == verifier.Live && listModels(ctx, client, site, "sk-"+made(keyLength)).Status != verifier.NotFound {
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("services.accepts-all")}
	}
	return v
}

func listModels(ctx context.Context, client *cloud.Client, site, key string) verifier.Verdict {
	a, err := client.Ask(ctx, cloud.Plain{
		Service: site, Action: "ListModels", Method: http.MethodGet, Path: "/compatible-mode/v1/models",
		Header: http.Header{"Authorization": {"Bearer " + key}},
	})
	if err != nil {
		return failed(err)
	}
	var answer struct {
		Object string
		Data   []json.RawMessage
		Code   string
		Error  struct{ Code string }
	}
	if json.Unmarshal(a.Body, &answer) != nil {
		return unclear(a)
	}
	code := strings.ToLower(strings.ReplaceAll(answer.Code+answer.Error.Code, "_", ""))
	switch {
	case a.Status == http.StatusOK && answer.Object == "list" && answer.Data != nil:
		return live("services.dashscope-live")
	case a.Status == http.StatusUnauthorized && code == "invalidapikey":
		return verifier.Verdict{Status: verifier.NotFound, Code: "InvalidApiKey", Reason: reason.New("services.dashscope-refused")}
	}
	return unclear(a)
}
