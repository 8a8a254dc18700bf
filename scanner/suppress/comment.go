package suppress

import (
	"fmt"
	"strings"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// Marker is the comment that allows the credential on its line: akguard:allow REASON.
const Marker = "akguard:allow"

// ForeignMarkers are the comments of other scanners that mean the same.
func ForeignMarkers() []string {
	return []string{"gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret"}
}

// Comments allows credentials by a comment on their line.
type Comments struct {
	// Foreign also accepts the comments of other scanners, which need no reason.
	Foreign bool
}

// allow reports whether a line of the occurrence has a comment. Nil allows nothing.
func (c *Comments) allow(o scanner.CandidateOccurrence) (finding.Suppression, bool) {
	if c == nil {
		return finding.Suppression{}, false
	}
	for _, line := range o.SourceLines {
		if why, ok := c.reasonIn(line.Reveal()); ok {
			by := o.Path
			if o.Line > 0 {
				by = fmt.Sprintf("%s:%d", o.Path, o.Line)
			}
			return finding.Suppression{By: by, Reason: why}, true
		}
	}
	return finding.Suppression{}, false
}

// reasonIn returns the reason in the comment of a line. Without a reason, the comment of akguard allows nothing.
func (c *Comments) reasonIn(line string) (string, bool) {
	if _, after, ok := strings.Cut(line, Marker); ok {
		if why := tidy(after); why != "" {
			return why, true
		}
	}
	if !c.Foreign {
		return "", false
	}
	for _, marker := range ForeignMarkers() {
		if strings.Contains(line, marker) {
			return marker, true
		}
	}
	return "", false
}

// tidy strips what ends a comment in some languages, and cuts what is too long.
func tidy(text string) string {
	text = strings.TrimLeft(strings.TrimSpace(text), ":")
	for _, end := range []string{"*/", "-->", "#}", "--%>", `"`, "'"} {
		text, _, _ = strings.Cut(text, end)
	}
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), maxReason)]
}
