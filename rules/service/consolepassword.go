package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// ConsolePassword is the password of a RAM user for the console.
const ConsolePassword rules.Type = "ram-console-password"

func consolePassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-ram-console-password", Type: ConsolePassword, Severity: rules.Critical,
		Description: reason.New("rule.alibaba-ram-console-password"),
		Help:        reason.New("rule.alibaba-ram-console-password.help"),
		Detectors:   single(ConsolePassword, []string{"onaliyun.com"}, findConsolePassword, "onaliyun.com"),
		Examples: rules.Examples{
			Match: []string{
				"用户名 app@1234567890123456.onaliyun.com 密码：{password}\n",
				"login: app@corp.onaliyun.com\npassword: {password}\n",
				"User: app@corp.onaliyun.com, Password: {password}\n",
				"{\"UserPrincipalName\": \"app@corp.onaliyun.com\", \"Password\": \"{password}\"}\n",
			},
			NoMatch: []string{
				"login: app@corp.onaliyun.com\npassword: ******\n",
				"login: app@example.com\npassword: {password}\n",
				"login: app@corp.onaliyun.com\n\nredis:\n  password: {password}\n",
			},
		},
	}
}

// findConsolePassword finds the password that belongs to a name of a RAM user.
func findConsolePassword(content []byte, at int) (rules.Match, bool) {
	end := at + len("onaliyun.com")
	start, _ := hostOf(content, end)
	if start == 0 || content[start-1] != '@' {
		return rules.Match{}, false
	}
	return beside(content, start, end, passwordWords)
}
