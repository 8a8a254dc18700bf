package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// EMASSecret is the secret of an app of EMAS, which sends its push messages.
const EMASSecret rules.Type = "emas-app-secret"

func emasSecret() rules.Rule {
	return rules.Rule{
		ID: "alibaba-emas-app-secret", Type: EMASSecret, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-emas-app-secret"),
		Help:        reason.New("rule.alibaba-emas-app-secret.help"),
		Detectors:   single(EMASSecret, []string{"emas.app", "EMAS_APP", "emas_app", "emasApp"}, findEMASSecret, "emas.app", "EMAS_APP", "emas_app"),
		Examples: rules.Examples{
			Match: []string{
				"{\"config\": {\"emas.appKey\": \"23456789\", \"emas.appSecret\": \"{hex32}\"}}\n",
				"EMAS_APP_KEY=23456789\nEMAS_APP_SECRET={hex32}\n",
				"emas_appkey: 23456789\nemas_app_secret: {hex32}\n",
			},
			NoMatch: []string{
				"EMAS_APP_SECRET=\n",
				"emas.appSecret: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
				"APP_SECRET={hex32}\n",
			},
		},
	}
}

// emasLength is how many hexadecimal digits such a secret has.
const emasLength = 32

// findEMASSecret finds the value of a name behind the name of the service.
func findEMASSecret(content []byte, at int) (rules.Match, bool) {
	to := min(len(content), at+nearby)
	v, ok := nextNamed(content, at, to, []string{"secret"})
	if !ok || hexes(content, v.start, emasLength) == 0 {
		return rules.Match{}, false
	}
	m := rules.Match{Start: v.start, End: v.start + emasLength}
	return m, shape.MachineMade(content[m.Start:m.End])
}
