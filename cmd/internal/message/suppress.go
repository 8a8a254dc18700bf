package message

// suppressTexts are about findings that do not count.
var suppressTexts = texts{
	"suppress.allow-reason":     {en: "an allow list has no reason", zh: "一个 allow 列表缺少 reason"},
	"suppress.allow-everything": {en: "an allow list names neither paths nor rules", zh: "一个 allow 列表既没有 paths 也没有 rules"},
	"suppress.no-fingerprint":   {en: "it does not begin with a fingerprint of 32 hexadecimal digits", zh: "开头不是 32 位十六进制的指纹"},
	"suppress.no-reason":        {en: "it has no reason, or one that is too long", zh: "没有原因，或原因过长"},
	"suppress.bad-date":         {en: "until= is not a date such as 2027-01-31", zh: "until= 不是形如 2027-01-31 的日期"},
	"suppress.unreadable":       {en: "{1} could not be read, and suppresses nothing: {2}", zh: "无法读取 {1}，其中的忽略不生效：{2}"},
	"suppress.foreign-file":     {en: "{1} is not read, because its entries name lines of commits; akguard baseline accepts the same findings", zh: "不读取 {1}，因为其条目指的是提交中的行；可用 akguard baseline 接受同样的发现"},
	"suppress.bad-line":         {en: "line {2} of {1} suppresses nothing: {3}", zh: "{1} 的第 {2} 行不生效：{3}"},
	"suppress.expired": {
		en:  "{1} entries of {2} have expired and suppress nothing; akguard ignore --prune removes them",
		one: "one entry of {2} has expired and suppresses nothing; akguard ignore --prune removes it",
		zh:  "{2} 中有 {1} 个条目已过期，不再生效；可用 akguard ignore --prune 删除",
	},
	"suppress.unused": {
		en:  "{1} entries of {2} match nothing that was scanned; akguard ignore --prune removes them",
		one: "one entry of {2} matches nothing that was scanned; akguard ignore --prune removes it",
		zh:  "{2} 中有 {1} 个条目与扫描内容均不匹配；可用 akguard ignore --prune 删除",
	},

	"ignore.added":           {en: "added {1} entries to {2}", one: "added one entry to {2}", zh: "已向 {2} 添加 {1} 个条目"},
	"ignore.pruned":          {en: "removed {1} entries from {2}", one: "removed one entry from {2}", zh: "已从 {2} 删除 {1} 个条目"},
	"ignore.live":            {en: "live keys are not accepted: {1}; disable them first (akguard respond)", zh: "有 {1} 个密钥仍然有效，不能忽略；请先禁用（akguard respond）"},
	"ignore.incomplete":      {en: "not everything could be read (items skipped: {1})", zh: "未能读取全部内容（跳过 {1} 项）"},
	"ignore.incomplete.hint": {en: "run akguard scan to see what was skipped, and try again", zh: "运行 akguard scan 查看跳过的内容，然后重试"},
}
