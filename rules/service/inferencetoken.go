package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// InferenceToken is the token of a service of PAI-EAS.
const InferenceToken rules.Type = "pai-eas-token"

func inferenceToken() rules.Rule {
	return rules.Rule{
		ID: "alibaba-pai-eas-token", Type: InferenceToken, Severity: rules.High,
		Description: reason.New("rule.alibaba-pai-eas-token"),
		Help:        reason.New("rule.alibaba-pai-eas-token.help"),
		Detectors:   hosts(InferenceToken, findInferenceToken),
		Examples: rules.Examples{
			Match: []string{
				"curl http://1234567890123456.cn-shanghai.pai-eas.aliyuncs.com/api/predict/llm -H 'Authorization: {eas-token}' -d '{}'\n",
				"client = PredictClient('http://1234567890123456.cn-hangzhou.pai-eas.aliyuncs.com', 'llm')\nclient.set_token('{eas-token}')\n",
				"EAS_SERVICE_URL=http://1234567890123456.cn-hangzhou.pai-eas.aliyuncs.com/api/predict/llm\nEAS_TOKEN={eas-token}\n",
				"headers = {'Authorization': 'Bearer {eas-token}'}\nurl = 'http://1234567890123456.cn-hangzhou.pai-eas.aliyuncs.com/v1'\n",
			},
			NoMatch: []string{
				"EAS_URL=http://1234567890123456.cn-hangzhou.pai-eas.aliyuncs.com/api/predict/llm\nEAS_TOKEN=<token>\n",
				"EAS_URL=http://1.cn-hangzhou.pai-eas.aliyuncs.com\nEAS_TOKEN=${EAS_TOKEN}\n",
				"Authorization: {eas-token}\n",
			},
		},
	}
}

// Lengths of such a token, which is base64: of 40 characters, as they are made, and of others that are seen.
const minInference, maxInference = 32, 88

// decodedInference is how many hexadecimal digits such a token is once it is decoded, as a view shows it.
const decodedInference = 40

// findInferenceToken finds the token that is named near the host of a service.
func findInferenceToken(content []byte, at int) (rules.Match, bool) {
	if _, ok := hostOf(content, at+len(aliyuncs), ".pai-eas."); !ok {
		return rules.Match{}, false
	}
	to := min(len(content), at+nearby)
	for _, from := range []int{at, max(0, at-nearby)} {
		for from < to {
			v, ok := nextNamed(content, from, to, []string{"token", "authorization", "key"})
			if !ok {
				break
			}
			if m, ok := inferenceValue(content, v); ok {
				return m, true
			}
			from = v.nameEnd
		}
	}
	return rules.Match{}, false
}

func inferenceValue(content []byte, v named) (rules.Match, bool) {
	start := v.start
	if bytes.HasPrefix(content[start:v.end], []byte("Bearer ")) {
		start += len("Bearer ")
	} else if bytes.HasPrefix(content[start:], []byte("Bearer ")) { // without quotes
		start += len("Bearer ")
	}
	end := start
	for end < len(content) && end-start <= maxInference && shape.IsBase64(content[end]) {
		end++
	}
	value := content[start:end]
	n := end - start
	return rules.Match{Start: start, End: end}, n >= minInference && n <= maxInference && shape.MachineMade(value) && (shape.Mixed(bytes.TrimRight(value, "=")) || hexes(content, start, decodedInference) == end)
}
