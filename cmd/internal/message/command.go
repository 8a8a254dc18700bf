package message

// commandTexts are errors, hints and notes of the command line. A key and the same key with ".hint" are an error and
// what to do about it.
var commandTexts = texts{
	"usage.format":      {en: "unknown format: --format {1}", zh: "未知的格式：--format {1}"},
	"usage.format.hint": {en: "use one of: {2}", zh: "可用的格式：{2}"},
	"usage.lang":        {en: "unknown language: --lang {1}", zh: "未知的语言：--lang {1}"},
	"usage.lang.hint":   {en: "use en or zh", zh: "请使用 en 或 zh"},
}
