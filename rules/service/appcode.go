package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// AppCode is an APPCODE, which calls APIs of the marketplace and of API Gateway.
const AppCode rules.Type = "api-gateway-appcode"

func appCode() rules.Rule {
	return rules.Rule{
		ID: "alibaba-api-gateway-appcode", Type: AppCode, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-api-gateway-appcode"),
		Help:        reason.New("rule.alibaba-api-gateway-appcode.help"),
		Detectors:   single(AppCode, []string{"APPCODE", "AppCode", "appCode", "appcode", "APP_CODE", "app_code"}, findAppCode, "APPCODE", "appcode"),
		Examples: rules.Examples{
			Match: []string{
				"curl -H 'Authorization: APPCODE {hex32}' https://ali-weather.showapi.com/area\n",
				"appcode = '{hex32}'\n",
				"String appcode = \"{hex32}\";\nheaders.put(\"Authorization\", \"APPCODE \" + appcode);\n",
				"ALI_APPCODE={hex32}\n",
				"market:\n  appCode: {hex32}\n",
			},
			NoMatch: []string{
				"Authorization: APPCODE 你自己的AppCode\n",
				"appcode = ''\nmd5 = '{hex32}'\n",
				"Authorization: APPCODE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
				"hash of appcode.js {hex32}\n",
			},
		},
	}
}

// codeLength is how many hexadecimal digits such a code has.
const codeLength = 32

// findAppCode finds the code behind its name.
func findAppCode(content []byte, at int) (rules.Match, bool) {
	_, end := line(content, at)
	from := at + len("APPCODE")
	if from < len(content) && (content[from] == 'E' || content[from] == 'e') { // APP_CODE
		from++
	}
	value := skipAll(content, from, min(end, from+nameReach), "\"'`)]} \t:=>,+")
	if value == from || value >= end || hexes(content, value, codeLength) == 0 || !bytes.ContainsAny(content[from:value], ":=> ,") {
		return rules.Match{}, false
	}
	m := rules.Match{Start: value, End: value + codeLength}
	return m, shape.MachineMade(content[m.Start:m.End])
}
