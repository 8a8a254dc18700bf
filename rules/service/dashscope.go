package service

import (
	"github.com/akguard/akguard/rules"
)

// DashScopeKey is an API key of Model Studio.
const DashScopeKey rules.Type = "dashscope-key"

// dashScopeLength is how many characters follow the prefix of a key.
const dashScopeLength = 32

func dashScope() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dashscope-key", Type: DashScopeKey, Severity: rules.High,
		Description: "API key of Alibaba Cloud Model Studio (DashScope)",
		Help:        "Delete the key in the Model Studio console, and make a new one: whoever has it spends your quota.",
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
