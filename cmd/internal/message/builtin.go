package message

// builtInTexts describe the built-in rules: what was found, and what to do about it.
var builtInTexts = texts{
	"custom.match": {en: "Match of rule {1}", zh: "规则 {1} 的匹配"},
	"custom.help": {
		en: "Replace the credential where it was issued, then where it is used. Removing it from the code does not undo the leak.",
		zh: "请先在签发处更换凭证，再在使用处更换。仅从代码中删除并不能消除泄露。",
	},
	"rule.alibaba-accesskey-pair": {en: "Alibaba Cloud AccessKey pair: an ID with its secret", zh: "阿里云 AccessKey 密钥对：ID 及其 Secret"},
	"rule.alibaba-accesskey-pair.help": {
		en: "Whoever has both parts can act as their owner, from anywhere. Disable the AccessKey in the RAM console first, then replace it where it is used, then delete it. Removing it from the code, or rewriting history, does not undo the leak: whoever has seen the key still has it.",
		zh: "同时拥有两部分的人可以在任何地方以所有者的身份操作。请先在 RAM 控制台禁用该 AccessKey，然后在使用处更换，最后删除。从代码中删除或改写历史都不能收回它：看到过的人已经拥有它。",
	},
	"rule.alibaba-accesskey-id": {en: "Alibaba Cloud AccessKey ID without its secret", zh: "没有 Secret 的阿里云 AccessKey ID"},
	"rule.alibaba-accesskey-id.help": {
		en: "An ID alone signs nothing, and every presigned URL contains one. It does say which key to look for: search for its secret, and disable the key if you do not know where the secret is kept.",
		zh: "仅有 ID 无法签名，每个预签名 URL 中都有 ID。但它指明了要找的密钥：请查找其 Secret；如不清楚 Secret 保存在何处，请禁用该密钥。",
	},
	"rule.alibaba-accesskey-secret": {en: "Alibaba Cloud AccessKey secret without its ID", zh: "没有 ID 的阿里云 AccessKey Secret"},
	"rule.alibaba-accesskey-secret.help": {
		en: "The secret works together with its ID, and the ID is not confidential. Disable the AccessKey in the RAM console first, then replace it where it is used, then delete it. Removing it from the code, or rewriting history, does not undo the leak: whoever has seen the key still has it.",
		zh: "Secret 与其 ID 配合使用，而 ID 并不保密。请先在 RAM 控制台禁用该 AccessKey，然后在使用处更换，最后删除。从代码中删除或改写历史都不能收回它：看到过的人已经拥有它。",
	},
	"rule.alibaba-oss-temporary-id": {en: "ID of a temporary OSS URL made by the console", zh: "控制台生成的 OSS 临时 URL 中的 ID"},
	"rule.alibaba-oss-temporary-id.help": {
		en: "It signs nothing, and its URL expires by itself. It does say which bucket and object somebody handed out.",
		zh: "它无法签名，其 URL 会自行过期。但它指明了有人对外提供过哪个 Bucket 和对象。",
	},
	"rule.alibaba-sts": {en: "Alibaba Cloud temporary credential (STS)", zh: "阿里云临时凭证（STS）"},
	"rule.alibaba-sts.help": {
		en: "It works until it expires, after 12 hours at most, and cannot be disabled like a key. Find out what issued it. If it may still be valid, deny its role everything until it expires: akguard revoke does that.",
		zh: "它在过期前（最长 12 小时）一直有效，且不能像密钥那样禁用。请查明由谁签发。如果可能仍然有效，请在过期前拒绝其角色的一切操作：akguard revoke 可以做到。",
	},
}
