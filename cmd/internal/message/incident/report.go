package incident

// reportTexts are the words of an investigation's result.
var reportTexts = texts{
	"investigate.title": {en: "Investigation of account {1}", zh: "账号 {1} 的调查"},
}
