package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// DatabasePassword is the password of a database on an aliyuncs.com host.
const DatabasePassword rules.Type = "database-password"

func databasePassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-database-password", Type: DatabasePassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-database-password"),
		Help:        reason.New("rule.alibaba-database-password.help"),
		Detectors:   hosts(DatabasePassword, findDatabasePassword),
		Examples: rules.Examples{
			Match: []string{
				"redis://:{password}@r-bp1abc.redis.rds.aliyuncs.com:6379/0\n",
				"DATABASE_URL=mysql://app:{password}@rm-bp1abc.mysql.rds.aliyuncs.com:3306/app\n",
				"SQLALCHEMY_DATABASE_URI = 'mysql+pymysql://app:{password}@rm-bp1abc.mysql.rds.aliyuncs.com/app'\n",
				"mongodb://root:{password}@dds-a.mongodb.rds.aliyuncs.com:3717,dds-b.mongodb.rds.aliyuncs.com:3717/admin\n",
				"jdbc:mysql://rm-bp1abc.mysql.rds.aliyuncs.com:3306/app?user=app&password={password}&useSSL=false\n",
				"db, err := sql.Open(\"mysql\", \"app:{password}@tcp(rm-bp1abc.mysql.rds.aliyuncs.com:3306)/app\")\n",
				"spring:\n  datasource:\n    url: jdbc:mysql://rm-bp1abc.mysql.rds.aliyuncs.com:3306/app?useSSL=false\n    username: app\n    password: {password}\n",
				"spring.datasource.url=jdbc:postgresql://pgm-bp1abc.pg.rds.aliyuncs.com:5432/app\nspring.datasource.username=app\nspring.datasource.password={password}\n",
				"spring.redis.host=r-bp1abc.redis.rds.aliyuncs.com\nspring.redis.port=6379\nspring.redis.password={password}\n",
				"\"Server=rm-bp1abc.sqlserver.rds.aliyuncs.com,3433;Database=app;User Id=app;Password={password};\"\n",
				"$db = new PDO('mysql:host=rm-bp1abc.mysql.rds.aliyuncs.com;dbname=app', 'app', '{password}');\n",
				"conn = pymysql.connect(host='rm-bp1abc.mysql.rds.aliyuncs.com', user='app', password='{password}', db='app')\n",
				"conn = MySQLdb.connect(\"rm-bp1abc.mysql.rds.aliyuncs.com\", \"app\", \"{password}\", \"db\")\n",
				"DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.mysql',\n        'USER': 'app',\n        'PASSWORD': '{password}',\n        'HOST': 'rm-bp1abc.mysql.rds.aliyuncs.com',\n    }\n}\n",
				"DB_HOST=rm-bp1abc.mysql.rds.aliyuncs.com\nDB_PORT=3306\nDB_DATABASE=app\nDB_USERNAME=app\nDB_PASSWORD={password}\n",
				"DB_PASSWORD={password}\nDB_USER=app\nDB_HOST=pc-bp1abc.rwlb.rds.aliyuncs.com\n",
				"mysql -h rm-bp1abc.mysql.rds.aliyuncs.com -u app -p{password} app\n",
				"mysqldump -hrm-bp1abc.mysql.rds.aliyuncs.com -uapp -p'{password}' app > app.sql\n",
				"PGPASSWORD={password} psql -h pgm-bp1abc.pg.rds.aliyuncs.com -U app\n",
				"redis-cli -h r-bp1abc.redis.rds.aliyuncs.com -p 6379 -a {password}\n",
				"mongo --host dds-bp1abc.mongodb.rds.aliyuncs.com:3717 -u root -p {password} admin\n",
				"{\"host\": \"rm-bp1abc.mysql.rds.aliyuncs.com\", \"user\": \"app\", \"password\": \"{password}\"}\n",
				"- name: DB_HOST\n  value: rm-bp1abc.mysql.rds.aliyuncs.com\n- name: DB_PASSWORD\n  value: \"{password}\"\n",
				"<property name=\"url\" value=\"jdbc:mysql://rm-bp1abc.mysql.rds.aliyuncs.com/app\"/>\n<property name=\"username\" value=\"app\"/>\n<property name=\"password\" value=\"{password}\"/>\n",
				"$redis->connect('r-bp1abc.redis.rds.aliyuncs.com', 6379);\n$redis->auth('{password}');\n",
				"config.setHost(\"r-bp1abc.redis.rds.aliyuncs.com\");\nconfig.setPassword(\"{password}\");\n",
				"define('DB_HOST', 'rm-bp1abc.mysql.rds.aliyuncs.com');\ndefine('DB_PASSWORD', '{password}');\n",
				"数据库 rm-bp1abc.mysql.rds.aliyuncs.com 账号 app 密码：{password}\n",
			},
			NoMatch: []string{
				"mysql://app:${DB_PASSWORD}@rm-bp1abc.mysql.rds.aliyuncs.com\n", "mysql://app:password@rm-bp1abc.mysql.rds.aliyuncs.com\n",
				"https://b.oss-cn-hangzhou.aliyuncs.com/a@b\n", "https://user:{password}@sts.aliyuncs.com\n", "mysql://rm-bp1abc.mysql.rds.aliyuncs.com:3306/app?password=<your-password>\n",
				"mysql://app:******@rm-bp1abc.mysql.rds.aliyuncs.com\n",
				"DB_HOST=rm-bp1abc.mysql.rds.aliyuncs.com\nDB_PASSWORD=${DB_PASSWORD}\n", "DB_HOST=rm-bp1abc.mysql.rds.aliyuncs.com\nDB_PASSWORD=\n",
				"host: 'rm-bp1abc.mysql.rds.aliyuncs.com',\npassword: process.env.DB_PASSWORD1,\n", "host='rm-bp1abc.mysql.rds.aliyuncs.com', password=config.Password1\n",
				"'HOST': 'rm-bp1abc.mysql.rds.aliyuncs.com',\n'PASSWORD': os.environ['DB_PASSWORD1'],\n", "mysql -h rm-bp1abc.mysql.rds.aliyuncs.com -u app -p\n",
				"mysql -h rm-bp1abc.mysql.rds.aliyuncs.com -u app -p$PASSWORD1\n", "DB_HOST=localhost\nDB_PASSWORD={password}\n\n# see rm-bp1abc.mysql.rds.aliyuncs.com\n",
				"spring.redis.host=r-bp1abc.redis.rds.aliyuncs.com\nspring.datasource.password={password}\n",
				"a:\n  host: rm-bp1abc.mysql.rds.aliyuncs.com\nb:\n  host: localhost\n  password: {password}\n",
				"host: rm-bp1abc.mysql.rds.aliyuncs.com\npassword: <your password>\n", "host: rm-bp1abc.mysql.rds.aliyuncs.com\npassword: xxxxxxxx\n",
				"endpoint: oss-cn-hangzhou.aliyuncs.com\npassword: {password}\n",
			},
		},
	}
}

