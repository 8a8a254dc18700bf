package scanner

import (
	"context"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// emit is the last stage: it writes the findings of each cluster as soon as it and those before it are settled. The order
// depends on nothing but the content. The summary counts them.
func (s *Scanner) emit(h finding.Handler, clusters []*cluster) (summary finding.Summary, err error) {
	for _, c := range clusters {
		<-c.settled
		for _, f := range c.findings {
			if f.Suppressed.IsZero() || s.opts.ShowSuppressed {
				if err := h.Finding(f); err != nil {
					return summary, err
				}
			}
			count(&summary, f)
		}
		c.findings = nil // the report has them
	}
	return summary, nil
}

// count counts a finding in the summary.
func count(summary *finding.Summary, f finding.Finding) {
	if !f.Suppressed.IsZero() {
		summary.Suppressed++
		return
	}
	summary.Findings++
	if f.Live() {
		summary.Live++
	}
	if f.State == finding.StateNew {
		summary.New++
	}
}

// report verifies the clusters and writes the report while it does. If the handler fails, nothing more is verified.
func (s *Scanner) report(ctx context.Context, h finding.Handler, clusters []*cluster) (finding.Summary, error) {
	announce(h, clusters)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.verify(ctx, clusters)
	}()
	summary, err := s.emit(h, clusters)
	cancel()
	<-done
	return summary, err
}

// announce gives a handler that masks values all of them, before the first finding.
func announce(h finding.Handler, clusters []*cluster) {
	a, ok := h.(finding.Announcer)
	if !ok {
		return
	}
	var values []rules.Secret
	for _, c := range clusters {
		for _, g := range c.groups {
			values = append(values, g.credential.ID, g.credential.Secret, g.credential.Token)
			values = append(values, g.secrets...)
			for _, o := range g.occurrences {
				values = append(values, o.Credential.Secret, o.Credential.Token)
			}
		}
	}
	a.Announce(values)
}
