package investigating

import (
	"path/filepath"
	"slices"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/akguard/akguard/verifier/revocation"
)

// addDeeds puts into the report of each account what was done there.
func (a *app) addDeeds(o options, r result) error {
	deeds, err := a.deeds(o)
	if err != nil {
		return err
	}
	for _, p := range r.Accounts {
		if p.Entered() {
			tell(p.Report, deeds)
		}
	}
	return nil
}

// deeds returns what was done about the incident, the oldest first: what the journals of --journal record and, without them, those of the
// state folder.
func (a *app) deeds(o options) ([]revocation.Deed, error) {
	if len(o.journals) > 0 {
		return a.journalDeeds(o.journals)
	}
	dir, err := command.StateDir()
	if err != nil {
		return nil, nil // there are no journals
	}
	h, err := revocation.ReadHistory(filepath.Join(dir, "revoke"))
	if err != nil { // the report says what was seen in the account, without what was done
		a.Say("investigate.no-journals", dir, osfile.WithoutPath(err))
		return nil, nil
	}
	for _, broken := range h.Broken {
		a.Say("revoke.left-out-journal", broken.Name, broken.Why)
	}
	return h.Deeds(), nil
}

func (a *app) journalDeeds(names []string) ([]revocation.Deed, error) {
	var all []revocation.Deed
	for _, name := range names {
		deeds, err := revocation.ReadDeeds(name)
		if err != nil {
			return nil, command.Usage("usage.read-journal", name, osfile.WithoutPath(err))
		}
		all = append(all, deeds...)
	}
	return all, nil
}

// tell puts what was done in an account since the exposure into its report, beside what an earlier report says was done.
func tell(r *incident.Report, deeds []revocation.Deed) {
	for _, d := range deeds {
		if d.Account != r.Snapshot.Account || d.At.Before(r.Snapshot.Since) {
			continue
		}
		done := incident.Deed{At: d.At, What: d.Reason(), Kind: string(d.Kind), Key: d.Target.ID, User: d.Target.Owner.User}
		if d.Thing != nil {
			done.Thing = d.Thing.Name
		}
		if !slices.Contains(r.Done, done) {
			r.Done = append(r.Done, done)
		}
	}
	slices.SortStableFunc(r.Done, func(a, b incident.Deed) int { return a.At.Compare(b.At) })
}
