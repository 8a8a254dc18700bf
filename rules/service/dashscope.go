package service

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// DashScopeKey is an API key of Model Studio.
const DashScopeKey rules.Type = "dashscope-key"

// dashScopeLength is how many characters follow the prefix of a key.
const dashScopeLength = 32

func dashScope() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dashscope-key", Type: DashScopeKey, Severity: rules.High,
		Description: reason.New("rule.alibaba-dashscope-key"),
		Help:        reason.New("rule.alibaba-dashscope-key.help"),
		Detectors: single(DashScopeKey, []string{"ashscope", "ASHSCOPE", "ashScope"},
			near("sk-", func(content []byte, at int) int { return alnums(content, at+len("sk-"), dashScopeLength) })),
		Examples: rules.Examples{
			Match: []string{
				"DASHSCOPE_API_KEY=sk-{hex32}\n",
				"client = OpenAI(\n  api_key=\"sk-{hex32}\",\n  base_url=\"https://dashscope.aliyuncs.com/compatible-mode/v1\",\n)\n",
			},
			NoMatch: []string{"OPENAI_API_KEY=sk-{hex32}\n", "DASHSCOPE_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "dashscope: task-{hex32}\n"},
		},
	}
}
