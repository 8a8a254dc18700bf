package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// CodeupPassword is a password of Codeup in the address of a repository.
const CodeupPassword rules.Type = "codeup-password"

func codeupPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-codeup-password", Type: CodeupPassword, Severity: rules.High,
		Description: reason.New("rule.alibaba-codeup-password"),
		Help:        reason.New("rule.alibaba-codeup-password.help"),
		Detectors:   single(CodeupPassword, []string{"codeup.", "code.aliyun.com"}, findCodeupPassword, "codeup.", "code.aliyun.com"),
		Examples: rules.Examples{
			Match: []string{
				"git clone https://app:{password}@codeup.aliyun.com/corp/app.git\n",
				"[remote \"origin\"]\n	url = https://app%40corp.example:{password}@codeup.aliyun.com/5f0/app.git\n",
				"https://app:{password}@code.aliyun.com/corp/app.git\n",
			},
			NoMatch: []string{
				"git clone https://codeup.aliyun.com/corp/app.git\n",
				"git clone https://app:${TOKEN}@codeup.aliyun.com/corp/app.git\n",
				"git@codeup.aliyun.com:corp/app.git\n",
				"https://app:{password}@github.com/corp/app.git\n",
			},
		},
	}
}

// findCodeupPassword finds the password before a host of Codeup, unless it is a token, which has a rule of its own.
func findCodeupPassword(content []byte, at int) (rules.Match, bool) {
	start, _ := hostOf(content, at)
	if start == 0 || content[start-1] != '@' || !bytes.Contains(content[at:min(len(content), at+maxHost)], []byte("aliyun")) {
		return rules.Match{}, false
	}
	m, ok := inAddress(content, start, func([]byte) bool { return true })
	return m, ok && !bytes.HasPrefix(content[m.Start:m.End], []byte("pt-"))
}
