package sweep

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
)

// findingStore keeps findings by repository and credential, as the objects of the JSON stream.
type findingStore struct {
	records
	rules *rules.Set
	whole bool // secrets are kept, not masked
}

// maxKept is how many places of a credential are kept for one repository.
const maxKept = 1000

// save adds a finding to what is known of the credential in a repository: a credential that was pushed stays leaked. It
// reports whether the places are too many to keep them all.
func (a findingStore) save(ctx context.Context, repository int64, f finding.Finding) (cut bool, err error) {
	at := key(repository) + "/" + f.Fingerprint
	for {
		old, revision, err := a.Get(ctx, at)
		if err != nil {
			return false, fmt.Errorf("reading a finding: %w", err)
		}
		if old != nil {
			known, err := a.decode(old)
			if err != nil || len(known) != 1 {
				return false, fmt.Errorf("reading the finding %s: %w", at, cmp.Or(err, errNotOne))
			}
			f = join(known[0], f)
		}
		data, cut, err := a.encode(f)
		if err != nil || bytes.Equal(data, old) {
			return cut, err
		}
		if _, err = a.Put(ctx, at, data, revision); !errors.Is(err, ErrChanged) {
			return cut, err
		}
	}
}

var errNotOne = errors.New("it is not one finding")

// join adds the places of two findings of one credential in one repository. The second is the later one, and its verdict holds.
func join(old, now finding.Finding) finding.Finding {
	now.Occurrences = finding.SortOccurrences(append(slices.Clone(old.Occurrences), now.Occurrences...))
	if now.Verdict.CheckedAt.Before(old.Verdict.CheckedAt) {
		now.Verdict, now.Severity = old.Verdict, old.Severity
	}
	if finding.IsMasked(now.Credential.ID) && !finding.IsMasked(old.Credential.ID) {
		now.Credential = old.Credential
	}
	return now
}

// masked masks the values of findings wherever names quote them.
func masked(list []finding.Finding, skips []finding.Skip) ([]finding.Finding, []finding.Skip, error) {
	var out finding.Recorded
	h := report.Masked(&out)
	for _, f := range list {
		if err := h.Finding(f); err != nil {
			return nil, nil, err
		}
	}
	for _, s := range skips {
		if err := h.Skip(s); err != nil {
			return nil, nil, err
		}
	}
	err := h.Summary(finding.Summary{}) // then all values are known
	return out.Findings, out.Skips, err
}

// encode writes a finding as one line of the JSON stream, with as many of the first places as fit.
func (a findingStore) encode(f finding.Finding) (data []byte, cut bool, err error) {
	all := len(f.Occurrences)
	f.Occurrences = f.Occurrences[:min(all, maxKept)]
	for {
		var b bytes.Buffer
		if err := jsonl.Lines().New(&b, report.Options{ShowSecrets: a.whole, Words: reason.Plain{}}).Finding(f); err != nil {
			return nil, false, err
		}
		if b.Len() <= MaxValue || len(f.Occurrences) == 1 {
			return b.Bytes(), len(f.Occurrences) < all, nil
		}
		f.Occurrences = f.Occurrences[:len(f.Occurrences)/2]
	}
}

func (a findingStore) decode(data []byte) ([]finding.Finding, error) {
	var r finding.Recorded
	if err := jsonl.Read(bytes.NewReader(data), a.rules, &r); err != nil {
		return nil, err
	}
	return r.Findings, nil
}

// merged returns the findings of the repositories that wanted accepts, one for each credential.
func (a findingStore) merged(ctx context.Context, wanted func(repository string) bool) ([]finding.Finding, error) {
	byPrint := map[string]finding.Finding{}
	err := a.Each(ctx, "", func(key string, value []byte) error {
		repository, print, _ := cutKey(key)
		if !wanted(repository) {
			return nil
		}
		list, err := a.decode(value)
		if err != nil {
			return fmt.Errorf("reading the finding %s: %w", key, err)
		}
		for _, f := range list {
			if known, ok := byPrint[print]; ok {
				f = latest(known, f)
			}
			byPrint[print] = f
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]finding.Finding, 0, len(byPrint))
	for _, f := range byPrint {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b finding.Finding) int {
		return cmp.Or(finding.CompareUrgency(a, b), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return out, nil
}

// latest joins two findings of one credential in different repositories.
func latest(a, b finding.Finding) finding.Finding {
	if b.Verdict.CheckedAt.Before(a.Verdict.CheckedAt) {
		a, b = b, a
	}
	return join(a, b)
}
