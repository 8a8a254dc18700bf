package rules

import (
	"bytes"
	"encoding/base64"
)

// The credential types of single services.
const (
	OSSTemporaryID   Type = "oss-temporary-id"     // the ID in an OSS URL that the console made
	DashScopeKey     Type = "dashscope-key"        // an API key of Model Studio
	YunxiaoToken     Type = "yunxiao-token"        // a personal token of Yunxiao and Codeup
	DingTalkToken    Type = "dingtalk-robot-token" // the token in the address of a DingTalk robot
	DingTalkSecret   Type = "dingtalk-robot-secret"
	RegistryLogin    Type = "acr-login"         // a login to Container Registry
	DatabasePassword Type = "database-password" // the password in the address of a database on an aliyuncs.com host
)

const (
	serviceReach      = 512 // more than all distances below
	nearService       = 300
	minPassword       = 6
	maxPassword       = 128
	uuidLen           = 36
	robotTokenLen     = 64
	dashScopeTokenLen = 32
)

// services are the rules of what opens one service, and which STS knows nothing of.
func services() []Rule {
	return []Rule{
		temporaryIDRule(), dashScopeRule(), yunxiaoRule(), dingTalkTokenRule(), dingTalkSecretRule(), registryRule(), databaseRule(),
	}
}

func temporaryIDRule() Rule {
	return Rule{
		ID: "alibaba-oss-temporary-id", Type: OSSTemporaryID, Severity: Low,
		Description: "ID of a temporary OSS URL made by the console",
		Help:        "It signs nothing, and its URL expires by itself. It does say which bucket and object somebody handed out.",
		Parts:       []Part{{Kind: KindValue, Type: OSSTemporaryID, Literals: []string{"TMP."}, Reach: serviceReach, Find: findTemporaryID}},
		Examples: Examples{
			Match:   []string{"https://b.oss-cn-beijing.aliyuncs.com/x?Expires=1&OSSAccessKeyId={tmp-id}&Signature=x\n"},
			NoMatch: []string{"TMP.dir\n", "rm -rf TMP.{hex32}\n"},
		},
	}
}

