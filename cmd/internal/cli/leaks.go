package cli

import (
	"fmt"
	"os"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/revoke"
)

// leak is a key that leaked, with what is known of it.
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

// leaks finds out which keys are meant: what is a file is a report, and what looks like an ID is one.
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
		return rules.Secret{}, &failure{fmt.Errorf("%s is neither a file nor a whole ID", rules.MaskIDs(subject)),
			"name a whole ID, as the file has it where the key leaked, or a report of scan --format jsonl --show-secrets", exitUsage}
	}
	return rules.NewSecret(subject), nil
}

// reportedKeys reads the keys of a report that something can be done about.
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
	const hint = "scan again with --show-secrets, or name the ID itself"
	if masked > 0 && len(keys) == 0 {
		return nil, &failure{fmt.Errorf("%s is masked: it does not hold the whole ID of %s", name, count(masked, "key")), hint, exitUsage}
	}
	if len(keys) == 0 {
		return nil, &failure{fmt.Errorf("%s holds no key that could be revoked", name), "name the ID itself", exitUsage}
	}
	if masked > 0 {
		terminal.Say(a.Err, "left out: %s whose ID is masked; %s", count(masked, "key"), hint)
	}
	if r.summary == nil {
		terminal.Say(a.Err, "%s has no end: its scan was interrupted, and there may be more keys", name)
	}
	return keys, nil
}

// isKey reports whether a finding is a key that is not known to be gone.
func isKey(f finding.Finding) bool {
	switch f.Credential.Type {
	case rules.AccessKey, rules.AccessKeyID, rules.STS:
		return !f.Credential.ID.IsZero() && f.Verdict.Status != verifier.NotFound && f.Verdict.Status != verifier.Expired
	}
	return false
}

// leakedKey finds the secret of the one key that shall disable itself.
func (a *app) leakedKey(o revokeOptions, keys []leak) (*rules.Credential, error) {
	if len(keys) != 1 {
		return nil, &failure{fmt.Errorf("--use-leaked-key is for one key, and not %d", len(keys)), "name its ID", exitUsage}
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
