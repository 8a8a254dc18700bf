package cli

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/akguard/akguard/rules"
)

var (
	// valueLike matches what is as long as an AccessKey secret, or the ID or secret of a temporary credential.
	valueLike = regexp.MustCompile(`[A-Za-z0-9]{24,}`)
	// tokenLike matches base64 text as long as a security token. Paths match too.
	tokenLike = regexp.MustCompile(`[A-Za-z0-9+/=]{28,}`)
	// objectID matches the ID of a git object, which people do pass to commands.
	objectID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
)

// quotable returns an argument as an error may quote it: IDs and whatever may be a secret are masked. People type a
// credential where a command expects something else.
func quotable(arg string) string {
	masked := tokenLike.ReplaceAllStringFunc(rules.MaskIDs(arg), func(value string) string {
		if strings.ContainsFunc(value, unicode.IsDigit) && strings.ContainsFunc(value, unicode.IsUpper) {
			return rules.NewSecret(value).String()
		}
		return value
	})
	return valueLike.ReplaceAllStringFunc(masked, func(value string) string {
		if objectID.MatchString(value) {
			return value
		}
		return rules.NewSecret(value).String()
	})
}
