package text

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/safe"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

// maxNames is how many names a line lists before it counts the others.
const maxNames = 3

// block writes one finding: a headline, at most one row of each kind, and an empty line.
func (h *handler) block(f finding.Finding) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s  %s  %s  %s\n", h.status(f.Verdict.Status), f.Severity,
		words.Type(f.Credential.Type), h.ink.strong(words.Values(f.Credential, h.opts.ShowSecrets)))
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %s %s\n", h.ink.faint(fmt.Sprintf("%-5s", label)), text)
		}
	}
	if v := f.Verdict; v.Identity != nil {
		row("owner", words.Owner(*v.Identity))
	} else if !v.Offline || h.opts.Quiet && h.offline == 0 { // else the closing lines, or a block before, say it once
		row("why", words.Why(v))
	}
	row("can", words.Can(f.Verdict.Reach))
	row("ours", words.Ours(f.Verdict.Owner))
	h.places(f, row)
	row("near", h.candidates(f.Candidates))
	row("next", words.Next(f))
	b.WriteByte('\n')
	return b.Bytes()
}

// status is the first word of a block. A live credential shouts, also without colour.
func (h *handler) status(s verifier.Status) string {
	word := words.Status(s)
	switch s {
	case verifier.Live, verifier.Restricted:
		return h.ink.alarm(strings.Replace(word, "live", "LIVE", 1))
	case verifier.NotFound, verifier.Expired, verifier.Inactive:
		return h.ink.faint(word)
	}
	return h.ink.doubt(word)
}

func (h *handler) places(f finding.Finding, row func(label, text string)) {
	p := split(f.Occurrences, h.now)
	if len(p.past) == 0 {
		row("where", p.standing())
		return
	}
	row("first", p.exposure())
	row("now", p.standing())
	row("also", p.rest())
	row("refs", p.reach())
}

func (h *handler) candidates(secrets []rules.Secret) string {
	if len(secrets) == 0 {
		return ""
	}
	var values []string
	for _, s := range secrets {
		values = append(values, safe.Value(s, h.opts.ShowSecrets))
	}
	return fmt.Sprintf("%s near the ID: %s", count(int64(len(secrets)), "other secret"), list(values, len(values)))
}
