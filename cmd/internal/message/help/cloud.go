package help

// cloudHelpTexts are the help texts of the commands that ask Alibaba Cloud, or change something there. A test holds the
// permissions that they list to those that the calls need.
var cloudHelpTexts = texts{
	"flag.ca-file":  {en: "also trust the certificates in this PEM `FILE`, such as those of a proxy", zh: "同时信任此 PEM `FILE` 中的证书，如代理的证书"},
	"flag.region":   {en: "call the endpoints of this `REGION`, such as cn-beijing, instead of the public ones", zh: "调用此地域 `REGION` 的端点，如 cn-beijing；默认使用公共端点"},
	"flag.endpoint": {en: "call a service at another URL, `SERVICE=URL`; repeatable; or set AKGUARD_ENDPOINT_STS etc.", zh: "在其他 URL 调用服务，`SERVICE=URL`；可重复，也可用 AKGUARD_ENDPOINT_STS 等环境变量"},
	"flag.profile":  {en: "use the administrator's credential in this `PROFILE` of ~/.aliyun/config.json", zh: "使用 ~/.aliyun/config.json 中此配置 `PROFILE` 的管理员凭证"},
	"flag.account":  {en: "refuse an administrator's credential of any account but this `ID`", zh: "拒绝此账号 `ID` 以外的管理员凭证"},
	"flag.verbose":  {en: "report each call to Alibaba Cloud and its result; values stay masked", zh: "报告对阿里云的每次调用及结果；值始终打码"},

	"flag.no-probe":       {en: "do not ask whether a lone ID exists", zh: "不查询单独的 ID 是否存在"},
	"flag.max-candidates": {en: "try at most `N` secrets near an ID, best first", zh: "一个 ID 附近最多尝试 `N` 个 Secret，从最可能的开始"},
	"flag.verify-timeout": {en: "stop all checks after this `TIME`; the rest stay unknown; 0 is no limit", zh: "全部验证的总时限 `TIME`；届时未完成的为未知；0 表示不限"},
	"flag.inventory":      {en: "report whether each key is one of your own; needs an administrator's credential", zh: "报告每个密钥是否属于自己；需要管理员凭证"},
	"flag.blast-radius":   {en: "report what live keys can do; `WHO` asks: admin, leaked-key or none", zh: "报告有效密钥的权限，由 `WHO` 查询：admin、leaked-key 或 none"},
	"flag.verdict-cache":  {en: "cache verdicts for the next run: live ones for 10 minutes, dead ones for an hour", zh: "为下次运行缓存结果：有效的 10 分钟，无效的 1 小时"},

	"help.verify.short": {en: "Verify one credential, or the findings of a saved report", zh: "验证一个凭证，或已保存报告中的发现"},
	"help.verify.long": {
		en: `Verify one credential, or the findings of a saved report, with STS.

For one credential, name its ID. akguard asks for its secret on the terminal, without showing it, and for the security
token if the ID starts with STS. Without a terminal, --secret-stdin reads the secret from the first line of standard
input and the token from the second; --from-env takes ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
ALIBABA_CLOUD_SECURITY_TOKEN. There is no flag for a secret: it would show in the shell's history and in the list of
processes. --id-only asks only whether the ID exists, as scan does when it finds no secret.

For a saved report, name a file written by scan --format jsonl or json. akguard verifies each finding again and writes
the report with the new verdicts. That needs unmasked values (scan --show-secrets): a finding with masked values keeps
its verdict. If STS gives no usable answer, the old verdict stays too.

"akguard scan --help" lists what is sent to whom.

{1}`,
		zh: `用 STS 验证一个凭证，或已保存报告中的发现。

验证一个凭证时给出其 ID。akguard 在终端询问 Secret（不回显）；ID 以 STS 开头时还会询问安全令牌。没有终端时，
--secret-stdin 从标准输入的第一行读取 Secret，第二行读取令牌；--from-env 使用 ALIBABA_CLOUD_ACCESS_KEY_ID、
ALIBABA_CLOUD_ACCESS_KEY_SECRET 和 ALIBABA_CLOUD_SECURITY_TOKEN。没有直接给出 Secret 的选项：它会出现在 shell
历史和进程列表中。--id-only 只查询 ID 是否存在，与 scan 没有找到 Secret 时相同。

验证已保存的报告时，给出 scan --format jsonl 或 json 写出的文件。akguard 重新验证每个发现，并写出带有新结果的报告。
这需要未打码的值（scan --show-secrets）：打码的发现保留原有结果。如果 STS 没有给出可用的答复，也保留原有结果。

"akguard scan --help" 列出向谁发送什么。

{1}`,
	},
	"help.verify.example": {
		en: `  akguard verify ID                     asks for the secret
  vault read -field=secret x | akguard verify ID --secret-stdin
  akguard verify report.jsonl --show-secrets --output report.jsonl`,
		zh: `  akguard verify ID                     询问 Secret
  vault read -field=secret x | akguard verify ID --secret-stdin
  akguard verify report.jsonl --show-secrets --output report.jsonl`,
	},
	"flag.secret-stdin":        {en: "read the secret from standard input, and a token from its second line", zh: "从标准输入读取 Secret，第二行读取令牌"},
	"flag.from-env":            {en: "take the credential from ALIBABA_CLOUD_ACCESS_KEY_ID and so on", zh: "从 ALIBABA_CLOUD_ACCESS_KEY_ID 等环境变量读取凭证"},
	"flag.id-only":             {en: "ask whether the ID exists, without its secret", zh: "不用 Secret，只查询 ID 是否存在"},
	"flag.verify.format":       {en: "write the result as `FORMAT`: text, json or jsonl; a report in a file is jsonl by default", zh: "结果的格式 `FORMAT`：text、json 或 jsonl；默认为 text，写入文件的报告为 jsonl"},
	"flag.verify.output":       {en: "write the result to `FILE`, atomically; - is standard output", zh: "将结果以原子方式写入 `FILE`；- 表示标准输出"},
	"flag.verify.show-secrets": {en: "write values unmasked; keep such a result safe", zh: "不打码地写出值；请妥善保管这样的结果"},
	"flag.verify.fail-on":      {en: "exit with 1 for `WHICH` results: any, live or never", zh: "对哪些（`WHICH`）结果以 1 退出：any、live 或 never"},
	"flag.verify.quiet":        {en: "write nothing but results and errors", zh: "只输出结果和错误"},

	"help.revoke.exit-codes":        {en: revokeCodes, zh: revokeCodesChinese},
	"help.revoke-undo.exit-codes":   {en: revokeCodes, zh: revokeCodesChinese},
	"help.revoke-resume.exit-codes": {en: revokeCodes, zh: revokeCodesChinese},
	"help.revoke-watch.exit-codes":  {en: revokeCodes, zh: revokeCodesChinese},
	"help.respond.exit-codes":       {en: revokeCodes, zh: revokeCodesChinese},

	"help.revoke.short": {en: "Disable, quarantine or delete a leaked key, and undo it", zh: "禁用、限制或删除泄露的密钥，也可撤销"},
	"help.revoke.long": {
		en: `Take a leaked key out of use, safely: plan, disable, watch, delete. Each action can be undone.

Name the key's ID, or a report written by scan --format jsonl --show-secrets to act on all its keys. Without
--disable, --quarantine or --delete, akguard shows the plan and changes nothing.

  --disable         makes the key inactive. akguard revoke undo makes it active again
  --quarantine      lets the key work from these public addresses only, and --quarantine-vpc from inside these VPCs
  --delete          deletes an inactive key, a day after it was disabled (--watch-time), or at once with --now. Alibaba
                    Cloud keeps it in a recycle bin for about a month: akguard revoke undo restores it
  revoke watch      shows who uses the key, or still tries to

Before anything changes, you confirm each key by typing the last characters of its ID; --yes confirms without a
terminal. If you decline one key, or if a key has changed since the plan was made, nothing is changed. akguard writes
a journal before and after each call, without any ID or secret. akguard revoke resume finishes an interrupted run. All
times are those of Alibaba Cloud's clock.

akguard acts with an administrator's credential: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
ALIBABA_CLOUD_SECURITY_TOKEN, a profile of the aliyun command, an OIDC role or an ECS role. It needs these
permissions, all of which AliyunRAMFullAccess grants; those in brackets are useful but not needed:

  all               ram:GetUser, ram:ListAccessKeys
  --disable         ram:UpdateAccessKey [ram:GetAccessKeyLastUsed]
  --quarantine      ram:GetAccessKeyPolicy, ram:SetAccessKeyPolicy [ram:GetAccessKeyLastUsed,
                    ram:GetAccessKeyPolicyForAccount]
  --delete          ram:DeleteAccessKey [ram:ListAccessKeysInRecycleBin]

--use-leaked-key lets the leaked key disable itself if there is no other credential. Most keys lack that permission.

{1}`,
		zh: `安全地停用泄露的密钥：计划、禁用、观察、删除。每个操作都可以撤销。

给出密钥的 ID，或 scan --format jsonl --show-secrets 写出的报告（处理其中所有密钥）。不带 --disable、--quarantine 或
--delete 时，只显示计划，不做任何更改。

  --disable         禁用密钥。akguard revoke undo 可重新启用
  --quarantine      密钥只能从这些公网地址使用；--quarantine-vpc 指定可以使用它的 VPC
  --delete          在禁用一天后（--watch-time）删除已禁用的密钥，加 --now 则立即删除。阿里云在回收站中保留约一个月：
                    akguard revoke undo 可恢复
  revoke watch      显示谁在使用，或仍在尝试使用该密钥

更改之前，需要输入每个密钥 ID 的最后几位来确认；没有终端时用 --yes 确认。只要有一个密钥未确认，就不做任何更改。
如果密钥的状态与计划时不同，也不做任何更改。akguard 在每次调用前后写入日志，其中不含 ID 和 Secret。
中断的运行可用 akguard revoke resume 完成。所有时间均以阿里云的时钟为准。

akguard 使用管理员凭证：ALIBABA_CLOUD_ACCESS_KEY_ID、ALIBABA_CLOUD_ACCESS_KEY_SECRET 和 ALIBABA_CLOUD_SECURITY_TOKEN，
aliyun 命令的配置，OIDC 角色或 ECS 角色。所需权限如下，AliyunRAMFullAccess 全部包含；方括号内的有用但非必需：

  全部              ram:GetUser, ram:ListAccessKeys
  --disable         ram:UpdateAccessKey [ram:GetAccessKeyLastUsed]
  --quarantine      ram:GetAccessKeyPolicy, ram:SetAccessKeyPolicy [ram:GetAccessKeyLastUsed,
                    ram:GetAccessKeyPolicyForAccount]
  --delete          ram:DeleteAccessKey [ram:ListAccessKeysInRecycleBin]

没有其他凭证时，--use-leaked-key 可让泄露的密钥禁用自己。多数密钥没有这个权限。

{1}`,
	},
	"help.revoke.example": {
		en: `  akguard revoke ID                       what would happen
  akguard revoke ID --disable             freeze it now
  akguard revoke watch ID                 who breaks, who still tries
  akguard revoke ID --delete              a day later
  akguard revoke undo ID                  undo the last change
  akguard revoke report.jsonl --disable --yes`,
		zh: `  akguard revoke ID                       查看计划
  akguard revoke ID --disable             立即冻结
  akguard revoke watch ID                 谁受影响，谁还在尝试
  akguard revoke ID --delete              一天后
  akguard revoke undo ID                  撤销最近一次更改
  akguard revoke report.jsonl --disable --yes`,
	},
	"flag.disable":               {en: "make the key inactive", zh: "禁用密钥"},
	"flag.delete":                {en: "delete the key, if it has been inactive for the watch time", zh: "删除禁用已满观察期的密钥"},
	"flag.quarantine":            {en: "let the key work from these addresses only: `CIDR,…`", zh: "密钥只能从这些地址使用：`CIDR,…`"},
	"flag.now":                   {en: "with --delete: do not wait; with --disable too: do both at once", zh: "与 --delete 一起：不等待；再加 --disable：同时执行"},
	"flag.watch-time":            {en: "with --delete: require this `TIME` of inactivity first, up to 8760h", zh: "与 --delete 一起：密钥须已禁用的时间 `TIME`，最长 8760h"},
	"flag.plan":                  {en: "run exactly the plan in `FILE`", zh: "严格按照 `FILE` 中的计划执行"},
	"flag.save-plan":             {en: "write the plan to `FILE` and change nothing", zh: "将计划写入 `FILE`，不做任何更改"},
	"flag.use-leaked-key":        {en: "let the leaked key disable itself; its secret is in the report, or akguard asks for it", zh: "让泄露的密钥禁用自己；Secret 来自报告，或由 akguard 询问"},
	"flag.revoke.secret-stdin":   {en: "with --use-leaked-key: read the secret from standard input", zh: "与 --use-leaked-key 一起：从标准输入读取 Secret"},
	"flag.yes":                   {en: "approve without being asked; in CI, give --account too", zh: "不询问直接确认；在 CI 中请同时给出 --account"},
	"flag.journal":               {en: "write the journal to `FILE`; by default a new one in the state folder (AKGUARD_STATE_DIR)", zh: "将日志写入 `FILE`；默认在状态目录（AKGUARD_STATE_DIR）中新建"},
	"flag.revoke-resume.journal": {en: "finish the run of this journal `FILE`; by default, look for unfinished runs", zh: "完成此日志 `FILE` 的运行；默认查找未完成的运行"},
	"flag.max-keys":              {en: "refuse to act on more than `N` keys at once", zh: "密钥超过 `N` 个时拒绝操作"},

	"help.revoke-undo.short": {en: "Undo the last change to a key", zh: "撤销对密钥的最近一次更改"},
	"help.revoke-undo.long": {
		en: `Undo the last change to a key: restore a deleted key from the recycle bin (it comes back inactive), make an inactive
key active again, or lift a quarantine. Each undo takes back one more change. akguard reads from its journals what the
changes were.

Name the key's ID, or the journal of a run to undo the last change to each key that it changed: akguard respond ends
with such a command.

It needs these permissions:

  all               ram:GetUser, ram:ListAccessKeys
  a disabled key    ram:UpdateAccessKey
  a quarantine      ram:GetAccessKeyPolicy, ram:SetAccessKeyPolicy
  a deleted key     ram:GetAccessKeyInfoInRecycleBin, ram:ListAccessKeysInRecycleBin, ram:RestoreAccessKeyFromRecycleBin

{1}`,
		zh: `撤销对密钥的最近一次更改：从回收站恢复已删除的密钥（恢复后为禁用状态）；重新启用已禁用的密钥；取消来源限制。
每次撤销再退回一步。日志记录了做过哪些更改。

给出密钥的 ID；或给出某次运行的日志，撤销它更改过的每个密钥的最近一次更改：akguard respond 最后会给出这样的命令。

所需权限：

  全部              ram:GetUser, ram:ListAccessKeys
  已禁用的密钥      ram:UpdateAccessKey
  来源限制          ram:GetAccessKeyPolicy, ram:SetAccessKeyPolicy
  已删除的密钥      ram:GetAccessKeyInfoInRecycleBin, ram:ListAccessKeysInRecycleBin, ram:RestoreAccessKeyFromRecycleBin

{1}`,
	},
	"help.revoke-undo.example": {en: "  akguard revoke undo ID", zh: "  akguard revoke undo ID"},

	"help.revoke-resume.short": {en: "Finish an interrupted run", zh: "完成中断的运行"},
	"help.revoke-resume.long": {
		en: `Finish a run that was interrupted, or in which some actions failed. If the answer to a call was lost, akguard first
reads the state to learn whether the call took effect. It then carries out the rest, after you approve it again.
Without --journal, it looks for unfinished runs. If a journal cannot be read, akguard says so and exits with 4,
because its run may be unfinished.

{1}`,
		zh: `完成中断的运行，或部分操作失败的运行。对于没有收到响应的调用，akguard 会读取其结果；再次确认后执行剩余的操作。
不带 --journal 时，会查找未完成的运行。无法读取的日志会被报告，并以 4 退出：该次运行可能尚未完成。

{1}`,
	},
	"help.revoke-resume.example": {en: "  akguard revoke resume", zh: "  akguard revoke resume"},

	"help.revoke-watch.short": {en: "Show who uses a key, or still tries to", zh: "显示谁在使用，或仍在尝试使用密钥"},
	"help.revoke-watch.long": {
		en: `Show who uses a key, or still tries to: its last use, and the calls that ActionTrail recorded, by service, address and
program. If the key is active, these callers will stop working when you disable it. If it is inactive, callers that
still try either need a new key or are misusing the leaked one.

With --for, akguard keeps looking for that time, after each --interval, and shows what is new; Ctrl-C ends it.
ActionTrail shows a call about ten minutes after it was made. Each region records its own calls: akguard looks in all
that the account has opened, at two calls a second, or in those that --regions names. It also shows from which addresses
and for which services the key was used in 400 days.

It needs ram:GetUser and ram:ListAccessKeys. Without ram:GetAccessKeyLastUsed, actiontrail:LookupEvents,
actiontrail:GetAccessKeyLastUsedIps, actiontrail:GetAccessKeyLastUsedProducts and ecs:DescribeRegions it shows less, and
says what is missing.

{1}`,
		zh: `显示谁在使用，或仍在尝试使用密钥：最近使用时间，以及操作审计（ActionTrail）记录的调用，按服务、地址和程序列出。
如果密钥处于启用状态，禁用后这些调用者会受影响。如果已禁用，仍在失败的调用者需要新的密钥，或者就是发现泄露密钥的人。

带 --for 时，akguard 在该时间内每隔 --interval 再查看一次，只显示新的内容；Ctrl-C 结束。ActionTrail 约十分钟后才显示
一次调用，且每个地域只记录自己的调用：akguard 以每秒两次的速度查询账号开通的所有地域，或 --regions 指定的地域，并显示
400 天内密钥从哪些地址使用、用于哪些服务。

需要 ram:GetUser 和 ram:ListAccessKeys。没有 ram:GetAccessKeyLastUsed、actiontrail:LookupEvents、
actiontrail:GetAccessKeyLastUsedIps、actiontrail:GetAccessKeyLastUsedProducts 和 ecs:DescribeRegions 时显示的内容较少，
并会说明缺少什么。

{1}`,
	},
	"help.revoke-watch.example": {
		en: "  akguard revoke watch ID --since 72h\n  akguard revoke watch ID --for 1h",
		zh: "  akguard revoke watch ID --since 72h\n  akguard revoke watch ID --for 1h",
	},
	"flag.since":    {en: "look back over this `TIME`, up to 2160h", zh: "回溯的时间 `TIME`，最长 2160h"},
	"flag.for":      {en: "keep looking for this `TIME`, and show what is new; by default, look once", zh: "持续的时间 `TIME`，显示新的内容；默认只查看一次"},
	"flag.regions":  {en: "look for calls in these `REGIONS` alone", zh: "只在这些地域 `REGIONS` 查找调用"},
	"flag.interval": {en: "with --for: look again after each `TIME`", zh: "与 --for 一起：每隔 `TIME` 查看一次"},

	"help.respond.short": {en: "Go through the first ten minutes after a leak in one command", zh: "一条命令走完泄露后的最初十分钟"},
	"help.respond.long": {
		en: `Go through the first ten minutes after a leak in one command, with a running clock. akguard checks whether each key
works, finds whose it is, freezes it (disables it, or quarantines it with --quarantine), shows who used it and who
still tries to, and lists what only a person can do, the most urgent first. It deletes no key. You confirm each key
before it is frozen; --yes confirms without a terminal.

Name what to scan, such as a clone of the repository that leaked: akguard finds and verifies the keys in it. Without
an argument, it scans the current folder. Or name the key's ID, or a report written by scan --format jsonl
--show-secrets: akguard acts on all its keys that may still work.

Each key is frozen as soon as it is read and confirmed. A key that cannot be frozen, or that you decline, stops no
other: it is listed at the end with the reason. The last line undoes everything that was done.

akguard needs the same permissions as akguard revoke and akguard revoke watch. Without an administrator's credential,
it offers to let each leaked key disable itself (--use-leaked-key), and explains how to freeze it by hand. Most keys
lack that permission.

{1}`,
		zh: `一条命令走完泄露后的最初十分钟，并显示已用时间。akguard 检查每个密钥是否有效，查明其归属，冻结密钥（禁用，或用
--quarantine 限制来源地址），显示谁用过、谁还在尝试，并按紧急程度列出只能由人来做的事。不删除任何密钥。
冻结之前需要逐个确认密钥；没有终端时用 --yes 确认。

给出要扫描的内容，例如泄露密钥的仓库：akguard 找出并验证其中的密钥。不带参数时扫描当前目录。也可以给出密钥的 ID，或
scan --format jsonl --show-secrets 写出的报告：akguard 处理其中所有可能仍然有效的密钥。

每个密钥在读取并确认后立即冻结。无法冻结或未确认的密钥不影响其他密钥，会在最后连同原因一起列出。最后一行可以撤销
所做的全部更改。

所需权限与 akguard revoke 和 akguard revoke watch 相同。没有管理员凭证时，akguard 会询问是否让泄露的密钥禁用自己
（--use-leaked-key），并说明如何手动冻结。多数密钥没有这个权限。

{1}`,
	},
	"help.respond.example": {
		en: "  akguard respond                       in the clone of a repository that leaked a key\n  akguard respond ID\n  akguard respond report.jsonl --yes\n  akguard respond ID --quarantine 203.0.113.0/24 --lang zh",
		zh: "  akguard respond                       在泄露密钥的仓库中运行\n  akguard respond ID\n  akguard respond report.jsonl --yes\n  akguard respond ID --quarantine 203.0.113.0/24 --lang zh",
	},
	"flag.respond.quarantine": {en: "let the key work from these addresses only, instead of disabling it: `CIDR,…`", zh: "不禁用密钥，而是限制只能从这些地址使用：`CIDR,…`"},
	"flag.quarantine-vpc":     {en: "let the key work from inside this `VPC`: vpc-ID, or vpc-ID=CIDR for a part; repeatable", zh: "密钥可从此 VPC 内使用：`VPC`，写作 vpc-ID，或 vpc-ID=CIDR 表示其中一部分；可重复"},
	"flag.respond.max-keys":   {en: "refuse to act on more than `N` keys; 0 is no limit", zh: "拒绝处理超过 `N` 个密钥；0 表示不限"},
}

const revokeCodes = `Exit codes:
  0    done, or planned, or nothing was left to do
  2    usage or configuration error, such as no administrator's credential
  4    a cloud action failed or was refused, or something could not be read
  130  interrupted; akguard revoke resume continues
`

const revokeCodesChinese = `退出码：
  0    已完成，或已计划，或没有剩余操作
  2    用法或配置错误，例如没有管理员凭证
  4    云端操作失败或被拒绝，或有内容无法读取
  130  被中断；akguard revoke resume 可继续
`
