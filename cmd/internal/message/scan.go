package message

// scanTexts are facts of the engine.
var scanTexts = texts{
	"progress.read":           {en: "scanning", zh: "正在扫描"},
	"progress.locate":         {en: "locating in the history", zh: "正在历史中定位"},
	"progress.account":        {en: "reading the account", zh: "正在读取账号"},
	"progress.account-region": {en: ", {1}", zh: "，{1}"},
	"progress.account-left":   {en: ", about {1} left", zh: "，约剩 {1}"},
	"progress.account-least":  {en: ", at least {1} left", zh: "，至少还需 {1}"},
	"progress.sweep-detail":   {en: ", {1} MiB, {2} findings", zh: "，{1} MiB，{2} 个发现"},
	"progress.sweep-rate":     {en: ", {1} MiB, {2} findings, {3} requests left", zh: "，{1} MiB，{2} 个发现，剩余 {3} 次请求"},
	"progress.sweep":          {en: "repositories", zh: "代码仓库"},
	"progress.verify":         {en: "verifying", zh: "正在验证"},

	"scan.not-decoded": {en: "not all of it was decoded: {1}", zh: "未能全部解码：{1}"},
	"scan.rule-too-broad": {
		en: "a rule matches so often that not all of it was searched: make the rule narrower",
		zh: "某条规则匹配过多，未能检查全部内容：请收窄该规则",
	},
	"scan.rule-too-slow": {
		en: "rule {1} takes far too long, and did not search everything: make its expression simpler",
		zh: "规则 {1} 耗时过长，未能检查全部内容：请简化其表达式",
	},
	"scan.too-many-places": {en: "a credential of this file is in more than {1} places: not all are reported", zh: "此文件中的某个凭证出现在超过 {1} 处：未全部报告"},
	"scan.untraced": {
		en: "the history before the change could not be searched, so findings that are not new may be reported as new: {1}",
		zh: "无法搜索变更之前的历史，因此并非新增的发现可能被报告为新增：{1}",
	},
	"scan.unlocated": {
		en: "the source did not report every place",
		zh: "数据源没有给出全部位置",
	},
	"scan.no-secret-fits": {
		en: "the ID exists, and none of the secrets nearby is its secret",
		zh: "该 ID 存在，附近的密钥都不是它的",
	},
	"scan.some-secrets-tried": {
		one: "the ID exists; the {1} secret that was tried is not its own, and others nearby were not tried",
		en:  "the ID exists; none of the {1} secrets that were tried is its own, and others nearby were not tried",
		zh:  "该 ID 存在；已尝试的 {1} 个密钥都不是它的，附近还有未尝试的密钥",
	},
	"scan.timed-out": {
		en: "the scan reached its time limit of {1}; the report holds what was found until then",
		zh: "扫描达到时限 {1}；报告包含此前的发现",
	},
	"scan.timed-out.hint":  {en: "raise --timeout, or scan less: --range, --no-history", zh: "请增大 --timeout，或缩小扫描范围：--range、--no-history"},
	"usage.timeout":        {en: "--timeout {1} is negative", zh: "--timeout {1} 是负数"},
	"usage.timeout.hint":   {en: "give it a duration such as 5m, or 0 for no limit", zh: "请指定时长，例如 5m；0 表示不限"},
	"scan.earlier-verdict": {en: "{1}; it was {2} at {3}", zh: "{1}；{3} 时的结论是 {2}"},
	"decode.too-deep":      {en: "encodings are nested too deep", zh: "编码嵌套过深"},
	"decode.too-large":     {en: "there is too much to decode", zh: "需要解码的内容过多"},
}
