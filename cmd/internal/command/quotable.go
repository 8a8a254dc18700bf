package command

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/akguard/akguard/rules"
)

// valueLike matches text as long as an AccessKey secret, a part of a temporary credential, or a piece of its token.
var valueLike = regexp.MustCompile(`[A-Za-z0-9+=]{24,}`)

// Quotable returns a text as an error may quote it: IDs and whatever may be a secret are masked. People type a
// credential where a command expects a path or a name. Keys have upper and lower case letters; paths of lower case and
// the IDs of git objects stay readable.
func Quotable(text string) string {
	return valueLike.ReplaceAllStringFunc(rules.MaskIDs(text), func(value string) string {
		if strings.ContainsFunc(value, unicode.IsUpper) && strings.ContainsFunc(value, unicode.IsLower) {
			return rules.NewSecret(value).String()
		}
		return value
	})
}