// databases are in the hosts of databases, which RDS, PolarDB, Redis, MongoDB, AnalyticDB, ClickHouse and OceanBase run.
var databases = []string{
	".rds.", ".redis.", ".kvstore.", ".mongodb.", ".polardb", ".drds.", ".ads.", ".gpdb.", ".oceanbase.", ".clickhouse.", ".petadata.", ".starrocks.",
}

// caches are in the hosts of Redis, whose clients call a password auth.
var caches = []string{".redis.", ".kvstore."}

// findDatabasePassword finds the password of the database whose host ends at an offset.
func findDatabasePassword(content []byte, at int) (rules.Match, bool) {
	end := at + len(aliyuncs)
	start, ok := hostOf(content, end, databases...)
	if !ok || shape.Contains(content[start:end], ".elasticsearch.", ".lindorm.") {
		return rules.Match{}, false
	}
	if m, ok := inAddress(content, start, ofDatabase); ok {
		return m, true
	}
	if m, ok := inCommand(content, start, end); ok {
		return m, true
	}
	if m, ok := argument(content, start, end); ok {
		return m, true
	}
	words := passwordWords
	if shape.Contains(content[start:end], caches...) {
		words = append(words[:len(words):len(words)], "auth")
	}
	return beside(content, start, end, words)
}

