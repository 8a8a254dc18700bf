package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// DatabasePassword is the password in the address of a database on an aliyuncs.com host.
const DatabasePassword rules.Type = "database-password"

func databasePassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-database-password", Type: DatabasePassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-database-password"),
		Help:        reason.New("rule.alibaba-database-password.help"),
		Detectors:   single(DatabasePassword, []string{"aliyuncs.com"}, findDatabasePassword),
		Examples: rules.Examples{
			Match: []string{
				"redis://:{password}@r-bp1abc.redis.rds.aliyuncs.com:6379/0\n",
				"DATABASE_URL=mysql://app:{password}@rm-bp1abc.mysql.rds.aliyuncs.com:3306/app\n",
				"mongodb://root:{password}@dds-a.mongodb.rds.aliyuncs.com:3717,dds-b.mongodb.rds.aliyuncs.com:3717/admin\n",
				"jdbc:mysql://rm-bp1abc.mysql.rds.aliyuncs.com:3306/app?user=app&password={password}&useSSL=false\n",
			},
			NoMatch: []string{
				"mysql://app:${DB_PASSWORD}@rm-bp1abc.mysql.rds.aliyuncs.com\n", "mysql://app:password@rm-bp1abc.mysql.rds.aliyuncs.com\n",
				"https://b.oss-cn-hangzhou.aliyuncs.com/a@b\n", "https://user:{password}@sts.aliyuncs.com\n", "mysql://rm-bp1abc.mysql.rds.aliyuncs.com:3306/app?password=<your-password>\n",
				"mysql://app:******@rm-bp1abc.mysql.rds.aliyuncs.com\n",
			},
		},
	}
}

// findDatabasePassword finds scheme://user:password@host, and a parameter password.
func findDatabasePassword(content []byte, at int) (rules.Match, bool) {
	from, to := line(content, at)
	if i := bytes.LastIndex(content[from:at], []byte("://")); i >= 0 && ofDatabase(content[from:from+i]) {
		start := from + i + len("://")
		host := bytes.LastIndexByte(content[start:at], '@')
		if host < 0 {
			return parameter(content, at, to)
		}
		colon := bytes.IndexByte(content[start:start+host], ':')
		if colon >= 0 && bytes.IndexByte(content[start:start+host], '/') < 0 {
			return password(content, start+colon+1, "@")
		}
	}
	return rules.Match{}, false
}

// ofDatabase reports whether the text before :// ends with the scheme of a database.
func ofDatabase(before []byte) bool {
	for _, scheme := range []string{"mysql", "mariadb", "postgres", "postgresql", "redis", "rediss", "mongodb", "mongodb+srv", "sqlserver", "amqp", "clickhouse"} {
		if bytes.HasSuffix(before, []byte(scheme)) {
			return true
		}
	}
	return false
}

// parameter finds the parameter password of an address.
func parameter(content []byte, from, to int) (rules.Match, bool) {
	for _, name := range []string{"?password=", "&password=", ";password="} {
		if i := bytes.Index(content[from:to], []byte(name)); i >= 0 {
			return password(content, from+i+len(name), "&;\"' \t<>")
		}
	}
	return rules.Match{}, false
}
