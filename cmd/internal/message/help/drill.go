package help

// drillHelpTexts are the help texts of akguard drill.
var drillHelpTexts = texts{
	"help.drill.short": {en: "Rehearse a leak against an emulated account", zh: "在模拟账号上演练密钥泄露"},
	"help.drill.long": {
		en: `Rehearse the first hour after a leak. It needs no account and no network: akguard makes a small company on this machine,
with an account, a repository that leaked one of its keys, and a thief who has found it.

What the thief does depends on --seed and --profile alone: he mines, takes data, wants to stay, or calls models, and he
cleans up some of it. The company goes on working. You work against him with the real commands in another terminal, and
a clock runs. At the end akguard says how long it took to freeze the key, which of his acts were found, and what of the
company's was touched.

--auto plays it through with the commands that a person would type, and leaves the incident report in --output.

{1}`,
		zh: `演练泄露后的第一个小时。无需账号和网络：akguard 在本机模拟一家小公司，包括账号、泄露了密钥的代码仓库，以及发现密钥的
窃取者。

窃取者的行为只取决于 --seed 和 --profile：挖矿、窃取数据、长期潜伏或盗用模型，并会清理部分痕迹。公司照常运行。您在另一个
终端用真实的命令应对，同时计时。最后 akguard 给出冻结密钥所用的时间、发现了窃取者的哪些操作，以及公司的哪些资源被误伤。

--auto 使用人会输入的命令自动完成，并将事件报告留在 --output 中。

{1}`,
	},
	"help.drill.example": {
		en: `  akguard drill                               you against the thief
  akguard drill --auto --output rehearsal     look at what the report is like
  akguard drill --profile persist --seed 7`,
		zh: `  akguard drill                               由您应对窃取者
  akguard drill --auto --output rehearsal     查看报告的样子
  akguard drill --profile persist --seed 7`,
	},
	"help.drill.exit-codes": {
		en: `Exit codes:
  0    the rehearsal ended; the score says how it went
  2    usage or configuration error
  4    a command of --auto failed
  130  interrupted
`,
		zh: `退出码：
  0    演练结束；结果见得分
  2    用法或配置错误
  4    --auto 的某个命令失败
  130  被中断
`,
	},
	"flag.drill.output":  {en: "make the rehearsal in this `FOLDER`, which must be empty or not there", zh: "演练所用的目录 `FOLDER`，须为空或尚不存在"},
	"flag.drill.seed":    {en: "the `NUMBER` that decides what the thief does; random by default", zh: "决定窃取者行为的数字 `NUMBER`；默认随机"},
	"flag.drill.profile": {en: "the `KIND` of thief: miner, data, persist or llm", zh: "窃取者的类型 `KIND`：miner、data、persist 或 llm"},
	"flag.drill.auto":    {en: "play it through without a person", zh: "无需人工，自动完成"},
}
