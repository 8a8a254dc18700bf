package services

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// registry asks Container Registry for a token that opens no repository. Each region and each instance has its own passwords, and a
// login does not say where it belongs, so that a refusal says nothing.
func registry(ctx context.Context, client *cloud.Client, secret rules.Secret) verifier.Verdict {
	login, err := base64.StdEncoding.DecodeString(secret.Reveal())
	user, _, ok := strings.Cut(string(login), ":")
	if err != nil || !ok || user == "" {
		return verifier.Verdict{Reason: reason.New("services.no-user")}
	}
	v := getToken(ctx, client, user, secret.Reveal())
	if v.Status != verifier.Live {
		return v
	}
	nobody := made(12) // a wrong password of the real user could lock them out
	if getToken(ctx, client, nobody, base64.StdEncoding.EncodeToString([]byte(nobody+":"+made(16)))).Status == verifier.Live {
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("services.accepts-all")}
	}
	return v
}

func getToken(ctx context.Context, client *cloud.Client, user, login string) verifier.Verdict {
	a, err := client.Ask(ctx, cloud.Plain{
		Service: cloud.Registry, Action: "GetToken", Method: http.MethodGet, Path: "/auth",
		Params: url.Values{"service": {"registry.aliyuncs.com"}, "account": {user}},
		Header: http.Header{"Authorization": {"Basic " + login}},
	})
	if err != nil {
		return failed(err)
	}
	var answer struct {
		Token       string
		AccessToken string `json:"access_token"`
	}
	switch {
	case a.Status == http.StatusOK && json.Unmarshal(a.Body, &answer) == nil && answer.Token+answer.AccessToken != "":
		return live("services.registry-live")
	case a.Status == http.StatusUnauthorized:
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.New("services.registry-refused")}
	}
	return unclear(a)
}
