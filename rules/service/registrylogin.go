package service

import (
	"bytes"
	"encoding/base64"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// RegistryLogin is a login to Container Registry.
const RegistryLogin rules.Type = "acr-login"

func registryLogin() rules.Rule {
	return rules.Rule{
		ID: "alibaba-acr-login", Type: RegistryLogin, Severity: rules.High,
		Description: reason.New("rule.alibaba-acr-login"),
		Help:        reason.New("rule.alibaba-acr-login.help"),
		Detectors:   single(RegistryLogin, []string{"aliyuncs.com"}, findRegistryLogin),
		Examples: rules.Examples{
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

// findRegistryLogin finds the password of docker login, and the auth of a registry in a configuration of docker.
func findRegistryLogin(content []byte, at int) (rules.Match, bool) {
	from, _ := line(content, at)
	if bytes.Contains(content[from:at], []byte("docker login")) {
		for _, flag := range []string{"--password=", "--password ", "-p=", "-p "} {
			if i := bytes.LastIndex(content[from:at], []byte(flag)); i >= 0 {
				return password(content, from+i+len(flag), " \t\"'")
			}
		}
	}
	to := min(len(content), at+nearby)
	i := bytes.Index(content[at:to], []byte(`"auth"`))
	if i < 0 || bytes.IndexByte(content[at:at+i], '}') >= 0 {
		return rules.Match{}, false
	}
	start := at + i + len(`"auth"`)
	start += len(content[start:to]) - len(bytes.TrimLeft(content[start:to], " \t:\""))
	end := start
	for end < to && bytes.IndexByte([]byte("\"' \t\r\n,}"), content[end]) < 0 {
		end++
	}
	login, err := base64.StdEncoding.DecodeString(string(content[start:end]))
	user, _, found := bytes.Cut(login, []byte{':'})
	return rules.Match{Start: start, End: end}, err == nil && found && len(user) > 0
}
