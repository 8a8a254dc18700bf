package message_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// TestHelpListsRights holds the help texts to the permissions that the calls need, which package revoke knows.
func TestHelpListsRights(t *testing.T) {
	for key, kinds := range map[string][]revocation.Kind{
		"help.revoke.long":       {revocation.Disable, revocation.Quarantine, revocation.Delete},
		"help.revoke-undo.long":  {revocation.Enable, revocation.Release, revocation.Restore},
		"help.revoke-watch.long": {revoke.Watching},
	} {
		for _, language := range []message.Language{message.English, message.Chinese} {
			text := message.New(language).Text(key)
			for _, kind := range kinds {
				r := revoke.RightsFor(kind)
				for _, right := range append(r.Needed, r.Useful...) {
					if !strings.Contains(text, right) {
						t.Errorf("%s in %s does not list %s, which %s needs", key, language, right, kind)
					}
				}
			}
		}
	}
}
