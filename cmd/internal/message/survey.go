package message

// surveyTexts say why a part of an account was not read.
var surveyTexts = texts{
	"survey.caller":                {en: "finding out whose account it is: {1}", zh: "确认账号归属时出错：{1}"},
	"survey.other-account":         {en: "the interrupted reading is of account {1}, and the credential is of account {2}", zh: "中断的读取属于账号 {1}，而当前凭证属于账号 {2}"},
	"survey.members":               {en: "listing the accounts of the organization: {1}", zh: "列出组织的账号时出错：{1}"},
	"survey.not-entered":           {en: "the role {1} cannot be assumed: {2}", zh: "无法扮演角色 {1}：{2}"},
	"survey.reported":              {en: "the credential report has the answer", zh: "由用户凭证报告给出"},
	"survey.report-not-made":       {en: "the credential report was not made in time", zh: "用户凭证报告未能及时生成"},
	"survey.report-not-understood": {en: "the credential report was not understood", zh: "无法解析用户凭证报告"},
	"survey.report-too-old":        {en: "the credential report is of {1}", zh: "用户凭证报告生成于 {1}"},
	"survey.interrupted":           {en: "the reading ended before", zh: "读取在此之前已结束"},
	"survey.refused-before":        {en: "not asked again, because it was refused {1} times", one: "not asked again, because it was refused", zh: "已被拒绝 {1} 次，不再请求"},
	"survey.source":                {en: "{1}, which brings what it is asked about, was not answered completely", zh: "所依赖的 {1} 未获得完整结果"},
	"survey.not-chosen":            {en: "the region was not chosen", zh: "未选择该地域"},
	"survey.too-old":               {en: "ActionTrail forgets events after {1} days", zh: "操作审计只保留 {1} 天内的事件"},
	"survey.too-fresh":             {en: "ActionTrail shows events up to {1} late", zh: "操作审计最多延迟 {1} 才显示事件"},
	"survey.unlogged":              {en: "ActionTrail does not record reads and writes of data", zh: "操作审计不记录数据的读写"},
	"survey.key-forgotten":         {en: "the whole ID of the key is no longer known", zh: "已无法得知该密钥的完整 ID"},
	"survey.event-limit":           {en: "there are more than {1} events, and older ones were not read", zh: "事件超过 {1} 条，更早的事件未读取"},
	"survey.round-limit":           {en: "the thief was followed through {1} rounds of identities; later ones were not looked for", zh: "已追踪 {1} 轮，未继续追踪"},
}
