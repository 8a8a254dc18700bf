package help

// cleanupHelpTexts are the help texts of akguard cleanup.
var cleanupHelpTexts = texts{
	"help.cleanup.short": {en: "Close the back doors that an investigation found, and undo it", zh: "关闭调查发现的后门，也可撤销"},
	"help.cleanup.long": {
		en: `Close what a thief left in an Alibaba Cloud account. REPORT is what akguard investigate --format json has written.

akguard shows what it would do, each act with what was found, what the act may break and what undoes it, and what only a
person can do. It changes nothing before you confirm: type the last digits of the account's number, or approve with
--yes and --account. --only chooses acts by their kind or by the name of what they are about. --save-plan writes the
plan to a file, for another person to read and to run with --plan.

In this order, it

  disable           disables the keys that the thief made, and all keys of the users that he made
  delete-login      deletes log-in profiles. Nothing brings back the password
  leave-group       removes users from groups
  detach            detaches policies from users, groups and roles
  set-version       puts the former version of a policy into force again, and keeps the thief's as evidence
  set-trust         has a role trust whom it trusted before, or takes out whom it must not trust
  start-logging     has a trail record again
  close-rule        revokes rules of security groups that open ports to the world
  stop              stops instances. They are not released: their disks are evidence

It never touches the account itself (root), the user or role that it acts with, or what the file of --known names. What
no event attributes to anybody is left alone, unless you add --unknown. The leaked key itself is for akguard respond.

Each thing is read again just before it is changed. What has changed since the plan was made is left alone and listed,
and hinders nothing else. A journal records each call before and after it, with all that undoes it, and without any ID
or secret: akguard cleanup resume finishes an interrupted run, and akguard cleanup undo undoes it. Afterwards, akguard
investigate --against REPORT says whether everything is closed.

It needs an administrator's credential; --print-policy prints the least policy for what the report names.

{1}`,
		zh: `关闭窃取者在阿里云账号中留下的内容。REPORT 是 akguard investigate --format json 写出的报告。

akguard 显示将要执行的操作，以及每个操作对应的发现、可能的影响和撤销方法，并列出只能由人来处理的内容。确认之前不做任何
更改：请输入账号的最后几位，或用 --yes 和 --account 确认。--only 按操作类型或对象名称选择操作。--save-plan 将计划写入
文件，可由其他人查看后用 --plan 执行。

依次执行：

  disable           禁用窃取者创建的密钥，以及其创建的用户的全部密钥
  delete-login      删除登录配置。密码无法恢复
  leave-group       将用户移出用户组
  detach            解除用户、用户组和角色的策略
  set-version       重新启用策略之前的版本，并保留窃取者的版本作为证据
  set-trust         恢复角色之前的信任策略，或移除不应信任的身份
  start-logging     重新开启跟踪的日志记录
  close-rule        撤销向公网开放端口的安全组规则
  stop              停止实例，但不释放：其磁盘是证据

从不处理主账号、akguard 自身使用的用户或角色，以及 --known 文件中的内容。没有事件说明由谁创建的内容不作处理，除非加上
--unknown。泄露的密钥本身请用 akguard respond 处理。

每项内容在更改前都会再次读取。制定计划之后发生变化的不作处理并列出，且不影响其他操作。日志在每次调用前后记录，包含撤销
所需的全部内容，但不含 ID 和 Secret：akguard cleanup resume 完成中断的运行，akguard cleanup undo 撤销。之后用
akguard investigate --against REPORT 检查是否全部关闭。

需要管理员凭证；--print-policy 输出处理该报告所需的最小权限策略。

{1}`,
	},
	"help.cleanup.example": {
		en: `  akguard cleanup first.json
  akguard cleanup first.json --only support --only stop
  akguard cleanup first.json --save-plan plan.json
  akguard cleanup --plan plan.json --yes --account 1234567890123456`,
		zh: `  akguard cleanup first.json
  akguard cleanup first.json --only support --only stop
  akguard cleanup first.json --save-plan plan.json
  akguard cleanup --plan plan.json --yes --account 1234567890123456`,
	},
	"help.cleanup.exit-codes":        {en: cleanupCodes, zh: cleanupCodesChinese},
	"help.cleanup-resume.exit-codes": {en: cleanupCodes, zh: cleanupCodesChinese},
	"help.cleanup-undo.exit-codes":   {en: cleanupCodes, zh: cleanupCodesChinese},

	"help.cleanup-resume.short": {en: "Finish an interrupted clean-up", zh: "完成中断的清理"},
	"help.cleanup-resume.long": {
		en: `Finish a clean-up that was interrupted, or in which some acts failed. If the answer to a call was lost, akguard first
reads the state to learn whether the call took effect. It then does the rest, after you approve it again. Without
--journal, it looks for unfinished clean-ups.

{1}`,
		zh: `完成中断的清理，或部分操作失败的清理。对于没有收到响应的调用，akguard 会先读取其结果；再次确认后执行剩余的操作。不带
--journal 时，会查找未完成的清理。

{1}`,
	},
	"help.cleanup-resume.example": {en: "  akguard cleanup resume", zh: "  akguard cleanup resume"},
	"flag.cleanup-resume.journal": {en: "finish the run of this journal `FILE`; by default, look for unfinished clean-ups", zh: "完成此日志 `FILE` 的运行；默认查找未完成的清理"},

	"help.cleanup-undo.short": {en: "Undo a clean-up, or a part of it", zh: "撤销清理或其中一部分"},
	"help.cleanup-undo.long": {
		en: `Undo a clean-up, the last act first: enable keys, attach policies, add users to groups, put back versions, trust
policies and rules, start instances. It gives back what a thief had: choose with --only what turned out to be yours. A
deleted log-in profile does not come back.

Name the journal of the clean-up; without one, the last clean-up is undone. What is not as the clean-up left it is left
alone and listed.

{1}`,
		zh: `按相反顺序撤销清理：启用密钥、授予策略、将用户加入用户组、恢复策略版本、信任策略和规则、启动实例。这会还原窃取者曾
拥有的内容：请用 --only 选择确认属于自己的部分。已删除的登录配置无法恢复。

给出清理的日志；不给出时撤销最近一次清理。与清理之后的状态不同的内容不作处理并列出。

{1}`,
	},
	"help.cleanup-undo.example": {en: "  akguard cleanup undo --only deploy-bot", zh: "  akguard cleanup undo --only deploy-bot"},

	"flag.only":                 {en: "only these acts: `WORDS` that name their kind, or what they are about; repeatable", zh: "只执行这些操作：用 `WORDS` 给出其类型或对象名称；可重复"},
	"flag.unknown":              {en: "also act on what no event attributes to anybody", zh: "同时处理没有事件说明由谁创建的内容"},
	"flag.cleanup.known":        {en: "never touch what this `FILE` names as yours", zh: "从不处理此 `FILE` 中属于自己的内容"},
	"flag.cleanup.print-policy": {en: "print the least policy for what the report names, and call nothing", zh: "输出处理该报告所需的最小权限策略，不发起调用"},
}

const cleanupCodes = `Exit codes:
  0    done, or shown, or nothing was left to do
  2    usage or configuration error, such as no administrator's credential
  4    an act failed, was refused or not approved, or something could not be read or had changed
  130  interrupted; akguard cleanup resume continues
`

const cleanupCodesChinese = `退出码：
  0    已完成，或已显示，或没有剩余操作
  2    用法或配置错误，例如没有管理员凭证
  4    操作失败、被拒绝或未获确认，或有内容无法读取或已变化
  130  被中断；akguard cleanup resume 可继续
`
