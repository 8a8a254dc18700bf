package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// SpeechToken is an access token of Intelligent Speech Interaction.
const SpeechToken rules.Type = "nls-token"

func speechToken() rules.Rule {
	return rules.Rule{
		ID: "alibaba-nls-token", Type: SpeechToken, Severity: rules.Low,
		Description: reason.New("rule.alibaba-nls-token"),
		Help:        reason.New("rule.alibaba-nls-token.help"),
		Detectors:   single(SpeechToken, []string{"nls-gateway", "NLS-Token", "NLS_TOKEN", "nls_token", "nlsToken"}, findSpeechToken, "nls-gateway", "NLS_TOKEN"),
		Examples: rules.Examples{
			Match: []string{
				"curl -H 'X-NLS-Token: {hex32}' https://nls-gateway-cn-shanghai.aliyuncs.com/stream/v1/asr\n",
				"NLS_TOKEN={hex32}\n",
				"nls:\n  url: wss://nls-gateway-cn-shanghai.aliyuncs.com/ws/v1\n  nls_token: {hex32}\n",
				"https://nls-gateway-cn-shanghai.aliyuncs.com/stream/v1/tts?appkey=abc&token={hex32}&text=x\n",
			},
			NoMatch: []string{
				"NLS_TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
				"token = '{hex32}'\n", "{\"appkey\": \"x\", \"token\": \"{hex32}\", \"url\": \"wss://nls-gateway.cn-shanghai.aliyuncs.com/ws/v1\"}\n",
				"wss://nls-gateway.aliyuncs.com/ws/v1\nmd5: {hex32}\n",
			},
		},
	}
}

// speechLength is how many hexadecimal digits such a token has.
const speechLength = 32

// findSpeechToken finds the value of a name that says what it is for, and the token in the address of the gateway. Beside other
// names, such a value may be anything.
func findSpeechToken(content []byte, at int) (rules.Match, bool) {
	_, to := line(content, at)
	v, ok := nextNamed(content, at, to, []string{"token"})
	if !ok || hexes(content, v.start, speechLength) == 0 || content[at+len("nls")] == '-' && !ofGateway(content, at, v.nameStart) {
		return rules.Match{}, false
	}
	m := rules.Match{Start: v.start, End: v.start + speechLength}
	return m, shape.MachineMade(content[m.Start:m.End])
}

// ofGateway reports whether a name is a part of what begins at an offset: a header, or a parameter of an address.
func ofGateway(content []byte, at, name int) bool {
	return name <= at || bytes.IndexByte([]byte("?&"), content[name-1]) >= 0
}