// inAddress finds the password in scheme://user:password@host, where the scheme is accepted, and in user:password@tcp(host:port).
// The host may follow others.
func inAddress(content []byte, host int, accepts func(scheme []byte) bool) (rules.Match, bool) {
	from, _ := line(content, host)
	before := content[from:host]
	at := bytes.LastIndexByte(before, '@')
	if at < 0 || bytes.ContainsAny(before[at:], " \"'") {
		return rules.Match{}, false
	}
	start := bytes.LastIndexAny(before[:at], "\"' \t=>") + 1
	if i := bytes.LastIndex(before[:at], []byte("://")); i >= 0 {
		if !accepts(before[:i]) {
			return rules.Match{}, false
		}
		start = i + len("://")
	} else if !bytes.HasPrefix(before[at:], []byte("@tcp(")) && !bytes.HasPrefix(before[at:], []byte("@(")) {
		return rules.Match{}, false
	}
	colon := bytes.IndexByte(before[start:at], ':')
	if colon < 0 || bytes.IndexByte(before[start:start+colon], '/') >= 0 {
		return rules.Match{}, false
	}
	return password(content[:from+at], from+start+colon+1, "")
}

// ofDatabase reports whether the text before :// ends with the scheme of a database.
func ofDatabase(before []byte) bool {
	i := len(before)
	for i > 0 && (shape.IsAlnum(before[i-1]) || before[i-1] == '+') {
		i--
	}
	return shape.Contains(before[i:], "mysql", "mariadb", "postgres", "redis", "mongodb", "sqlserver", "mssql", "clickhouse")
}

// inCommand finds the password among the options of a database's client on the command line.
func inCommand(content []byte, start, end int) (rules.Match, bool) {
	from, to := line(content, start)
	before := content[from:start]
	for to < len(content)-1 && to-end < nearby && to > from && content[to-1] == '\\' { // the command goes on
		to = lineEnd(content, nextLine(content, to))
	}
	var flags []string
	switch {
	case bytes.Contains(before, []byte("redis-cli")):
		flags = []string{" -a ", " --pass "}
	case bytes.Contains(before, []byte("mongo")):
		flags = []string{" -p ", " --password "}
	case shape.Contains(before, "mysql", "mariadb"):
		flags = []string{" -p", " --password="}
	}
	for _, flag := range flags {
		for _, part := range [][2]int{{end, to}, {from, start}} {
			if i := bytes.Index(content[part[0]:part[1]], []byte(flag)); i >= 0 {
				if m, ok := token(content, part[0]+i+len(flag)); ok {
					return m, true
				}
			}
		}
	}
	return rules.Match{}, false
}

// argument finds the password in a call that takes a host or an address, a user and a password.
func argument(content []byte, start, end int) (rules.Match, bool) {
	from, _ := line(content, start)
	call := bytes.LastIndexByte(content[from:start], '(')
	if call < 0 || !shape.Contains(content[max(from, from+call-nameReach):from+call], "PDO", "onnect", "ysqli", "etConnection") {
		return rules.Match{}, false
	}
	limit := min(len(content), end+nearby)
	at := end
	for at < limit && !isQuote(content[at]) && content[at] != ')' && content[at] != '\n' {
		at++
	}
	for n := 0; n < 2; n++ { // the user, then the password
		at = skipAll(content, at+1, limit, ", \t\r\n")
		if at >= limit || !isQuote(content[at]) {
			return rules.Match{}, false
		}
		from := at + 1
		stop := quotedEnd(content, from, content[at])
		if n == 1 {
			v := named{start: from, end: stop, quoted: true}
			return v.chosen(content)
		}
		at = stop
	}
	return rules.Match{}, false
}
