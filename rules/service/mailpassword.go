package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// MailPassword is an SMTP password of DirectMail.
const MailPassword rules.Type = "directmail-password"

func mailPassword() rules.Rule {
	return rules.Rule{
		ID: "alibaba-directmail-password", Type: MailPassword, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-directmail-password"),
		Help:        reason.New("rule.alibaba-directmail-password.help"),
		Detectors:   single(MailPassword, []string{"smtpdm"}, findMailPassword, "smtpdm"),
		Examples: rules.Examples{
			Match: []string{
				"spring.mail.host=smtpdm.aliyun.com\nspring.mail.username=noreply@mail.corp.example\nspring.mail.password={password}\n",
				"MAIL_HOST=smtpdm-ap-southeast-1.aliyun.com\nMAIL_PORT=465\nMAIL_USERNAME=noreply@corp.example\nMAIL_PASSWORD={password}\n",
				"server = smtplib.SMTP_SSL('smtpdm.aliyun.com', 465)\nserver.login('noreply@corp.example', '{password}')\n",
				"{ host: 'smtpdm.aliyun.com', port: 465, auth: { user: 'a@corp.example', pass: '{password}' } }\n",
			},
			NoMatch: []string{
				"MAIL_HOST=smtpdm.aliyun.com\nMAIL_PASSWORD=null\n",
				"MAIL_HOST=smtp.example.com\nMAIL_PASSWORD={password}\n",
				"MAIL_HOST=smtpdm.aliyun.com\nMAIL_PASSWORD=${MAIL_PASSWORD1}\n",
			},
		},
	}
}

// findMailPassword finds the password that belongs to a server of DirectMail.
func findMailPassword(content []byte, at int) (rules.Match, bool) {
	end := at
	for end < len(content) && end-at < maxHost && content[end] != '"' && content[end] != '\'' && content[end] > ' ' {
		end++
	}
	if !bytes.Contains(content[at:end], []byte(".aliyun")) {
		return rules.Match{}, false
	}
	if m, ok := beside(content, at, end, passwordWords); ok {
		return m, true
	}
	return signIn(content, end, "login(")
}
