package message

// ruleTexts say why a value was rejected. They complete "X is not a key: …".
var ruleTexts = texts{
	"rules.too-short":     {en: "it is shorter than any ID", zh: "它比任何 ID 都短"},
	"rules.too-long":      {en: "it is longer than any ID", zh: "它比任何 ID 都长"},
	"rules.end-of-longer": {en: "it is the end of something longer", zh: "它是更长文本的结尾"},
	"rules.start-of-longer": {
		en: "it is masked, cut off, or the beginning of something longer",
		zh: "它被打码、被截断，或是更长文本的开头",
	},
	"rules.id-made-up": {
		en: "it looks made up: a word, a sequence, or too few different characters",
		zh: "它像是编造的：含有单词或连续字符，或者不同的字符太少",
	},
	"rules.base64":           {en: "it is a piece of base64 text", zh: "它是一段 base64 文本的一部分"},
	"rules.made-up":          {en: "it looks made up: {1}", zh: "它像是编造的：{1}"},
	"rules.like-a-name":      {en: "it reads like a name", zh: "它读起来像一个名称"},
	"rules.placeholder-word": {en: "it contains a word that is common in placeholders", zh: "它含有占位符中常见的单词"},
	"rules.sequence":         {en: "it contains a sequence, or repeats one character", zh: "它含有连续字符，或某个字符重复多次"},
	"rules.few-kinds": {
		en: "it has too few kinds of characters, or reads like a name",
		zh: "它的字符种类太少，或读起来像一个名称",
	},
	"rules.few-different": {en: "it has too few different characters", zh: "它的不同字符太少"},
	"rules.temporary-length": {
		en: "it is as long as the secret of a temporary credential, so it counts only beside a temporary ID",
		zh: "它的长度与临时凭证的密钥相同，只有旁边有临时凭证的 ID 时才算",
	},
	"rules.masked":       {en: "it is masked or cut off", zh: "它被打码或被截断"},
	"rules.wrong-length": {en: "it has {1} characters, and a secret has {2}", zh: "它有 {1} 个字符，而密钥有 {2} 个"},
	"rules.needs-secret": {
		en: "it does not have the form of current IDs, so it counts only together with a secret",
		zh: "它不具有现行 ID 的形式，只有存在与它配对的密钥时才算",
	},
	"custom.on-everything": {
		en: "runs on all content: add keywords of three characters or more, or put a fixed text into the expression",
		zh: "对所有内容运行：请添加三个字符以上的关键词，或在表达式中加入固定文本",
	},
	"custom.expression-size": {
		en: "it compiles to {1} instructions, but the limit is {2}: use fewer or smaller repetitions",
		zh: "编译后有 {1} 条指令，上限为 {2}：请减少或缩短重复次数",
	},
	"custom.rules-size": {
		en: "all expressions together compile to more than {1} instructions",
		zh: "全部表达式编译后合计超过 {1} 条指令",
	},
	"custom.too-many-rules": {en: "{1} rules, but the limit is {2}", zh: "共有 {1} 条规则，上限为 {2}"},
	"custom.too-many-words": {
		en: "all rules together have more than {1} keywords, stop words, commits and fixed texts",
		zh: "全部规则合计有超过 {1} 个关键词、停用词、提交和固定文本",
	},
	"custom.on-keyword": {
		en: "runs on every file that contains a keyword, as a whole: no fixed text of three characters or more is part of every match",
		zh: "对含有关键词的文件整体运行：并非每个匹配都含有三个字符以上的固定文本",
	},
	"custom.on-text": {
		en: "runs on every file that contains its text, as a whole: a match may span any number of lines",
		zh: "对含有其固定文本的文件整体运行：匹配可能跨任意多行",
	},
	"rules.needs-id": {
		en: "its key name does not name Alibaba Cloud, so it counts only near an ID",
		zh: "它的键名没有指明阿里云，只有附近有 ID 时才算",
	},
}
