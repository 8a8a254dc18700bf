package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// Delivery is what a webhook says that matters here: something may have been added to a repository.
type Delivery struct {
	Event      string // as X-GitHub-Event has it
	Repository int64  // 0 if the event is about none, or adds nothing
	Extra      bool   // what was added is not in git: a text, a release, a log
}

// additions are the events after which a repository may have more: refs, pull requests, pages of the wiki.
var additions = map[string]bool{"push": true, "create": true, "pull_request": true, "gollum": true, "repository": true, "public": true}

// extras are the events after which there may be more beside the repository.
var extras = map[string]bool{
	"issues": true, "issue_comment": true, "pull_request_review": true, "pull_request_review_comment": true, "discussion": true,
	"discussion_comment": true, "release": true, "workflow_run": true,
}

// ParseDelivery checks the signature of a delivery, as X-Hub-Signature-256 has it, and reads it.
func ParseDelivery(event, signature string, body, secret []byte) (Delivery, error) {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	want, ok := strings.CutPrefix(signature, "sha256=")
	got, err := hex.DecodeString(want)
	if !ok || err != nil || len(secret) == 0 || !hmac.Equal(got, mac.Sum(nil)) {
		return Delivery{}, reason.NewError("github.signature")
	}
	d := Delivery{Event: event, Extra: extras[event]}
	if !additions[event] && !d.Extra {
		return d, nil
	}
	var payload struct {
		Deleted    bool
		Repository struct{ ID int64 }
	}
	if err := json.Unmarshal(body, &payload); err != nil {
		return Delivery{}, reason.NewError("github.delivery")
	}
	if !payload.Deleted {
		d.Repository = payload.Repository.ID
	}
	return d, nil
}
