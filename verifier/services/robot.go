package services

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// The codes with which DingTalk refuses a message of a robot, as its clients know them.
const (
	noMessage      = 40035  // the message is missing
	noKind         = 400105 // its kind is missing
	notTrusted     = 310000 // it lacks the key word, the signature or the address that the robot demands
	noSuchToken    = 300001
	noSuchTokenToo = 300005
)

// tokenLength is how many hexadecimal digits a token has.
const tokenLength = 64

// robot hands a robot an empty message, which reaches no group. A robot that exists complains about the message, or about how it
// is signed.
func robot(ctx context.Context, client *cloud.Client, secret rules.Secret) verifier.Verdict {
	v := sendNothing(ctx, client, secret.Reveal())
	if v.Status == verifier.Live && sendNothing(ctx, client, made(tokenLength)).Status != verifier.NotFound {
		return verifier.Verdict{Status: verifier.Unknown, Code: v.Code, Reason: reason.New("services.accepts-all")}
	}
	return v
}

func sendNothing(ctx context.Context, client *cloud.Client, token string) verifier.Verdict {
	a, err := client.Ask(ctx, cloud.Plain{
		Service: cloud.DingTalk, Action: "RobotSend", Method: http.MethodPost, Path: "/robot/send",
		Params: url.Values{"access_token": {token}}, Body: "{}",
	})
	if err != nil {
		return failed(err)
	}
	var answer struct {
		Code *int `json:"errcode"`
	}
	if json.Unmarshal(a.Body, &answer) != nil || answer.Code == nil {
		return unclear(a)
	}
	v := unclear(a)
	switch *answer.Code {
	case noMessage, noKind, notTrusted:
		v = live("services.robot-live")
	case noSuchToken, noSuchTokenToo:
		v = verifier.Verdict{Status: verifier.NotFound, Reason: reason.New("services.robot-refused")}
	}
	v.Code = strconv.Itoa(*answer.Code)
	return v
}
