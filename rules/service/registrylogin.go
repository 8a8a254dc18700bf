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
		Detectors:   hosts(RegistryLogin, findRegistryLogin),
		Examples: rules.Examples{
			Match: []string{
				"{\"auths\":{\"registry.cn-hangzhou.aliyuncs.com\":{\"auth\":\"{login}\"}}}\n",
				"docker login -u me@corp -p {password} registry.cn-hangzhou.aliyuncs.com\n",
				"docker login --username=me --password={password} x-registry.cn-beijing.cr.aliyuncs.com\n",
				"docker login registry.cn-hangzhou.aliyuncs.com -u me -p '{password}'\n", "docker login registry.cn-hangzhou.aliyuncs.com \\\n  --username me \\\n  --password {password}\n",
				"echo '{password}' | docker login --username=me --password-stdin registry.cn-hangzhou.aliyuncs.com\n",
				"docker login -u me --password-stdin registry.cn-hangzhou.aliyuncs.com <<< {password}\n", "printf %s \"{password}\" | helm registry login -u me --password-stdin registry.cn-hangzhou.aliyuncs.com\n",
				"{\"auths\":{\"registry.cn-hangzhou.aliyuncs.com\":{\"username\":\"me\",\"password\":\"{password}\"}}}\n",
				"kubectl create secret docker-registry acr --docker-server=registry.cn-hangzhou.aliyuncs.com --docker-username=me --docker-password={password}\n",
				"- uses: docker/login-action@v3\n  with:\n    registry: registry.cn-hangzhou.aliyuncs.com\n    username: me\n    password: {password}\n",
				"ACR_REGISTRY=registry.cn-hangzhou.aliyuncs.com\nACR_USERNAME=me\nACR_PASSWORD={password}\n",
			},
			NoMatch: []string{
				"docker login -u me -p $PASSWORD registry.cn-hangzhou.aliyuncs.com\n", "echo $PASSWORD1 | docker login -u me --password-stdin registry.cn-hangzhou.aliyuncs.com\n",
				"registry: registry.cn-hangzhou.aliyuncs.com\npassword: ${{ secrets.ACR_PASSWORD }}\n", "docker login -u me -p {password} registry.example.com\n",
				"cat ~/pass | docker login -u me --password-stdin registry.cn-hangzhou.aliyuncs.com\n",
				"{\"auths\":{\"registry.cn-hangzhou.aliyuncs.com\":{}}}\n", "docker login -u me registry.cn-hangzhou.aliyuncs.com\n",
			},
		},
	}
}

// findRegistryLogin finds the password of a login on the command line, the auth of a registry in a configuration of docker, and
// a password beside the host.
func findRegistryLogin(content []byte, at int) (rules.Match, bool) {
	end := at + len(aliyuncs)
	start, ok := hostOf(content, end, "registry", ".cr.")
	if !ok {
		return rules.Match{}, false
	}
	if m, ok := loginCommand(content, start); ok {
		return m, true
	}
	if m, ok := registryAuth(content, at); ok {
		return m, true
	}
	return beside(content, start, end, passwordWords)
}

// loginCommand finds the password in a command that logs in to a registry: the value of an option, or what it gets on its
// standard input.
func loginCommand(content []byte, host int) (rules.Match, bool) {
	from, to := line(content, host)
	for from > 1 && content[from-2] == '\\' && host-from < nearby { // the command began before
		from = lineStart(content, from-2)
	}
	for to < len(content)-1 && to-host < nearby && to > from && content[to-1] == '\\' { // the command goes on
		to = lineEnd(content, nextLine(content, to))
	}
	command := content[from:to]
	if !bytes.Contains(command, []byte("login ")) {
		return rules.Match{}, false
	}
	for _, flag := range []string{"--password=", "--password ", "-p=", " -p "} {
		if i := bytes.LastIndex(command, []byte(flag)); i >= 0 {
			return token(content[:to], from+i+len(flag))
		}
	}
	if !bytes.Contains(command, []byte("--password-stdin")) {
		return rules.Match{}, false
	}
	for _, feed := range []string{"<<< ", "<<<", "echo -n ", "echo ", "printf %s ", "printf '%s' ", "printf "} {
		if i := bytes.Index(command, []byte(feed)); i >= 0 {
			return token(content[:to], from+i+len(feed))
		}
	}
	return rules.Match{}, false
}

// registryAuth finds the auth behind a host in a configuration of docker.
func registryAuth(content []byte, at int) (rules.Match, bool) {
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
	if err != nil { // in a view, it is decoded
		login = content[start:end]
	}
	user, secret, found := bytes.Cut(login, []byte{':'})
	return rules.Match{Start: start, End: end}, found && len(user) > 0 && len(secret) >= minPassword && plausible(secret)
}
