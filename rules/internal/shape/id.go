package shape

// WhyNoID returns why content[start:end], whose length is right and whose first bytes are its prefix, is not an ID; "" if
// it is one.
func WhyNoID(content []byte, start, end, prefix int) string {
	tail := content[start+prefix : end]
	switch {
	case !StartsValue(content, start):
		return "it is the end of something longer"
	case !EndsValue(content, start, end):
		return "it is masked, cut off, or the beginning of something longer"
	case !Random(tail) && !NearlyRandom(tail):
		return "it looks made up: a word, a sequence, or too few different characters"
	case InBase64Block(content, start, end) || InBase64Run(content, start, end):
		return "it is a piece of base64 text"
	}
	return ""
}
