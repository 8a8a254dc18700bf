package cli

import (
	"os"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/revoke"
)

// leak is a leaked key, with what is known about it.
type leak struct {
	credential rules.Credential
	status     verifier.Status    // by a report
	known      *verifier.Identity // whose it is; nil if no check said so
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
func (a *app) leaks(subject string) ([]leak, error) {
	if info, err := os.Stat(subject); err == nil && !info.IsDir() {
		return a.reportedKeys(subject)
	}
	id, err := givenID(subject)
	if err != nil {
		return nil, err
	}
	return []leak{{credential: parts{id: id.Reveal()}.credential()}}, nil
}

func givenID(subject string) (rules.Secret, error) {
	if !looksLikeID(subject) {
		return rules.Secret{}, usage("usage.not-an-id", rules.MaskIDs(subject))
	}
	return rules.NewSecret(subject), nil
}

// reportedKeys reads the keys of a report that can be revoked.
func (a *app) reportedKeys(name string) ([]leak, error) {
	r, err := readReport(name)
	if err != nil {
		return nil, err
	}
	var keys []leak
	masked := 0
	for _, f := range r.findings {
		switch {
		case !isKey(f):
		case f.Masked():
			masked++
		default:
			keys = append(keys, leak{f.Credential, f.Verdict.Status, f.Verdict.Identity})
		}
	}
	if masked > 0 && len(keys) == 0 {
		return nil, usage("usage.masked-report", masked, name)
	}
	if len(keys) == 0 {
		return nil, usage("usage.report-without-key", name)
	}
	if masked > 0 {
		a.say("revoke.left-out-masked", masked)
	}
	if r.summary == nil {
		a.say("revoke.report-incomplete", name)
	}
	return keys, nil
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
		return nil, usage("usage.one-leaked-key", len(keys))
	}
	if c := keys[0].credential; !c.Secret.IsZero() {
		return &c, nil
	}
	p := parts{id: keys[0].credential.ID.Reveal()}
	var err error
	if o.secretStdin {
		err = p.read(a.In)
	} else {
		err = a.prompt(&p)
	}
	if err != nil {
		return nil, err
	}
	c := p.credential()
	return &c, nil
}
