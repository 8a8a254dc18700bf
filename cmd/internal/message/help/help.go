package help

// helpTexts are the help texts of commands and flags. Package command builds their keys from the names of the commands.
var helpTexts = texts{
	"help.template.usage":        {en: "Usage:", zh: "用法："},
	"help.template.examples":     {en: "Examples:", zh: "示例："},
	"help.template.commands":     {en: "Commands:", zh: "命令："},
	"help.template.flags":        {en: "Flags:", zh: "选项："},
	"help.template.global-flags": {en: "Global Flags:", zh: "全局选项："},
	"help.template.more":         {en: `Use "{1}" for more information about a command.`, zh: `运行 "{1}" 查看某个命令的详细说明。`},

	"manual.name":        {en: "NAME", zh: "名称"},
	"manual.synopsis":    {en: "SYNOPSIS", zh: "用法"},
	"manual.description": {en: "DESCRIPTION", zh: "说明"},
	"manual.commands":    {en: "COMMANDS", zh: "命令"},
	"manual.options":     {en: "OPTIONS", zh: "选项"},
	"manual.global":      {en: "GLOBAL OPTIONS", zh: "全局选项"},
	"manual.exit":        {en: "EXIT STATUS", zh: "退出码"},
	"manual.examples":    {en: "EXAMPLES", zh: "示例"},
	"manual.see":         {en: "SEE ALSO", zh: "另请参阅"},
	"manual.exit-codes":  {en: "Exit codes:", zh: "退出码："},

	"help.exit-codes": {
		en: `Exit codes:
  0    clean, and everything was read
  1    findings (which ones count: --fail-on)
  2    usage or configuration error
  3    nothing found that counts, but something was skipped, or (--fail-on live) not verified
  130  interrupted; the report holds what was found until then
`,
		zh: `退出码：
  0    干净，且已读取全部内容
  1    有发现（哪些算数：--fail-on）
  2    用法或配置错误
  3    没有算数的发现，但有内容被跳过，或（--fail-on live）未能验证
  130  被中断；报告包含中断前的发现
`,
	},

	"help.akguard.short": {en: "Find leaked Alibaba Cloud AccessKeys, and whether they are live", zh: "查找泄露的阿里云 AccessKey，并确认其是否有效"},
	"help.akguard.long": {
		en: `akguard finds leaked Alibaba Cloud AccessKeys in repositories, folders and streams. It shows where each one is, since
when and by whom, and asks Alibaba Cloud whether it still works.

{1}`,
		zh: `akguard 在代码仓库、目录和数据流中查找泄露的阿里云 AccessKey，指出其位置、首次出现的时间和提交者，
并向阿里云查询该密钥是否仍然有效。

{1}`,
	},

	"help.ignore.short": {en: "Accept a finding by its fingerprint, with a reason", zh: "按指纹接受一项发现，并注明原因"},
	"help.ignore.long": {
		en: `Add findings to .akguardignore, so that scans, hooks and CI do not count them any more.

The file has one line for each credential: its fingerprint, a reason, and perhaps an owner and a last day. It has no
line numbers and no values, so it survives edits and renames. Commit it. With ".akguardignore merge=union" in
.gitattributes, the files of two branches merge without conflicts.

A credential that works is reported all the same, unless a scan is told otherwise with --allow-live. Suppressed
findings are counted; akguard scan --show-suppressed lists them.

With --prune, akguard scans PATH and removes the entries that have expired or match nothing.

{1}`,
		zh: `将发现添加到 .akguardignore，使扫描、钩子和 CI 不再计入。

文件中每个凭证一行：指纹、原因，以及可选的负责人和截止日期。文件不含行号和值，因此编辑和改名都不影响它。请提交该文件。
在 .gitattributes 中加入 ".akguardignore merge=union"，两个分支的文件合并时不会冲突。

仍然有效的凭证照样会报告，除非扫描时使用 --allow-live。被忽略的发现会计数；akguard scan --show-suppressed 可列出它们。

使用 --prune 时，akguard 扫描 PATH 并删除已过期或不匹配任何内容的条目。

{1}`,
	},
	"help.ignore.example": {
		en: `  akguard ignore 5bcdd0b9a3a1f1ffa8d2c3f0d6a5a1c4 --reason "sample key of the manual" --owner docs@example.com
  akguard ignore --prune`,
		zh: `  akguard ignore 5bcdd0b9a3a1f1ffa8d2c3f0d6a5a1c4 --reason "手册中的示例密钥" --owner docs@example.com
  akguard ignore --prune`,
	},
	"help.baseline.short": {en: "Accept everything that is found today, except live keys", zh: "接受目前发现的一切，仍然有效的密钥除外"},
	"help.baseline.long": {
		en: `Scan PATH and add every finding to .akguardignore, so that from now on only new ones count. Keys that are live are not
accepted. The reason that you give is that of every entry.

{1}`,
		zh: `扫描 PATH，并将每项发现添加到 .akguardignore，今后只有新的发现才计入。仍然有效的密钥不会被接受。
所给的原因用于每个条目。

{1}`,
	},
	"help.baseline.example": {
		en: `  akguard baseline --reason "before the move to RAM roles" --until 2027-06-30`,
		zh: `  akguard baseline --reason "迁移到 RAM 角色之前" --until 2027-06-30`,
	},
	"flag.reason":           {en: "why the credential does not matter; `TEXT` is required", zh: "该凭证为何无关紧要；必须给出 `TEXT`"},
	"flag.owner":            {en: "`NAME` of who decided", zh: "决定者的名称（`NAME`）"},
	"flag.until":            {en: "last `DATE` on which it is ignored, YYYY-MM-DD (default: for good)", zh: "忽略的最后一天（`DATE`，YYYY-MM-DD；默认永久）"},
	"flag.file":             {en: "ignore file (default .akguardignore in the top folder)", zh: "忽略文件（默认为顶层目录的 .akguardignore）"},
	"flag.prune":            {en: "remove entries that have expired or match nothing", zh: "删除已过期或不匹配任何内容的条目"},
	"flag.baseline":         {en: "also suppress what this ignore `FILE` lists (repeatable)", zh: "同时忽略该文件（`FILE`）列出的内容（可重复）"},
	"flag.no-ignore":        {en: "suppress nothing: neither by .akguardignore nor by comments", zh: "不忽略任何发现：.akguardignore 和注释均不生效"},
	"flag.foreign-comments": {en: "also accept gitleaks:allow, trufflehog:ignore and pragma: allowlist secret", zh: "也接受 gitleaks:allow、trufflehog:ignore 和 pragma: allowlist secret"},
	"flag.show-suppressed":  {en: "list suppressed findings too", zh: "同时列出被忽略的发现"},
	"flag.allow-live":       {en: "suppress a finding even if its key is live", zh: "即使密钥仍然有效也忽略该发现"},

	"help.hook.short": {en: "Judge commits and pushes as a git hook", zh: "作为 git 钩子检查提交和推送"},
	"help.hook.long": {
		en: `Judge what a commit or a push adds. Git or the pre-commit framework runs these commands.

What counts is a credential that the base does not have in its history. One that was there before, in the same file or
another, is named in one line and does not count. Hooks do not ask Alibaba Cloud whether a key works, unless you give
--verify; a live key counts even if it was there before.

{1}`,
		zh: `检查一次提交或推送所增加的内容。这些命令由 git 或 pre-commit 框架运行。

计入的是基准历史中没有的凭证。此前已有的凭证（无论在同一文件还是其他文件）只用一行说明，不计入。除非使用 --verify，
钩子不会向阿里云查询密钥是否有效；仍然有效的密钥即使此前已有也计入。

{1}`,
	},
	"help.hook-install.short": {en: "Install the hooks into git", zh: "将钩子装入 git"},
	"help.hook-install.long": {
		en: `Install a pre-commit hook into the repository around the current folder, in the folder where git looks for hooks
(core.hooksPath, or .git/hooks). A hook that is there already is kept and runs first. With husky, a line is added to
the hook in .husky. With lefthook or pre-commit, prefer an entry in their configuration: they may rewrite the hook.

--global installs the hooks for all repositories of the user, which go on running the hooks of their own.

{1}`,
		zh: `将 pre-commit 钩子装入当前目录所在的仓库，位置是 git 查找钩子的目录（core.hooksPath 或 .git/hooks）。
已有的钩子会保留并先运行。使用 husky 时，会在 .husky 的钩子中加入一行。使用 lefthook 或 pre-commit 时，
建议写入其配置，因为它们可能会重写钩子。

--global 为该用户的所有仓库安装钩子，各仓库自己的钩子照常运行。

{1}`,
	},
	"help.hook-install.example": {
		en: `  akguard hook install --pre-push`,
		zh: `  akguard hook install --pre-push`,
	},
	"help.hook-uninstall.short": {en: "Remove the hooks from git", zh: "从 git 中移除钩子"},
	"help.hook-uninstall.long": {
		en: `Remove what akguard hook install has installed. A hook that was there before is restored byte for byte.

{1}`,
		zh: `移除 akguard hook install 安装的内容。原有的钩子会逐字节恢复。

{1}`,
	},
	"flag.pre-push":              {en: "also install a pre-push hook", zh: "同时安装 pre-push 钩子"},
	"flag.commit-msg":            {en: "also install a commit-msg hook", zh: "同时安装 commit-msg 钩子"},
	"flag.global":                {en: "for all repositories of the user", zh: "针对该用户的所有仓库"},
	"help.hook-pre-commit.short": {en: "Judge the index, or what the pre-commit framework asks about", zh: "检查暂存区，或 pre-commit 框架所问的内容"},
	"help.hook-pre-commit.long": {
		en: `Judge what is staged. If FILEs are given that the next commit does not change, as with pre-commit run --all-files, the
files are judged as they are on disk, and every credential in them counts. With PRE_COMMIT_FROM_REF and
PRE_COMMIT_TO_REF, the commits between them are judged.

{1}`,
		zh: `检查暂存的内容。如果给出的 FILE 不属于下一次提交的改动（例如 pre-commit run --all-files），则检查磁盘上的这些文件，
其中每个凭证都计入。设置了 PRE_COMMIT_FROM_REF 和 PRE_COMMIT_TO_REF 时，检查两者之间的提交。

{1}`,
	},
	"help.hook-pre-push.short": {en: "Judge the commits that a push will add to a remote", zh: "检查推送将增加到远程仓库的提交"},
	"help.hook-pre-push.long": {
		en: `Judge the commits of all refs that are pushed and that the remote does not have: neither the old values of the refs nor
the remote-tracking branches reach them. Deletions add nothing. The pre-commit framework passes on only the first ref
of a push; install the hook into git itself to have all refs judged.

{1}`,
		zh: `检查所推送的全部引用中远程仓库尚没有的提交：引用的旧值和远程跟踪分支都不能到达它们。删除不增加内容。
pre-commit 框架只传递推送的第一个引用；如需检查全部引用，请将钩子装入 git 本身。

{1}`,
	},
	"help.hook-pre-receive.short": {en: "Judge a push on the server, before it is accepted", zh: "在服务器上于接受之前检查推送"},
	"help.hook-pre-receive.long": {
		en: `Judge the objects of a push while git holds them in quarantine. The cost is that of the push. With --timeout, the hook
ends in time, and --on-timeout says what happens to a push that was not read to the end.

Suppressions are those of the default branch. With --break-glass FILE, git push -o akguard.skip="REASON" skips the hook
and is recorded in FILE.

{1}`,
		zh: `在 git 隔离推送的对象期间进行检查，开销只取决于推送本身。使用 --timeout 时钩子按时结束，--on-timeout 决定如何处理
未读完的推送。

忽略规则以默认分支为准。使用 --break-glass FILE 时，git push -o akguard.skip="原因" 可跳过钩子，并记录到 FILE。

{1}`,
	},
	"help.hook-commit-msg.short": {en: "Judge the message of a commit", zh: "检查提交说明"},
	"help.hook-commit-msg.long": {
		en: `Judge what git will keep of the message in FILE: no comments, and nothing below the scissors line.

{1}`,
		zh: `检查 FILE 中 git 将保留的提交说明：不含注释，也不含剪切线以下的内容。

{1}`,
	},
	"flag.hook-pre-commit.verify":  {en: "ask Alibaba Cloud whether found keys work", zh: "向阿里云查询发现的密钥是否有效"},
	"flag.hook-pre-push.verify":    {en: "ask Alibaba Cloud whether found keys work", zh: "向阿里云查询发现的密钥是否有效"},
	"flag.hook-pre-receive.verify": {en: "ask Alibaba Cloud whether found keys work", zh: "向阿里云查询发现的密钥是否有效"},
	"flag.hook-commit-msg.verify":  {en: "ask Alibaba Cloud whether found keys work", zh: "向阿里云查询发现的密钥是否有效"},
	"flag.on-timeout":              {en: "`WHAT` to do with a push that was not read in time: refuse or accept", zh: "对未能及时读完的推送的处理（`WHAT`）：refuse 或 accept"},
	"flag.break-glass":             {en: "let a push option skip the hook, and record it in `FILE`", zh: "允许用推送选项跳过钩子，并记录到 `FILE`"},

	"help.ci.short": {en: "Judge the change that a CI job runs for", zh: "检查 CI 作业所针对的变更"},
	"help.ci.long": {
		en: `Judge the commits that a pull request, a push or a merge queue adds. akguard ci knows GitHub Actions, GitLab CI,
Jenkins, Azure Pipelines, Bitbucket Pipelines and Codeup Flow by their environment; elsewhere, --base and --head name
the ends. After a schedule, or where nothing says what was there before, the whole repository is judged.

What counts is a credential that the base does not have in its history, and one that is live. The configuration and
the .akguardignore of the base count, and comments do not: a change cannot excuse itself, unless you give
--trust-change.

A clone that lacks history is not clean: akguard prints the command that brings it, or runs it with --fetch. The number
of commits that were read is compared with what the event says.

On GitHub, --comment and --check need a token in GITHUB_TOKEN or AKGUARD_GITHUB_TOKEN. What GitHub refuses changes no
exit code: findings without a comment have an annotation.

{1}`,
		zh: `检查拉取请求、推送或合并队列所增加的提交。akguard ci 通过环境识别 GitHub Actions、GitLab CI、Jenkins、
Azure Pipelines、Bitbucket Pipelines 和 Codeup Flow；在其他平台用 --base 和 --head 指定两端。定时运行，或没有信息
说明之前的状态时，检查整个仓库。

计入的是基准历史中没有的凭证，以及仍然有效的凭证。以基准的配置和 .akguardignore 为准，注释不生效：变更不能为自己开脱，
除非使用 --trust-change。

缺少历史的克隆不算干净：akguard 会打印补全的命令，或在使用 --fetch 时执行它。读取的提交数会与事件所述比较。

在 GitHub 上，--comment 和 --check 需要 GITHUB_TOKEN 或 AKGUARD_GITHUB_TOKEN 中的令牌。GitHub 拒绝时退出码不变：没有评论
的发现以注解显示。

{1}`,
	},
	"help.ci.example": {
		en: `  akguard ci
  akguard ci --fetch --format sarif --output akguard.sarif
  akguard ci --base origin/main`,
		zh: `  akguard ci
  akguard ci --fetch --format sarif --output akguard.sarif
  akguard ci --base origin/main`,
	},
	"flag.base":         {en: "judge what --head adds to `REV`", zh: "检查 --head 相对于 `REV` 增加的内容"},
	"flag.head":         {en: "`REV` that is judged with --base (default HEAD)", zh: "与 --base 一起使用的 `REV`（默认 HEAD）"},
	"flag.fetch":        {en: "have git fetch history that is missing", zh: "让 git 获取缺少的历史"},
	"flag.trust-change": {en: "let configuration, ignore file and comments of the change count", zh: "让变更中的配置、忽略文件和注释生效"},

	"help.scan.short": {en: "Scan a repository, a folder, a file, a URL or standard input", zh: "扫描代码仓库、目录、文件、URL 或标准输入"},
	"help.scan.long": {
		en: `Scan for leaked Alibaba Cloud AccessKeys.

A git repository is scanned whole: every blob in its object store, however it is reachable (branches, tags, stashes,
reflogs, notes, or not at all), the messages of commits and tags, and the working tree: tracked files as they are on
disk, and untracked files that git does not ignore. A folder that is not a repository, and a file, are scanned as they
are; - is standard input. Without PATH, akguard scans the repository around the current folder.

A URL (https, ssh, git, or user@host:path) is a repository on a server. akguard fetches every ref, including pull
requests, and scans the objects as they arrive. Nothing is checked out, and no code of the repository runs. Over
https, set AKGUARD_GIT_TOKEN for a private repository (and AKGUARD_GIT_USER if the host requires a user name); over
ssh, akguard uses your agent.

akguard checks the pairs it finds with STS GetCallerIdentity, which needs no permission and changes nothing. It sends
the ID, the security token of a temporary credential, and a signature to sts.aliyuncs.com. The secret never leaves the
machine, and nothing is sent anywhere else. If several secrets are near an ID, akguard tries them, best first, until
one matches. For a lone ID, akguard asks STS with a made-up secret whether the ID exists: the answer is "not found",
"disabled" or "exists". --no-probe skips that question, --no-verify skips all questions. The owner's ActionTrail may
record each call with the address of this machine. Keys of single services are not checked, unless you give
--verify services: akguard then sends keys of Model Studio (DashScope), tokens of DingTalk robots and logins of
Container Registry themselves to the service that issued them, in calls that change nothing.

--inventory asks another question: is a key one of your own? akguard then uses an administrator's credential, from the
environment or from --profile, to ask IMS and RAM who owns each ID, in the administrator's account and in those
accounts of its organization where it may assume a role. It does not use the leaked secret for that.

akguard honours HTTPS_PROXY and NO_PROXY. --ca-file names the certificates of a proxy that inspects TLS; on Linux,
SSL_CERT_FILE does too. Inside a VPC, use --endpoint sts=https://sts-vpc.REGION.aliyuncs.com.

Formats of reports: text for people; json and jsonl, which akguard reads again; sarif for GitHub; gitlab and codequality
for GitLab; junit for other CI systems; csv for spreadsheets; markdown for comments; html as one file to pass on.

Values are masked everywhere, unless you give --show-secrets. Only on a terminal, the commands to disable keys that work
name their IDs, which are not secret.

{1}`,
		zh: `扫描泄露的阿里云 AccessKey。

对 git 仓库进行完整扫描：对象库中的每个 blob，无论如何到达（分支、标签、stash、reflog、notes，或完全不可到达），
提交和标签的说明，以及工作区：已跟踪文件在磁盘上的内容，和未被 git 忽略的未跟踪文件。非仓库目录和文件按原样扫描；
- 表示标准输入。不给出 PATH 时，扫描当前目录所在的仓库。

URL（https、ssh、git 或 user@host:path）表示服务器上的仓库。akguard 获取所有引用（包括合并请求），边接收边扫描；
不检出任何文件，也不运行仓库中的任何内容。https 私有仓库请设置
AKGUARD_GIT_TOKEN（如主机要求用户名，再设置 AKGUARD_GIT_USER）；ssh 使用本机的 agent。

对找到的密钥对，akguard 调用 STS GetCallerIdentity 进行验证，该调用无需任何权限，也不改变任何内容。发送到
sts.aliyuncs.com 的只有 ID、临时凭证的安全令牌和签名；Secret 不会离开本机，也不会向其他地方发送任何内容。
如果一个 ID 附近有多个 Secret，则从最可能的开始逐个尝试，直到匹配。对于单独的 ID，akguard 用虚构的 Secret
询问 STS 该 ID 是否存在，结果为“不存在”“已禁用”或“存在”。--no-probe 跳过该询问，--no-verify 跳过一切询问。
密钥所有者的操作审计（ActionTrail）可能记录每次调用及本机地址。单个服务的密钥默认不验证；给出 --verify services 时，
akguard 会把百炼（DashScope）Key、钉钉机器人 token 和容器镜像服务登录凭证本身发送给签发它的服务，调用不改变任何内容。

--inventory 询问另一个问题：密钥是否属于自己。akguard 使用管理员凭证（来自环境变量或 --profile）向 IMS 和 RAM
查询每个 ID 的所有者，范围是本账号以及资源目录中可进入的账号，不使用泄露的 Secret。

akguard 遵循 HTTPS_PROXY 和 NO_PROXY。--ca-file 指定解密 TLS 的代理所用的证书；在 Linux 上也可用 SSL_CERT_FILE。
在 VPC 内请使用 --endpoint sts=https://sts-vpc.REGION.aliyuncs.com。

报告格式：text 供人阅读；json 和 jsonl 可由 akguard 再次读取；sarif 用于 GitHub；gitlab 和 codequality 用于 GitLab；
junit 用于其他 CI 系统；csv 用于电子表格；markdown 用于评论；html 为可转发的单个文件。

除非使用 --show-secrets，所有值都会打码。仅在终端上，禁用有效密钥的命令会写出其 ID（ID 不是机密）。

{1}`,
	},
	"help.scan.example": {
		en: `  akguard scan                          the repository around this folder
  akguard scan --format sarif --output akguard.sarif .
  akguard scan https://example.com/shop.git
  akguard scan --staged                 what the next commit adds, as a hook does
  akguard scan --range origin/main..HEAD
  git show HEAD:app.yml | akguard scan -`,
		zh: `  akguard scan                          当前目录所在的仓库
  akguard scan --format sarif --output akguard.sarif .
  akguard scan https://example.com/shop.git
  akguard scan --staged                 下一次提交将添加的内容，与钩子相同
  akguard scan --range origin/main..HEAD
  git show HEAD:app.yml | akguard scan -`,
	},
	"flag.staged":                      {en: "scan only what the next commit adds: the index, not the files on disk", zh: "只扫描下一次提交将添加的内容：暂存区，而不是磁盘上的文件"},
	"flag.range":                       {en: "scan only what these commits add, such as `BASE..HEAD`", zh: "只扫描这些提交添加的内容，如 `BASE..HEAD`"},
	"flag.no-history":                  {en: "do not scan the history", zh: "不扫描历史"},
	"flag.no-worktree":                 {en: "do not scan the working tree", zh: "不扫描工作区"},
	"flag.no-unreachable":              {en: "do not scan objects that are not reachable from any ref", zh: "不扫描任何引用都无法到达的对象"},
	"flag.include-ignored":             {en: "also scan files that git ignores", zh: "同时扫描被 git 忽略的文件"},
	"flag.config":                      {en: "read rules from `FILE` (akguard or gitleaks format); by default the target's .akguard.toml", zh: "从 `FILE` 读取规则（akguard 或 gitleaks 格式）；默认为扫描目标的 .akguard.toml"},
	"flag.rules-list.config":           {en: "read rules from `FILE` (akguard or gitleaks format); the default is .akguard.toml here", zh: "从 `FILE` 读取规则（akguard 或 gitleaks 格式）；默认为当前目录的 .akguard.toml"},
	"flag.trust-config":                {en: "let the target's .akguard.toml switch rules off, too", zh: "允许扫描目标自带的 .akguard.toml 关闭规则"},
	"flag.no-config":                   {en: "read no configuration: an untrusted repository should not choose the rules", zh: "不读取任何配置：不受信任的仓库不应自行选择规则"},
	"flag.explain":                     {en: "show what looked like a key but is not one, and why", zh: "显示看似密钥但未被认定的内容及原因"},
	"flag.cache":                       {en: "remember which objects of the history were read, and read only new ones next time", zh: "记录历史中已读取的对象，下次只读取新对象"},
	"flag.max-archive-depth":           {en: "open archives nested up to `N` levels; 0 opens none", zh: "打开嵌套不超过 `N` 层的归档；0 表示不打开"},
	"flag.max-memory":                  {en: "hold at most `SIZE` of a repository's objects in memory, such as 2GiB", zh: "内存中最多保留 `SIZE` 的仓库对象，如 512MiB 或 2GiB"},
	"flag.timeout":                     {en: "stop after this `TIME`, such as 5m, as an interrupt would; 0 is no limit", zh: "超过 `TIME`（如 5m）后停止，与中断相同；0 表示不限"},
	"flag.format":                      {en: "write the report in this `FORMAT`, one of those above", zh: "报告的格式 `FORMAT`，见上文"},
	"flag.output":                      {en: "write the report to `FILE`, atomically; - is standard output", zh: "将报告以原子方式写入 `FILE`；- 表示标准输出"},
	"flag.show-secrets":                {en: "write values unmasked; keep such a report safe", zh: "不打码地写出值；请妥善保管这样的报告"},
	"flag.verify":                      {en: "check keys with STS; --verify services: ask single services, too", zh: "用 STS 验证密钥；--verify services：同时询问单个服务"},
	"flag.no-verify":                   {en: "send nothing anywhere", zh: "不向任何地方发送任何内容"},
	"flag.fail-on":                     {en: "exit with 1 for `WHICH` findings: new, any, live or never (default new in a change, or any)", zh: "对哪些（`WHICH`）发现以 1 退出：new、any、live 或 never（变更默认 new，否则 any）"},
	"flag.quiet":                       {en: "write nothing but findings, errors and what was skipped", zh: "只输出发现、错误和被跳过的内容"},
	"flag.no-progress":                 {en: "show no progress on a terminal", zh: "不在终端显示进度"},
	"flag.lang":                        {en: "speak this `LANGUAGE`: en or zh; the default follows the locale", zh: "使用的语言 `LANGUAGE`：en 或 zh；默认取决于区域设置"},
	"flag.version":                     {en: "print the version", zh: "输出版本"},
	"flag.help":                        {en: "show this help", zh: "显示本帮助"},
	"flag.rules-list.format":           {en: "write the list in this `FORMAT`: text or json", zh: "列表的格式 `FORMAT`：text 或 json"},
	"flag.report-convert.format":       {en: "write the report in this `FORMAT`; akguard scan --help lists them", zh: "报告的格式 `FORMAT`；akguard scan --help 列出所有格式"},
	"flag.report-convert.show-secrets": {en: "write the values that the saved report has unmasked; keep such a report safe", zh: "不打码地写出已保存报告中的完整值；请妥善保管这样的报告"},
	"flag.no-checkout":                 {en: "fetch the change into a store of its own; no checkout is needed", zh: "将变更获取到独立的存储中；无需检出"},
	"flag.repository":                  {en: "`URL` that --no-checkout fetches (default the job's own)", zh: "--no-checkout 获取的 `URL`（默认为作业自己的仓库）"},
	"flag.comment":                     {en: "keep a review comment on GitHub for each credential", zh: "在 GitHub 上为每个凭证保持一条评审评论"},
	"flag.check":                       {en: "write the check run akguard on GitHub", zh: "在 GitHub 上写入名为 akguard 的检查运行"},
	"flag.all":                         {en: "list every place of each credential, and not only the first ones (text)", zh: "列出每个凭证的所有位置，而不只是前几处（text）"},
	"help.report.short":                {en: "Work with saved reports", zh: "处理已保存的报告"},
	"help.report-convert.short":        {en: "Write a saved report in another format", zh: "以其他格式写出已保存的报告"},
	"help.report-convert.long": {
		en: `Write a saved report in another format. REPORT is a file that akguard scan or akguard verify has written with --format
json or jsonl; - is standard input. Nothing is scanned, and nothing is sent anywhere.

A report is the same as if the scan had written it in this format, with two exceptions: values that are masked in REPORT
stay masked, and SARIF lacks the hashes of lines, which need the files. A report without its end is that of a scan that
was interrupted, and says so.

Exit codes:
  0    the report is written, whatever it says
  2    usage error, or REPORT cannot be read
  130  interrupted; nothing is written
`,
		zh: `以其他格式写出已保存的报告。REPORT 是 akguard scan 或 akguard verify 以 --format json 或 jsonl 写出的文件；
- 表示标准输入。不扫描任何内容，也不向任何地方发送任何内容。

结果与扫描时直接以该格式写出相同，但有两点例外：REPORT 中已打码的值仍然打码；SARIF 缺少需要读取文件才能计算的行哈希。
没有结尾的报告来自被中断的扫描，并会如此说明。

退出码：
  0    报告已写出，无论其内容如何
  2    用法错误，或无法读取 REPORT
  130  被中断；未写出任何内容
`,
	},
	"help.report-convert.example": {
		en: `  akguard scan --format jsonl -o leaks.jsonl
  akguard report convert -f html -o leaks.html leaks.jsonl
  akguard report convert -f sarif - <leaks.jsonl`,
		zh: `  akguard scan --format jsonl -o leaks.jsonl
  akguard report convert -f html -o leaks.html leaks.jsonl
  akguard report convert -f sarif - <leaks.jsonl`,
	},
	"help.rules.short":        {en: "Show and check the rules", zh: "显示和检查规则"},
	"help.rules-list.short":   {en: "List the rules, with their severities before verification", zh: "列出规则及其验证前的严重程度"},
	"help.rules-lint.short":   {en: "Check a configuration, and show which rules cost time", zh: "检查配置，并指出哪些规则耗时"},
	"help.rules-test.short":   {en: "Try the rules of a configuration on their examples", zh: "用示例测试配置中的规则"},
	"help.completion.short":   {en: "Print the script that completes akguard's commands and flags in a shell", zh: "输出在 shell 中补全 akguard 命令和选项的脚本"},
	"help.completion.example": {en: "  source <(akguard completion bash)", zh: "  source <(akguard completion bash)"},
	"help.version.short":      {en: "Print the version", zh: "输出版本"},
	"help.help.short":         {en: "Show the help of a command", zh: "显示命令的帮助"},
	"help.rules-test.long": {
		en: `Try the rules of a configuration on their examples: a rule must find each text under match, and none of those under
no-match. {alnum:N}, {hex:N}, {upper:N}, {lower:N} and {digit:N} become N random characters of that kind, so that the
file need not contain a secret. Paths and commits are ignored.`,
		zh: `用示例测试配置中的规则：match 下的每段文本都必须被规则找到，no-match 下的都不能被找到。为避免在文件中写入机密，
{alnum:N}、{hex:N}、{upper:N}、{lower:N} 和 {digit:N} 会替换为 N 个该类型的随机字符。路径和提交不参与判断。`,
	},
}
