package incident

// drillTexts are the words of a rehearsal.
var drillTexts = texts{
	"drill.began":               {en: "a key was pushed at {1}, and somebody found it (seed {2}, profile {3}); the clock runs", zh: "密钥于 {1} 被推送，并已被他人发现（种子 {2}，类型 {3}）；计时开始"},
	"drill.step":                {en: "$ {1}", zh: "$ {1}"},
	"drill.command":             {en: "  {1}", zh: "  {1}"},
	"drill.other-terminal":      {en: "in another terminal, work against the thief: cd {1} && . ./{2}, then for example", zh: "请在另一个终端中操作：cd {1} && . ./{2}，然后例如"},
	"drill.press-enter":         {en: "press Enter when you are done", zh: "完成后请按回车"},
	"drill.step-failed":         {en: "{1} ended with exit code {2}", zh: "{1} 以退出码 {2} 结束"},
	"drill.step-failed.hint":    {en: "what it printed says why", zh: "原因见其输出"},
	"drill.program":             {en: "the program could not start itself: {1}", zh: "程序无法启动自身：{1}"},
	"drill.program.hint":        {en: "run akguard from a file that can be executed", zh: "请从可执行的文件运行 akguard"},
	"drill.frozen":              {en: "frozen after {1}", zh: "{1} 后冻结"},
	"drill.not-frozen":          {en: "the leaked key still works", zh: "泄露的密钥仍然有效"},
	"drill.found":               {en: "{1} of {2} acts of the thief were found", zh: "发现窃取者 {2} 次操作中的 {1} 次"},
	"drill.missed":              {en: "  missed: {1} {2} {3}", zh: "  遗漏：{1} {2} {3}"},
	"drill.innocent":            {en: "{1} calls of the company were blamed on the thief, and {2} of its things were switched off", zh: "公司的 {1} 次调用被误认为窃取者所为，{2} 项资源被误停"},
	"drill.touched":             {en: "  switched off: {1}", zh: "  误停：{1}"},
	"drill.files-score":         {en: "the score is in {1}", zh: "得分位于 {1}"},
	"drill.files":               {en: "the incident report and the score are in {1}", zh: "事件报告和得分位于 {1}"},
	"usage.profile":             {en: "unknown profile: {1}", zh: "未知的类型：{1}"},
	"usage.profile.hint":        {en: "the profiles are: {2}", zh: "可用的类型：{2}"},
	"usage.drill-terminal":      {en: "a rehearsal needs a person at a terminal", zh: "演练需要有人在终端操作"},
	"usage.drill-terminal.hint": {en: "--auto plays it through without one", zh: "使用 --auto 可自动完成"},
	"usage.drill-output":        {en: "--output {1}: {2}", zh: "--output {1}：{2}"},
	"usage.drill-output.hint":   {en: "name a folder that is empty or does not exist yet", zh: "请指定空目录或尚不存在的目录"},
}
