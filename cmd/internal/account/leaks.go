package account

import (
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/revoke"
)

// leak is a leaked key, with what is known about it.
type leak struct {
	credential rules.Credential
	status     verifier.Status    // according to a report
	known      *verifier.Identity // the owner; nil if no check has named one
	asked      bool               // the status is fresh
	why        reason.Reason      // of a fresh status
	places     []finding.Occurrence
}

// off reports whether a key is known not to work.
func (k leak) off() bool {
	switch k.status {
	case verifier.NotFound, verifier.Expired, verifier.Inactive, verifier.SecretMismatch:
		return true
	}
	return false
}

func subjectsOf(keys []leak) []revoke.Subject {
	var subjects []revoke.Subject
	for _, k := range keys {
		subjects = append(subjects, revoke.Subject{ID: k.credential.ID, Known: k.known})
	}
	return subjects
}

// leaks returns the keys of a report if the subject is a file, or the key with that ID.
func (a *app) leaks(name string) ([]leak, error) {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return a.reportedKeys(name)
	}
	id, err := givenID(name)
	if err != nil {
		return nil, err
	}
	return []leak{{credential: subject.Parts{ID: id.Reveal()}.Credential()}}, nil
}

func givenID(name string) (rules.Secret, error) {
	if !subject.LooksLikeID(name) {
		return rules.Secret{}, command.Usage("usage.not-an-id", rules.MaskIDs(name))
	}
	return rules.NewSecret(name), nil
}

// reportedKeys reads the keys of a report that can be revoked.
func (a *app) reportedKeys(name string) ([]leak, error) {
	r, err := subject.ReadReport(name)
	if err != nil {
		return nil, err
	}
	var keys []leak
	masked := 0
	for _, f := range r.Findings {
		switch {
		case !isKey(f):
		case f.Masked():
			masked++
		default:
			keys = append(keys, leakOf(f))
		}
	}
	if masked > 0 && len(keys) == 0 {
		return nil, command.Usage("usage.masked-report", masked, name)
	}
	if len(keys) == 0 {
		return nil, command.Usage("usage.report-without-key", name)
	}
	if masked > 0 {
		a.Say("revoke.left-out-masked", masked)
	}
	if r.Closing == nil {
		a.Say("revoke.report-incomplete", name)
	}
	return keys, nil
}

func leakOf(f finding.Finding) leak {
	return leak{credential: f.Credential, status: f.Verdict.Status, known: f.Verdict.Identity, places: f.Occurrences}
}

// isKey reports whether a finding is a key that may still exist.
func isKey(f finding.Finding) bool {
	switch f.Credential.Type {
	case rules.AccessKey, rules.AccessKeyID, rules.STS:
		return !f.Credential.ID.IsZero() && f.Verdict.Status != verifier.NotFound && f.Verdict.Status != verifier.Expired
	}
	return false
}

// leakedKey returns the credential of the one key that is to disable itself.
func (a *app) leakedKey(o revokeOptions, keys []leak) (*rules.Credential, error) {
	if len(keys) != 1 {
		return nil, command.Usage("usage.one-leaked-key", len(keys))
	}
	if c := keys[0].credential; !c.Secret.IsZero() {
		return &c, nil
	}
	p := subject.Parts{ID: keys[0].credential.ID.Reveal()}
	var err error
	switch {
	case o.secretStdin:
		err = p.Read(a.In)
	case !terminal.Is(a.In):
		err = command.Usage("usage.leaked-key-terminal")
	default:
		err = p.Prompt(a.App)
	}
	if err != nil {
		return nil, err
	}
	c := p.Credential()
	return &c, nil
}
