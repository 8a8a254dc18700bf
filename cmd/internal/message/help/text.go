// Package help has the help texts of commands and flags, in English and Chinese: what akguard --help shows, and the manual.
// Package command builds their keys from the names of the commands. The package is a leaf; package message reads it.
package help

// text is a text in both languages. {1} is replaced by its first argument, and so on.
type text struct {
	en, zh string
	one    string // the English text where the first argument is 1; en if empty
}

type texts map[string]text

// Each visits every text.
func Each(visit func(key, en, zh, one string)) {
	for _, table := range []texts{helpTexts, cloudHelpTexts, sweepHelpTexts, investigateHelpTexts, drillHelpTexts, evidenceHelpTexts, cleanupHelpTexts} {
		for key, t := range table {
			visit(key, t.en, t.zh, t.one)
		}
	}
}
