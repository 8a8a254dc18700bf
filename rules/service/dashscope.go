package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// DashScopeKey is an API key of Model Studio.
const DashScopeKey rules.Type = "dashscope-key"

func dashScope() rules.Rule {
	return rules.Rule{
		ID: "alibaba-dashscope-key", Type: DashScopeKey, Severity: rules.High,
		Description: reason.New("rule.alibaba-dashscope-key"),
		Help:        reason.New("rule.alibaba-dashscope-key.help"),
		Detectors:   []rules.Detector{dashScopeDetector{}},
		Examples: rules.Examples{
			Match: []string{
				"DASHSCOPE_API_KEY=sk-{hex32}\n",
				"client = OpenAI(\n  api_key=\"sk-{hex32}\",\n  base_url=\"https://dashscope.aliyuncs.com/compatible-mode/v1\",\n)\n",
				"QWEN_API_KEY=sk-{hex32}\n", "export BAILIAN_API_KEY='sk-{hex32}'\n", "TONGYI_API_KEY: sk-{hex32}\n", "spring.ai.dashscope.api-key=sk-{hex32}\n",
				"ANTHROPIC_AUTH_TOKEN=sk-sp-{hex32}\n", "\"apiKey\": \"sk-sp-{hex32}\"\n",
				"OPENAI_API_KEY=sk-{hex32}\nOPENAI_BASE_URL=https://dashscope-intl.aliyuncs.com/compatible-mode/v1\n",
				"qwen:\n  api_key: sk-{hex32}\n", "qwen = ChatTongyi(api_key=\"sk-{hex32}\")\n",
				"d = OpenAI(api_key=\"sk-x\",\n  base_url=\"https://api.deepseek.com\")\nq = OpenAI(api_key=\"sk-{hex32}\",\n  base_url=\"https://dashscope.aliyuncs.com/compatible-mode/v1\")\n",
				"API_KEY = \"sk-{hex32}\"\nMODEL = \"deepseek-r1\"\nURL = \"https://dashscope.aliyuncs.com/compatible-mode/v1\"\n",
				"KEY = \"sk-{hex32}\"\n" + far + "URL = \"https://dashscope.aliyuncs.com/compatible-mode/v1\"\n",
				"URL = \"https://dashscope.aliyuncs.com/compatible-mode/v1\"\n" + far + "KEY = \"sk-{hex32}\"\n",
				"curl https://dashscope.aliyuncs.com/compatible-mode/v1/models -H 'Authorization: Bearer sk-{hex32}'\n",
			},
			NoMatch: []string{
				"OPENAI_API_KEY=sk-{hex32}\n", "DASHSCOPE_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "dashscope: task-{hex32}\n",
				"DEEPSEEK_API_KEY=sk-{hex32}\nDASHSCOPE_API_KEY=\n", "DASHSCOPE_API_KEY=\nDEEPSEEK_API_KEY=sk-{hex32}\n",
				"DEEPSEEK_API_KEY=sk-sp-{hex32}\n", "dashscope.api_key = key\nMOONSHOT_API_KEY = \"sk-{hex32}\"\n",
				"deepseek:\n  api_key: sk-{hex32}\nqwen:\n  api_key: \"\"\n", "d = OpenAI(api_key=\"sk-{hex32}\", base_url=\"https://api.deepseek.com\")\nURL = \"https://dashscope.aliyuncs.com\"\n",
				"KEY = \"sk-{hex32}\"\n", "KEY = \"sk-{hex32}\"\n" + far + "URL = \"https://dashscope.aliyuncs.com/v1\"\nOTHER = \"https://api.deepseek.com\"\n",
			},
		},
	}
}

// far is more than any detector looks at.
var far = string(bytes.Repeat([]byte("# a line of a longer file\n"), 100))

// dashScopeDetector finds keys that begin with sk-, as those of other vendors do. It counts one whose own name, whose block of
// lines, or whose file says that it is for Model Studio.
type dashScopeDetector struct{}

// keyStarts are the beginnings of keys, with what is before them: sk- alone is in many words.
var keyStarts = []string{`"sk-`, "'sk-", "=sk-", " sk-", ":sk-", ">sk-", "\nsk-"}

// Part implements rules.Detector.
func (dashScopeDetector) Part() rules.Part {
	return rules.Part{Name: string(DashScopeKey), Kind: rules.KindValue, Type: DashScopeKey, Literals: keyStarts, Reach: reach,
		Hidden: []string{"=sk-", "%22sk-", "%27sk-", "%20sk-", "%3Dsk-", "=3Dsk-"}}
}

// Lengths of keys behind their prefix. Those of plans vary.
const (
	dashScopeLength        = 32
	minPlanKey, maxPlanKey = 20, 96
)

// Detect implements rules.Detector.
func (dashScopeDetector) Detect(content []byte, at int) (rules.Match, bool) {
	start := at + 1
	end, plan := keyEnd(content, start)
	m := rules.Match{Start: start, End: end}
	if end == 0 || !shape.MachineMade(content[start+len("sk-"):end]) {
		return m, false
	}
	if plan {
		return m, nameOf(content, start) != theirs
	}
	v := vendorOf(content, start, end)
	if v == nobodys {
		m.Confidence = rules.Weak
	}
	return m, v != theirs
}

// keyEnd returns where a key ends that starts at an offset, or 0, and whether it is one of a plan, which only Model Studio has.
func keyEnd(content []byte, start int) (end int, plan bool) {
	const ofPlan = "sk-sp-"
	if bytes.HasPrefix(content[start:], []byte(ofPlan)) {
		for end = start + len(ofPlan); end < len(content) && end-start <= maxPlanKey && (shape.IsAlnum(content[end]) || content[end] == '-' || content[end] == '_'); end++ {
		}
		if n := end - start - len(ofPlan); n >= minPlanKey && n <= maxPlanKey {
			return end, true
		}
		return 0, false
	}
	end = alnums(content, start+len("sk-"), dashScopeLength)
	if end < len(content) && end > 0 && (content[end] == '-' || content[end] == '_') {
		return 0, false
	}
	return end, false
}

// Confirm implements rules.Confirmer: a content with a host of Model Studio and none of another vendor says whose key it is.
func (dashScopeDetector) Confirm(content []byte) bool {
	return shape.Contains(content, modelHosts...) && !shape.Contains(content, otherHosts...)
}
