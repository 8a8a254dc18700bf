package message

// notifyTexts are facts of notifications.
var notifyTexts = texts{
	"notify.address":   {en: "the address of the notification target {1} is no https URL", zh: "通知目标 {1} 的地址不是 https URL"},
	"notify.key":       {en: "the notification target {1} has no key to sign messages with", zh: "通知目标 {1} 没有用于签名消息的密钥"},
	"notify.kind":      {en: `the notification target {1} has the unknown kind "{2}": use dingtalk, feishu, wecom, slack or webhook`, zh: "通知目标 {1} 的类型“{2}”未知：请使用 dingtalk、feishu、wecom、slack 或 webhook"},
	"notify.twice":     {en: "there are two notification targets with the name {1}", zh: "有两个名为 {1} 的通知目标"},
	"notify.file":      {en: "the file {1} for notifications cannot be used: {2}", zh: "无法使用通知文件 {1}：{2}"},
	"notify.failed":    {en: "notifying {1} failed: {2}", zh: "通知 {1} 失败：{2}"},
	"notify.no-answer": {en: "no answer: {1}", zh: "没有应答：{1}"},
	"notify.status":    {en: "the answer has status {1}", zh: "应答状态为 {1}"},
	"notify.redirect":  {en: "the answer is a redirect, which is not followed", zh: "应答为重定向，不予跟随"},
	"notify.code":      {en: "the answer has code {1}: {2}", zh: "应答代码为 {1}：{2}"},
	"notify.answer":    {en: "the answer is {1}", zh: "应答为 {1}"},
}
