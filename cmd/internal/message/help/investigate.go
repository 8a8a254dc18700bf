package help

// investigateHelpTexts are the help texts of akguard investigate.
var investigateHelpTexts = texts{
	"help.investigate.short": {en: "Find what a thief did in the account, and which back doors are left", zh: "查明窃取者在账号中的操作和留下的后门"},
	"help.investigate.long": {
		en: `Find what a thief did in an Alibaba Cloud account after a key leaked, and which back doors are left. It changes nothing.

akguard follows the leaked key through ActionTrail: to the users, keys, sessions and instances that it made, and to what
those made, also where the thief deleted them again. Then it runs some forty checks of users, rights, roles, trails,
security groups, instances, databases, buckets and bills, and says where the account is weak.

What is older than --since is not suspicious; without it, that is the time of the first commit in the report, or 90 days
ago, which is how long ActionTrail keeps events. Name what is yours in the file of --known:

  users     = ["deployer"]
  roles     = ["ci"]
  addresses = ["203.0.113.0/24"]
  accounts  = ["1234567890123456"]
  resources = ["sg-bp1abc"]

akguard says what it could not see: what it may not ask, with the permission that is missing, what is too old, too fresh
or recorded by nobody. It never calls an account clean that it has not seen whole. ActionTrail shows a call some ten
minutes late: look again after that.

Keep the JSON report. After the clean-up, --against compares with it: the exit code is 0 when everything is closed.
--from judges a saved report again, with another --known, and calls nothing.

It says about how long it takes. What it has read is kept in the state folder (AKGUARD_STATE_DIR) until the report is
written: if it is interrupted or killed, --resume goes on, and asks nothing again but for the last minutes of events.
Without a state folder, what was read is kept beside --output.

--account NUMBER names the account. If it is not the credential's own but belongs to its resource directory, akguard
enters it by the role ResourceDirectoryAccountAccessRole, which the management account has in each, or by --role. If it
belongs to neither, the credential is refused. --all-accounts investigates all of them: one report has a part for each,
and names those that could not be entered; the exit code is the worst of all.

It needs an administrator's credential; --print-policy prints the least policy that lets akguard see everything.

{1}`,
		zh: `查明密钥泄露后窃取者在阿里云账号中的操作，以及留下的后门。不做任何修改。

akguard 通过操作审计追踪泄露的密钥：它创建的用户、密钥、会话和实例，以及这些身份又创建的内容，包括事后被删除的。然后
对用户、权限、角色、跟踪、安全组、实例、数据库、存储桶和账单进行约四十项检查，并指出账号的薄弱环节。

早于 --since 的内容不视为可疑；未指定时为报告中首次提交的时间，或 90 天前（操作审计的保留期限）。属于自己的内容请写入
--known 文件：

  users     = ["deployer"]
  roles     = ["ci"]
  addresses = ["203.0.113.0/24"]
  accounts  = ["1234567890123456"]
  resources = ["sg-bp1abc"]

akguard 会说明未能检查的内容：无权查询的（并列出缺少的权限）、过早的、过近的，以及没有任何记录的。未完整检查的账号绝不
会被称为干净。操作审计约有十分钟延迟：请在此之后再次查看。

请保留 JSON 报告。清理之后用 --against 与其比较：全部关闭时退出码为 0。--from 用另一份 --known 重新判断已保存的报告，不
发起任何调用。

它会给出大致耗时。在报告写出之前，已读取的内容保存在状态目录（AKGUARD_STATE_DIR）中：中断或被杀死后，--resume 会继续，
除最近几分钟的事件外不重复查询。没有状态目录时保存在 --output 旁边。

--account NUMBER 指定账号。若它不是凭证所属的账号，而属于其资源目录，akguard 通过角色 --role 进入，默认为管理账号在各
成员账号中拥有的 ResourceDirectoryAccountAccessRole；两者都不是则拒绝该凭证。--all-accounts 调查所有账号：一份报告中
每个账号一部分，并列出未能进入的账号，退出码取最严重的一个。

需要管理员凭证；--print-policy 打印能完整检查所需的最小权限策略。

{1}`,
	},
	"help.investigate.example": {
		en: `  akguard investigate report.jsonl --format html --output incident.html
  akguard investigate ID --since 2026-11-20T10:00 --format json --output first.json
  akguard investigate ID --against first.json`,
		zh: `  akguard investigate report.jsonl --format html --output incident.html
  akguard investigate ID --since 2026-11-20T10:00 --format json --output first.json
  akguard investigate ID --against first.json`,
	},
	"help.investigate.exit-codes": {
		en: `Exit codes:
  0    nothing was found, and everything was seen; with --against: everything is closed
  1    traces of a thief were found; with --against: something is still there
  2    usage or configuration error, such as no administrator's credential
  3    something was not seen, and nothing was found in the rest
  130  interrupted; --resume goes on
`,
		zh: `退出码：
  0    未发现异常且全部已检查；使用 --against 时：全部已关闭
  1    发现窃取者的痕迹；使用 --against 时：仍有未关闭的内容
  2    用法或配置错误，例如没有管理员凭证
  3    有内容未能检查，其余未发现异常
  130  被中断；可用 --resume 继续
`,
	},
	"flag.investigate.all-accounts": {en: "investigate every account of the resource directory", zh: "调查资源目录中的所有账号"},
	"flag.investigate.role":         {en: "enter other accounts by the role `NAME`; ResourceDirectoryAccountAccessRole if not set", zh: "通过角色 `NAME` 进入其他账号；默认 ResourceDirectoryAccountAccessRole"},
	"flag.investigate.account":      {en: "investigate the account `NUMBER`: the credential's own, or one of its resource directory", zh: "调查账号 `NUMBER`：凭证所属账号，或其资源目录中的账号"},
	"flag.investigate.journal":      {en: "take what was done from the journal `FILE`; repeatable; by default from the state folder", zh: "报告日志 `FILE` 中记录的已完成操作；可重复；默认为状态目录中的日志"},
	"flag.investigate.since":        {en: "`TIME` since which the key is exposed: a time, a day, or how long ago, such as 72h or 7d", zh: "密钥泄露的时间 `TIME`：时间、日期，或多久以前，如 72h、7d"},
	"flag.investigate.format":       {en: "write the report in this `FORMAT`: text, json, html or markdown", zh: "报告的格式 `FORMAT`：text、json、html 或 markdown"},
	"flag.investigate.regions":      {en: "look at these `REGIONS` alone", zh: "只检查这些地域 `REGIONS`"},
	"flag.investigate.known":        {en: "`FILE` that names what is yours", zh: "列出自有内容的文件 `FILE`"},
	"flag.investigate.from":         {en: "judge the JSON report in `FILE` again, and call nothing", zh: "重新判断 JSON 报告 `FILE`，不发起调用"},
	"flag.investigate.against":      {en: "compare with the JSON report in `FILE`", zh: "与 JSON 报告 `FILE` 比较"},
	"flag.investigate.resume":       {en: "go on with the last interrupted investigation, or that of the checkpoint or report `FILE`", zh: "继续上次被中断的调查，或由检查点或 JSON 报告 `FILE` 指定的调查"},
	"flag.investigate.share":        {en: "replace names, numbers and addresses, so that the report can be shared", zh: "替换名称、编号和地址，以便分享报告"},
	"flag.investigate.print-policy": {en: "print the least policy that lets akguard see everything", zh: "打印完整检查所需的最小权限策略"},
}

