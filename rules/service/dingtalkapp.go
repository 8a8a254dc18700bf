package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// DingTalkApp is the secret of an app of DingTalk.
const DingTalkApp rules.Type = "dingtalk-app-secret"

func dingTalkApp() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dingtalk-app-secret", Type: DingTalkApp, Severity: rules.High,
		Description: reason.New("rule.alibaba-dingtalk-app-secret"),
		Help:        reason.New("rule.alibaba-dingtalk-app-secret.help"),
		Detectors:   single(DingTalkApp, []string{"ngtalk", "ngTalk", "NGTALK", `"ding`, "'ding", "=ding"}, findDingTalkApp, "ngtalk", "ngTalk", "NGTALK", `"ding`, "'ding", "%22ding", "%27ding"),
		Examples: rules.Examples{
			Match: []string{
				"dingtalk:\n  app-key: dingabcdefgh12345678\n  app-secret: {app-secret}\n",
				"DINGTALK_APP_SECRET={app-secret}\n",
				"{\"appkey\": \"dingabcdefgh12345678\", \"appsecret\": \"{app-secret}\"}\n",
				"https://oapi.dingtalk.com/gettoken?appkey=dingabcdefgh12345678&appsecret={app-secret}\n",
				"client_id = 'dingabcdefgh12345678'\nclient_secret = '{app-secret}'\n",
				"DINGTALK_CLIENT_ID=dingabcdefgh12345678\nDINGTALK_CLIENT_SECRET={app-secret}\n",
			},
			NoMatch: []string{
				"dingtalk:\n  app-secret: <appsecret>\n",
				"app_secret={app-secret}\n",
				"dingtalk:\n  checksum: {app-secret}\n",
				"dingtalk:\n  app-secret: ${DINGTALK_SECRET}\n",
			},
		},
	}
}

// appLength is how many characters such a secret has: letters, digits, hyphens and underscores.
const appLength = 64

// findDingTalkApp finds the value of a name near the name of the service, or near the key of an app.
func findDingTalkApp(content []byte, at int) (rules.Match, bool) {
	if !shape.IsAlnum(content[at]) && !appKey(content, at+1) {
		return rules.Match{}, false
	}
	to := min(len(content), at+nearby)
	for _, from := range []int{at, max(0, at-nearby)} {
		for from < to {
			v, ok := nextNamed(content, from, to, []string{"secret"})
			if !ok {
				break
			}
			if m, ok := appValue(content, v.start); ok {
				return m, true
			}
			from = v.nameEnd
		}
	}
	return rules.Match{}, false
}

// appKey reports whether the key of an app begins at an offset: ding and 12 to 20 letters and digits.
func appKey(content []byte, at int) bool {
	const least, most = 12, 20
	end := shape.RunEnd(content, at, len("ding")+most+1)
	n := end - at - len("ding")
	return n >= least && n <= most && hasDigit(content[at:end])
}

func appValue(content []byte, start int) (rules.Match, bool) {
	end := start
	for end < len(content) && end-start <= appLength && (shape.IsAlnum(content[end]) || content[end] == '-' || content[end] == '_') {
		end++
	}
	return rules.Match{Start: start, End: end}, end-start == appLength && shape.Random(content[start:end])
}