func dashScopeRule() Rule {
	return Rule{
		ID: "alibaba-dashscope-key", Type: DashScopeKey, Severity: High,
		Description: "API key of Alibaba Cloud Model Studio (DashScope)",
		Help:        "Delete the key in the Model Studio console, and make a new one: whoever has it spends your quota.",
		Parts: []Part{{
			Kind: KindValue, Type: DashScopeKey, Literals: []string{"ashscope", "ASHSCOPE", "ashScope"}, Reach: serviceReach,
			Find: findNear([]byte("sk-"), func(content []byte, at int) int { return alnums(content, at+3, dashScopeTokenLen) }),
		}},
		Examples: Examples{
			Match: []string{
				"DASHSCOPE_API_KEY=sk-{hex32}\n",
				"client = OpenAI(\n  api_key=\"sk-{hex32}\",\n  base_url=\"https://dashscope.aliyuncs.com/compatible-mode/v1\",\n)\n",
			},
			NoMatch: []string{"OPENAI_API_KEY=sk-{hex32}\n", "DASHSCOPE_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "dashscope: task-{hex32}\n"},
		},
	}
}

func yunxiaoRule() Rule {
	return Rule{
		ID: "alibaba-yunxiao-token", Type: YunxiaoToken, Severity: High,
		Description: "Personal access token of Yunxiao (Codeup)",
		Help:        "Delete the token under personal settings, access tokens, in Yunxiao: whoever has it reads and writes your repositories.",
		Parts: []Part{{
			Kind: KindValue, Type: YunxiaoToken, Literals: []string{"unxiao", "UNXIAO", "codeup.", "codeup_", "CODEUP"}, Reach: serviceReach,
			Find: findNear([]byte("pt-"), yunxiaoEnd),
		}},
		Examples: Examples{
			Match:   []string{"curl -H 'x-yunxiao-token: pt-{hex32}_{uuid}' https://devops.aliyuncs.com\n", "CODEUP_TOKEN=pt-{hex32}_{uuid}\n"},
			NoMatch: []string{"x-yunxiao-token: pt-xxxx_yyyy\n", "yunxiao-script-{hex32}\n"},
		},
	}
}

func dingTalkTokenRule() Rule {
	return Rule{
		ID: "alibaba-dingtalk-robot-token", Type: DingTalkToken, Severity: Medium,
		Description: "Address of a DingTalk robot with its token",
		Help:        "Remove the robot from its group and add a new one: whoever has the address writes to the group.",
		Parts: []Part{{
			Kind: KindValue, Type: DingTalkToken, Literals: []string{"dingtalk.com/robot/send"}, Reach: serviceReach,
			Find: findNear([]byte("access_token="), func(content []byte, at int) int { return hexes(content, at+13, robotTokenLen) }),
		}},
		Examples: Examples{
			Match:   []string{"https://oapi.dingtalk.com/robot/send?access_token={hex64}\n"},
			NoMatch: []string{"https://oapi.dingtalk.com/robot/send?access_token=xxxxxx\n", "https://example.com/?access_token={hex64}\n"},
		},
	}
}

func dingTalkSecretRule() Rule {
	return Rule{
		ID: "alibaba-dingtalk-robot-secret", Type: DingTalkSecret, Severity: Medium,
		Description: "Signing secret of a DingTalk robot",
		Help:        "Reset the robot's security settings, or add a new robot: with the secret and the address, anybody writes to the group.",
		Parts: []Part{{
			Kind: KindValue, Type: DingTalkSecret, Literals: []string{"ngtalk", "ngTalk", "NGTALK", "ngdin", "NGDIN"}, Reach: serviceReach,
			Find: findNear([]byte("SEC"), func(content []byte, at int) int { return hexes(content, at+3, robotTokenLen) }),
		}},
		Examples: Examples{
			Match:   []string{"dingtalk:\n  secret: SEC{hex64}\n", "DINGTALK_SECRET=SEC{hex64}\n"},
			NoMatch: []string{"dingtalk: SEC0000000000000000000000000000000000000000000000000000000000000000\n", "checksum: SEC{hex64}\n"},
		},
	}
}

func registryRule() Rule {
	return Rule{
		ID: "alibaba-acr-login", Type: RegistryLogin, Severity: High,
		Description: "Login to Alibaba Cloud Container Registry",
		Help:        "Reset the registry password in the console: with it, anybody pulls your images, and pushes their own.",
		Parts:       []Part{{Kind: KindValue, Type: RegistryLogin, Literals: []string{"aliyuncs.com"}, Reach: serviceReach, Find: findRegistryLogin}},
		Examples: Examples{
			Match: []string{
				"{\"auths\":{\"registry.cn-hangzhou.aliyuncs.com\":{\"auth\":\"{login}\"}}}\n",
				"docker login -u me@corp -p {password} registry.cn-hangzhou.aliyuncs.com\n",
				"docker login --username=me --password={password} x-registry.cn-beijing.cr.aliyuncs.com\n",
			},
			NoMatch: []string{
				"docker login -u me -p $PASSWORD registry.cn-hangzhou.aliyuncs.com\n",
				"{\"auths\":{\"registry.cn-hangzhou.aliyuncs.com\":{}}}\n", "docker login -u me registry.cn-hangzhou.aliyuncs.com\n",
			},
		},
	}
}

func databaseRule() Rule {
	return Rule{
		ID: "alibaba-database-password", Type: DatabasePassword, Severity: High,
		Description: "Password in the address of a database on Alibaba Cloud",
		Help:        "Reset the database account's password, and allow only the addresses that need it.",
		Parts:       []Part{{Kind: KindValue, Type: DatabasePassword, Literals: []string{"aliyuncs.com"}, Reach: serviceReach, Find: findDatabasePassword}},
		Examples: Examples{
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

// findNear returns what finds a value around a literal: prefix and what end says ends the value, or 0 if it is none. It
// stands behind the literal, or before it.
func findNear(prefix []byte, end func(content []byte, at int) int) func([]byte, int) (Match, bool) {
	return func(content []byte, at int) (Match, bool) {
		for _, from := range []int{at, max(0, at-nearService)} {
			to := min(len(content), from+nearService)
			for from < to {
				i := bytes.Index(content[from:to], prefix)
				if i < 0 {
					break
				}
				start := from + i
				value := start
				if prefix[len(prefix)-1] == '=' {
					value = start + len(prefix)
				}
				stop := end(content, start)
				if stop > 0 && startsValue(content, start) && made(content[start+len(prefix):stop]) {
					return Match{Start: value, End: stop}, true
				}
				from = start + 1
			}
		}
		return Match{}, false
	}
}

// made reports whether a value of hexadecimal digits or more was made by a machine: it is varied and holds no long
// sequence.
func made(v []byte) bool { return distinct(v) >= 8 && !runs(v, 8, 9) }

// alnums returns the end of exactly n letters and digits at an offset, or 0.
func alnums(content []byte, at, n int) int {
	if end := runEnd(content, at, n+1); end-at == n {
		return end
	}
	return 0
}

// hexes returns the end of exactly n hexadecimal digits at an offset, or 0.
func hexes(content []byte, at, n int) int {
	end := alnums(content, at, n)
	for i := at; i < end; i++ {
		if !isHex(content[i]) {
			return 0
		}
	}
	return end
}

// yunxiaoEnd returns the end of pt-, letters and digits, an underscore and a UUID, or 0.
func yunxiaoEnd(content []byte, at int) int {
	end := runEnd(content, at+3, 64)
	if end-at < 3+16 || end+1+uuidLen > len(content) || content[end] != '_' {
		return 0
	}
	for i, c := range content[end+1 : end+1+uuidLen] {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !isHex(c) {
			return 0
		}
	}
	return end + 1 + uuidLen
}

func findTemporaryID(content []byte, at int) (Match, bool) {
	end := at + len("TMP.")
	for end < len(content) && end-at < 128 && (isAlnum(content[end]) || content[end] == '_' || content[end] == '-') {
		end++
	}
	return Match{Start: at, End: end}, end-at >= 70 && end-at <= 110 && startsValue(content, at) && made(content[at+4:end])
}

// line returns where the line around an offset begins and ends, as far as nearService.
func line(content []byte, at int) (from, to int) {
	from = max(0, at-nearService)
	from += bytes.LastIndexByte(content[from:at], '\n') + 1
	to = min(len(content), at+nearService)
	if i := bytes.IndexByte(content[at:to], '\n'); i >= 0 {
		to = at + i
	}
	return from, to
}

// findRegistryLogin finds the auth of a registry in a configuration of docker, and the password of docker login.
func findRegistryLogin(content []byte, at int) (Match, bool) {
	from, _ := line(content, at)
	if bytes.Contains(content[from:at], []byte("docker login")) {
		for _, flag := range []string{"--password=", "--password ", "-p=", "-p "} {
			if i := bytes.LastIndex(content[from:at], []byte(flag)); i >= 0 {
				return password(content, from+i+len(flag), " \t\"'")
			}
		}
	}
	to := min(len(content), at+nearService)
	i := bytes.Index(content[at:to], []byte(`"auth"`))
	if i < 0 || bytes.IndexByte(content[at:at+i], '}') >= 0 {
		return Match{}, false
	}
	start := at + i + len(`"auth"`)
	start += len(content[start:to]) - len(bytes.TrimLeft(content[start:to], " \t:\""))
	end := start
	for end < to && bytes.IndexByte([]byte("\"' \t\r\n,}"), content[end]) < 0 {
		end++
	}
	login, err := base64.StdEncoding.DecodeString(string(content[start:end]))
	user, _, found := bytes.Cut(login, []byte{':'})
	return Match{Start: start, End: end}, err == nil && found && len(user) > 0
}

// findDatabasePassword finds scheme://user:password@host, and a parameter password.
func findDatabasePassword(content []byte, at int) (Match, bool) {
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
	return Match{}, false
}

// ofDatabase reports whether what stands before :// is the scheme of a database.
func ofDatabase(before []byte) bool {
	for _, scheme := range []string{"mysql", "mariadb", "postgres", "postgresql", "redis", "rediss", "mongodb", "mongodb+srv", "sqlserver", "amqp", "clickhouse"} {
		if bytes.HasSuffix(before, []byte(scheme)) {
			return true
		}
	}
	return false
}

// parameter finds the parameter password of an address.
func parameter(content []byte, from, to int) (Match, bool) {
	for _, name := range []string{"?password=", "&password=", ";password="} {
		if i := bytes.Index(content[from:to], []byte(name)); i >= 0 {
			return password(content, from+i+len(name), "&;\"' \t<>")
		}
	}
	return Match{}, false
}

// password returns the value at an offset, up to one of the bytes of ends or the end of the line, unless it is a
// variable, masked, or what stands for a password.
func password(content []byte, start int, ends string) (Match, bool) {
	end := start
	for end < len(content) && end-start <= maxPassword && bytes.IndexByte([]byte(ends+"\r\n"), content[end]) < 0 {
		end++
	}
	v := bytes.Trim(content[start:end], "\"'")
	n := len(v)
	if n < minPassword || n > maxPassword || bytes.ContainsAny(v, "${<*%") || !varied(v) || holdsFiller(v) {
		return Match{}, false
	}
	plain := bytes.ToLower(v)
	for _, word := range []string{"pass", "pwd", "123456", "root", "admin", "user", "xxx"} {
		if bytes.Contains(plain, []byte(word)) && n < 12 {
			return Match{}, false
		}
	}
	start += bytes.Index(content[start:end], v)
	return Match{Start: start, End: start + n}, true
}