// evidenceHelpTexts are the help texts of akguard report evidence.
var evidenceHelpTexts = texts{
	"help.report-evidence.short": {en: "Pack an investigation as evidence", zh: "将调查结果打包为证据"},
	"help.report-evidence.long": {
		en: `Pack an investigation as evidence, for an insurer, an auditor or the police: a zip file with the incident report as a
page and as data, the events of ActionTrail one a line, the journals of what was done, and a manifest with the size and
the SHA-256 of each. AccessKey IDs are masked. The archive depends on its content alone.

Write down the SHA-256 of the manifest elsewhere: it proves later that nothing was changed.`,
		zh: `将调查结果打包为证据，供保险、审计或报案使用：zip 文件中包含网页和数据形式的事件报告、逐行的操作审计事件、处置日志，以及
列出各文件大小和 SHA-256 的清单。AccessKey ID 已打码。压缩包只取决于其内容。

请另行记录清单的 SHA-256：日后可证明内容未被更改。`,
	},
	"help.report-evidence.example": {
		en: `  akguard report evidence incident.json --journal respond.jsonl --output evidence.zip`,
		zh: `  akguard report evidence incident.json --journal respond.jsonl --output evidence.zip`,
	},
	"flag.report-evidence.output":  {en: "write the archive to `FILE`, atomically", zh: "将压缩包以原子方式写入 `FILE`"},
	"flag.report-evidence.journal": {en: "add the journal in `FILE`; repeatable", zh: "加入日志 `FILE`；可重复"},
}
