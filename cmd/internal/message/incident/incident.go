// Package incident has the texts of an investigation, in English and Chinese: what its checks ask and find, and the incident
// report. The package is a leaf; package message reads it.
package incident

// text is a text in both languages. {1} is replaced by its first argument, and so on.
type text struct {
	en, zh string
	one    string // the English text where the first argument is 1; en if empty
}

type texts map[string]text

// Each visits every text.
func Each(visit func(key, en, zh, one string)) {
	for _, table := range []texts{checkTexts, evidenceTexts, reportTexts, drillTexts, evidenceFileTexts} {
		for key, t := range table {
			visit(key, t.en, t.zh, t.one)
		}
	}
}
