package sweeping

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/scanner/github"
	"github.com/spf13/pflag"
)

// forgeFlags say which GitHub to talk to, and as whom. A token comes from the environment or from a file, never from the
// command line, which other users of the machine can read.
type forgeFlags struct {
	api          string
	tokenFile    string
	app          string
	appKey       string
	installation int64
}

func (o *forgeFlags) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.api, "api-url", "", "")
	f.StringVar(&o.tokenFile, "token-file", "", "")
	f.StringVar(&o.app, "app-id", "", "")
	f.StringVar(&o.appKey, "app-key", "", "")
	f.Int64Var(&o.installation, "app-installation", 0, "")
}

// tokenVariables are where a token is looked for, in this order.
func tokenVariables() []string { return []string{"AKGUARD_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"} }

// maxToken is the size of the largest file with a token or a key.
const maxToken = 64 << 10

// tokens returns the source of tokens.
func (o forgeFlags) tokens(owner string, slow func(waited, limit time.Duration)) (github.Tokens, error) {
	switch {
	case (o.app == "") != (o.appKey == ""):
		return nil, command.Usage("usage.sweep-app")
	case o.app != "" && o.tokenFile != "":
		return nil, command.Usage("usage.exclusive", "--token-file", "--app-id")
	case o.app != "":
		return o.appTokens(owner, slow)
	case o.tokenFile != "":
		text, err := config.ReadFile(o.tokenFile, maxToken)
		if err != nil {
			return nil, command.Usage("usage.sweep-token-file", o.tokenFile, err)
		}
		return github.Static(strings.TrimSpace(string(text))), nil
	}
	for _, name := range tokenVariables() {
		if token := strings.TrimSpace(os.Getenv(name)); token != "" {
			return github.Static(token), nil
		}
	}
	return nil, command.Usage("usage.sweep-token", strings.Join(tokenVariables(), ", "))
}

// identity names whose limits the requests about an owner count towards.
func (o forgeFlags) identity(owner string) string {
	if o.app == "" {
		return "user"
	}
	plain := func(s string) string { // the ID of an App and the name of an owner have no other characters
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r) {
				return r
			}
			return '-'
		}, s)
	}
	return fmt.Sprintf("app-%s-%d-%s", plain(o.app), o.installation, plain(owner))
}

// single reports whether one token is for all owners. An App has another one for each that has installed it.
func (o forgeFlags) single() bool { return o.app == "" || o.installation != 0 }

func (o forgeFlags) appTokens(owner string, slow func(waited, limit time.Duration)) (github.Tokens, error) {
	pem, err := config.ReadFile(o.appKey, maxToken)
	if err != nil {
		return nil, command.Usage("usage.sweep-app-key", o.appKey, err)
	}
	tokens, err := github.NewApp(github.AppOptions{ID: o.app, Key: pem, Installation: o.installation, Owner: owner, API: o.api, Slow: slow})
	if err != nil {
		return nil, command.Usage("usage.sweep-app-key", o.appKey, err)
	}
	return tokens, nil
}
