package cli

import "github.com/akguard/akguard/verifier/revoke"

// words are what respond says in one language.
type words struct {
	whose, works   string // headings that take the ID
	freeze, impact string // headings
	frozen, byHand string // how it went
	people         string // heading of steps
	steps          []string
	later          string // heading of next
	next           []string
}

var english = words{
	whose:  "whose key is %s, and what depends on it",
	works:  "whether %s works, which STS tells everybody",
	freeze: "freezing it",
	impact: "who used it in the last 24 hours, and who still tries",
	frozen: "the key is frozen; sessions that were taken on with it go on until they expire, 12 hours at most",
	byHand: "the key is NOT known to be frozen: do it by hand at https://ram.console.aliyun.com/users (the user, AccessKey, Disable), " +
		"a root key at https://ram.console.aliyun.com/manage/ak",
	people: "now, what only a person can do:",
	steps: []string{
		"call Alibaba Cloud's hotline " + revoke.Hotline + " (outside mainland China: open a ticket in the console) and say that an AccessKey leaked",
		"if the account is locked or restricted, appeal in the console: Message Center, the security notice, Appeal",
		"stop the money: Expenses and Costs, turn off automatic payment and renewal, set a spending alert",
		"lower the limit of the credit card or bank account that pays, or have the bank block it",
		"change the password of the account and of the key's user: 12 characters or more of all kinds; turn on MFA for both",
	},
	later: "after that:",
	next: []string{
		"look for RAM users, AccessKeys, log-in profiles and roles that nobody knows, and for changed trust policies",
		"look for security-group rules that open ports to the world, and for instances that nobody knows, in all regions",
		"give what used the key a new one, better a role; akguard revoke watch ID shows who still tries",
		"a day later akguard revoke ID --delete; akguard revoke undo ID goes one step back",
	},
}

var chinese = words{
	whose:  "确认密钥 %s 的归属和影响",
	works:  "向 STS 查询 %s 是否有效",
	freeze: "冻结密钥",
	impact: "过去 24 小时谁用过它,现在谁还在尝试",
	frozen: "密钥已冻结;此前用它换取的 STS 会话在过期前(最长 12 小时)仍然有效",
	byHand: "尚未确认密钥已冻结:请立即到控制台手动禁用 https://ram.console.aliyun.com/users(选择用户,AccessKey,禁用)," +
		"主账号密钥在 https://ram.console.aliyun.com/manage/ak",
	people: "以下事项只能由人来做,请马上开始:",
	steps: []string{
		"拨打阿里云热线 " + revoke.Hotline + ",说明 AccessKey 已泄露",
		"账号若被冻结或限制:控制台,消息中心,安全通知,在线申诉",
		"止损:费用与成本,关闭自动付款和自动续费,设置消费预警",
		"调低付款银行卡或信用卡的限额,必要时请银行冻结",
		"修改主账号和该用户的密码(12 位以上,大小写字母、数字、符号齐全),并为两者开启 MFA",
	},
	later: "随后:",
	next: []string{
		"排查陌生的 RAM 用户、AccessKey、登录配置和角色,以及被改动的信任策略",
		"排查向公网开放端口的安全组规则,以及所有地域的陌生实例",
		"为依赖该密钥的程序换用新密钥,最好改用角色;akguard revoke watch ID 显示谁还在尝试",
		"一天后 akguard revoke ID --delete;akguard revoke undo ID 可撤销一步",
	},
}
