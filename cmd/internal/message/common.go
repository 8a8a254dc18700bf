package message

// commonTexts are words that several areas use.
var commonTexts = texts{
	"error": {en: "error: {1}", zh: "错误：{1}"},
	"hint":  {en: "hint: {1}", zh: "建议：{1}"},
}
