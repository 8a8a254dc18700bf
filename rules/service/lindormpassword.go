package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// LindormPassword is a password of Lindorm or HBase.
const LindormPassword rules.Type = "lindorm-password"

func lindormPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-lindorm-password", Type: LindormPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-lindorm-password"),
		Help:        reason.New("rule.alibaba-lindorm-password.help"),
		Detectors:   hosts(LindormPassword, atHost(passwordWords, ".lindorm.")),
		Examples: rules.Examples{
			Match: []string{
				"lindorm:\n  url: jdbc:lindorm:table:url=http://ld-bp1abc-proxy-lindorm.lindorm.rds.aliyuncs.com:30060\n  user: root\n  password: {password}\n",
				"properties.put(\"url\", \"ld-bp1abc-proxy-sql.lindorm.aliyuncs.com:30060\");\nproperties.put(\"user\", \"root\");\nproperties.put(\"password\", \"{password}\");\n",
				"LINDORM_HOST=ld-bp1abc-proxy-sql.lindorm.aliyuncs.com\nLINDORM_PASSWORD={password}\n",
			},
			NoMatch: []string{
				"LINDORM_HOST=ld-bp1abc-proxy-sql.lindorm.aliyuncs.com\nLINDORM_PASSWORD=${LINDORM_PASSWORD}\n",
				"LINDORM_HOST=localhost\nLINDORM_PASSWORD={password}\n",
			},
		},
	}
}
