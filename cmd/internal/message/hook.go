package message

// hookTexts are what the hooks of git say.
var hookTexts = texts{
	"hook.installed":         {en: "installed {1}", zh: "已安装 {1}"},
	"hook.installed-chained": {en: "installed {1}; the hook that was there runs first", zh: "已安装 {1}；原有的钩子先运行"},
	"hook.installed-global":  {en: "installed {1}, for all repositories: {2} names it as core.hooksPath", zh: "已为所有仓库安装 {1}：{2} 将其设为 core.hooksPath"},
	"hook.lefthook": {
		en: "lefthook writes its hooks anew when its configuration changes, and then akguard no longer runs; for a hook that lasts, add to lefthook.yml, below pre-commit: and jobs: the line - run: akguard hook pre-commit",
		zh: "lefthook 的配置改变时会重写钩子，此后 akguard 不再运行；要长期生效，请在 lefthook.yml 的 pre-commit: 下的 jobs: 中加入一行 - run: akguard hook pre-commit",
	},
	"hook.uninstalled":    {en: "removed {1}", zh: "已移除 {1}"},
	"hook.not-installed":  {en: "no hook of akguard is in {1}", zh: "{1} 中没有 akguard 的钩子"},
	"githook.saved-twice": {en: "{1} exists already, so the hook that is there cannot be kept", zh: "{1} 已存在，无法保留现有的钩子"},

	"usage.hook-install":      {en: "{1}: {2}", zh: "{1}：{2}"},
	"usage.hook-install.hint": {en: "correct that, and try again", zh: "请处理后重试"},

	"hook.judges-range":     {en: "judging the commits of {1}..{2}", zh: "检查 {1}..{2} 的提交"},
	"hook.judges-files":     {en: "judging the {1} files that were given, as they are on disk", one: "judging the file that was given, as it is on disk", zh: "检查给出的 {1} 个文件（磁盘上的内容）"},
	"hook.timed-out":        {en: "the time limit of {1} is over, and not everything was read", zh: "已超过时限 {1}，未能读取全部内容"},
	"hook.timed-out.hint":   {en: "give it more time with --timeout", zh: "请用 --timeout 给出更长的时间"},
	"hook.timeout-accepted": {en: "the time limit of {1} is over: {2} of {3} objects were read, and the push is accepted (--on-timeout accept)", zh: "已超过时限 {1}：已读取 {2} / {3} 个对象，推送按 --on-timeout accept 被接受"},
	"hook.timeout-refused":  {en: "the time limit of {1} is over: {2} of {3} objects were read, and the push is refused (--on-timeout refuse)", zh: "已超过时限 {1}：已读取 {2} / {3} 个对象，推送按 --on-timeout refuse 被拒绝"},
	"hook.broken-glass":     {en: "the push was not judged, and that is recorded: {1}", zh: "未检查此次推送，并已记录：{1}"},
	"hook.no-break-glass":   {en: "this server does not let a push skip akguard", zh: "此服务器不允许推送跳过 akguard"},

	"git.message-unreadable": {en: "the message could not be read: {1}", zh: "无法读取提交说明：{1}"},

	"usage.hook-input":              {en: "standard input is not what git gives to this hook: {1} fields a line", zh: "标准输入不是 git 提供给此钩子的内容：每行应有 {1} 个字段"},
	"usage.hook-input.hint":         {en: "git runs this command; to judge commits yourself: akguard scan --range A..B", zh: "此命令由 git 运行；如需自行检查提交：akguard scan --range A..B"},
	"usage.on-timeout":              {en: "unknown value: --on-timeout {1}", zh: "未知的值：--on-timeout {1}"},
	"usage.on-timeout.hint":         {en: "use refuse or accept", zh: "请使用 refuse 或 accept"},
	"usage.break-glass-reason":      {en: "the push option akguard.skip has no reason", zh: "推送选项 akguard.skip 没有原因"},
	"usage.break-glass-reason.hint": {en: `git push -o akguard.skip="REASON"`, zh: `git push -o akguard.skip="原因"`},
	"usage.break-glass":             {en: "the push cannot skip akguard, because {1} cannot record it: {2}", zh: "无法跳过 akguard，因为无法记录到 {1}：{2}"},
	"usage.break-glass.hint":        {en: "tell the administrator of the server", zh: "请告知服务器管理员"},

	"hook.ways-out.pre-commit": {
		en: `the commit is refused. Ways out:
  - remove it from the file (use an environment variable or a RAM role),
    and git add the file again
  - if anybody else has seen it, disable the key first
  - if it does not matter: akguard ignore FINGERPRINT --reason "why"
  - git commit --no-verify skips all hooks,
    SKIP=akguard git commit only this one (pre-commit)`,
		zh: `提交被拒绝。处理办法：
  - 从文件中删除（改用环境变量或 RAM 角色），然后重新 git add
  - 如果已被他人看到，请先禁用该密钥
  - 如果无关紧要：akguard ignore 指纹 --reason "原因"
  - git commit --no-verify 跳过所有钩子，
    SKIP=akguard git commit 只跳过本钩子（pre-commit）`,
	},
	"hook.ways-out.files": {
		en: `the files hold a credential. Ways out:
  - remove it (use an environment variable or a RAM role)
  - if anybody else has seen it, disable the key first
  - if it does not matter: akguard ignore FINGERPRINT --reason "why"`,
		zh: `文件中有凭证。处理办法：
  - 删除它（改用环境变量或 RAM 角色）
  - 如果已被他人看到，请先禁用该密钥
  - 如果无关紧要：akguard ignore 指纹 --reason "原因"`,
	},
	"hook.ways-out.range": {
		en: `the commits hold a credential. Ways out:
  - disable the key if anybody else has seen the commits
  - remove it from the commits (git rebase -i)
  - if it does not matter: akguard ignore FINGERPRINT --reason "why"`,
		zh: `提交中有凭证。处理办法：
  - 如果已被他人看到这些提交，请禁用该密钥
  - 从提交中删除（git rebase -i）
  - 如果无关紧要：akguard ignore 指纹 --reason "原因"`,
	},
	"hook.ways-out.pre-push": {
		en: `the push is refused. Nobody else has the commits yet. Ways out:
  - remove it from the commits (git rebase -i, or git commit --amend)
  - if anybody else has seen it, disable the key first
  - if it does not matter: akguard ignore FINGERPRINT --reason "why"
  - git push --no-verify skips the hook`,
		zh: `推送被拒绝，他人尚未得到这些提交。处理办法：
  - 从提交中删除（git rebase -i 或 git commit --amend）
  - 如果已被他人看到，请先禁用该密钥
  - 如果无关紧要：akguard ignore 指纹 --reason "原因"
  - git push --no-verify 跳过本钩子`,
	},
	"hook.ways-out.pre-receive": {
		en: `the push is refused, and the server has not kept it. Ways out:
  - remove it from the commits (git rebase -i, or git commit --amend),
    and push again
  - if anybody else has seen it, disable the key first
  - if it does not matter: add its fingerprint to .akguardignore on the
    default branch (akguard ignore FINGERPRINT --reason "why")`,
		zh: `推送被拒绝，服务器没有保留。处理办法：
  - 从提交中删除（git rebase -i 或 git commit --amend），然后重新推送
  - 如果已被他人看到，请先禁用该密钥
  - 如果无关紧要：在默认分支的 .akguardignore 中加入其指纹
    （akguard ignore 指纹 --reason "原因"）`,
	},
	"hook.ways-out.commit-msg": {
		en: `the commit is refused: its message holds a credential. Ways out:
  - take it out of the message; git commit -e -F .git/COMMIT_EDITMSG
    opens the text again
  - if anybody else has seen it, disable the key first
  - git commit --no-verify skips all hooks`,
		zh: `提交被拒绝：提交说明中有凭证。处理办法：
  - 从说明中删除；git commit -e -F .git/COMMIT_EDITMSG 可重新打开文本
  - 如果已被他人看到，请先禁用该密钥
  - git commit --no-verify 跳过所有钩子`,
	},

	"report.brief.new":          {en: "new credentials: {1}", zh: "新增凭证：{1} 个"},
	"report.brief.found":        {en: "credentials: {1}", zh: "凭证：{1} 个"},
	"report.brief.old":          {en: "credentials that were there before, and do not count: {1}", zh: "此前已有、不计入的凭证：{1} 个"},
	"report.brief.skipped":      {en: "not everything could be read: {1}", zh: "未能读取全部内容：{1} 项"},
	"report.brief.suppressed":   {en: "suppressed, and not listed: {1}", zh: "已忽略、未列出：{1} 个"},
	"report.brief.fingerprint":  {en: "fingerprint {1}", zh: "指纹 {1}"},
	"report.brief.overruled":    {en: "accepted by {1} ({2}), but live", zh: "已由 {1} 接受（{2}），但仍然有效"},
	"report.brief.since":        {en: "{1}, since commit {2} of {3} by {4}", zh: "{1}，自 {3} {4} 的提交 {2} 起"},
	"report.brief.message":      {en: "message of commit {1}, line {2}", zh: "提交 {1} 的说明，第 {2} 行"},
	"report.brief.message-line": {en: "the message, line {1}", zh: "提交说明，第 {1} 行"},
	"report.brief.more":         {en: "and {1} more", zh: "另有 {1} 个"},
}
