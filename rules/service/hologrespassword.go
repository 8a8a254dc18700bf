package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// HologresPassword is a password of Hologres.
const HologresPassword rules.Type = "hologres-password"

func hologresPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-hologres-password", Type: HologresPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-hologres-password"),
		Help:        reason.New("rule.alibaba-hologres-password.help"),
		Detectors:   hosts(HologresPassword, atHost(passwordWords, ".hologres.")),
		Examples: rules.Examples{
			Match: []string{
				"jdbc:postgresql://hgpostcn-cn-abc-cn-hangzhou.hologres.aliyuncs.com:80/db?user=BASIC$app&password={password}\n",
				"PGUSER='BASIC$app' PGPASSWORD={password} psql -h hgpostcn-cn-abc-cn-hangzhou.hologres.aliyuncs.com -p 80\n",
				"postgresql://BASIC$app:{password}@hgpostcn-cn-abc-cn-hangzhou.hologres.aliyuncs.com:80/db\n",
				"holo:\n  endpoint: hgpostcn-cn-abc-cn-hangzhou.hologres.aliyuncs.com:80\n  username: BASIC$app\n  password: {password}\n",
			},
			NoMatch: []string{
				"PGPASSWORD=$PGPASSWORD psql -h hgpostcn-cn-abc-cn-hangzhou.hologres.aliyuncs.com\n",
				"endpoint: hgpostcn-cn-abc.hologres.aliyuncs.com\npassword: your_password1\n",
			},
		},
	}
}
