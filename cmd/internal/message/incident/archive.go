package incident

// evidenceFileTexts are the words of an archive of evidence.
var evidenceFileTexts = texts{
	"evidence.written":         {en: "{1} has {2} files; the SHA-256 of its manifest is {3}: write it down elsewhere", zh: "{1} 包含 {2} 个文件；清单的 SHA-256 为 {3}：请另行记录"},
	"usage.not-a-journal":      {en: "{1} is not a journal", zh: "{1} 不是日志"},
	"usage.not-a-journal.hint": {en: "name a file that akguard revoke or respond has written", zh: "请指定 akguard revoke 或 respond 写出的文件"},
	"usage.read-journal":       {en: "the journal {1} could not be read: {2}", zh: "无法读取日志 {1}：{2}"},
	"usage.read-journal.hint":  {en: "name a file that akguard revoke or respond has written", zh: "请指定 akguard revoke 或 respond 写出的文件"},
}
