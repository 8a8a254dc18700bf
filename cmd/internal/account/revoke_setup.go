package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"path/filepath"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/pflag"
)

// acting are the flags of the commands that change something.
type acting struct {
	cloud     cloud.Flags
	yes       bool
	journal   string
	maxKeys   int
	watchTime time.Duration // before deleting; a day if zero
}

func (o *acting) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.yes, "yes", false, "")
	f.StringVar(&o.journal, "journal", "", "")
	o.cloud.AddTo(f)
}

func (o *acting) batchFlags(f *pflag.FlagSet) {
	f.IntVar(&o.maxKeys, "max-keys", 10, "")
}

// checkActing refuses empty flags, above all a list of addresses that a script did not fill in.
func checkActing(flags *pflag.FlagSet) error {
	for _, name := range []string{"quarantine", "quarantine-vpc"} {
		if f := flags.Lookup(name); f != nil && f.Changed && f.Value.String() == "[]" {
			return command.Empty("--" + name)
		}
	}
	return command.CheckFlags(flags)
}

// actor acts on keys, and knows what earlier runs did.
type actor struct {
	connection *connection.Connection
	revoker    *revoke.Revoker
	history    *revocation.History
	source     reason.Reason // of the credential
	options    acting
}

// prepare finds the administrator's credential. With --use-leaked-key, the leaked key takes its place.
func (a *app) prepare(ctx context.Context, o acting, leaked *rules.Credential) (*actor, error) {
	conn, err := o.cloud.Connect(a.App)
	if err != nil {
		return nil, err
	}
	s := &actor{connection: conn, options: o, source: reason.New("revoke.leaked-key-itself")}
	opts := revoke.Options{Connection: conn, Account: o.cloud.Account, MaxKeys: o.maxKeys, WatchTime: o.watchTime, Leaked: leaked}
	if leaked == nil {
		find := o.cloud
		find.Account = "" // the revoker checks it
		c, err := find.Administrator(ctx, conn)
		if err != nil {
			return nil, err
		}
		opts.Admin, s.source = c, c.Source
	}
	if s.revoker, err = revoke.New(opts); err != nil {
		return nil, cloud.AsUsage(err)
	}
	s.history, err = a.readHistory(o)
	return s, err
}

// known returns the reason in an error.
func known(err error) (*reason.Error, bool) {
	var found *reason.Error
	ok := errors.As(err, &found)
	return found, ok
}

// cloudFailure gives an error of the cloud, or a refusal, its hint and exit code.
func cloudFailure(ctx context.Context, err error) error {
	var done *command.Failure
	switch {
	case err == nil, ctx.Err() != nil, errors.As(err, &done):
		return err
	}
	if found, ok := known(err); ok && !found.Hint.IsZero() {
		return &command.Failure{Err: found, Code: command.ExitCloud}
	}
	return &command.Failure{Err: &reason.Error{Reason: reason.Of(err), Hint: reason.New("revoke.try-again-hint"), Err: err}, Code: command.ExitCloud}
}

// readHistory reads the journals of earlier runs.
func (a *app) readHistory(o acting) (*revocation.History, error) {
	folder, err := o.folder()
	if err != nil { // without a folder there are no journals; a command that writes one reports it
		return &revocation.History{}, nil
	}
	h, err := revocation.ReadHistory(folder)
	if err != nil {
		return nil, command.Usage("usage.state-folder", osfile.WithoutPath(err), folder)
	}
	for _, j := range h.Broken {
		a.Say("revoke.left-out-journal", j.Name, j.Why)
	}
	return h, nil
}

// folder returns the folder of the journals.
func (o acting) folder() (string, error) {
	if o.journal != "" {
		return filepath.Dir(o.journal), nil
	}
	dir, err := command.StateDir()
	if err != nil {
		return "", command.Usage("usage.no-state-folder", osfile.WithoutPath(err))
	}
	return filepath.Join(dir, "revoke"), nil
}

// newJournal creates the journal of a run. Its name begins with the time, so that the newest sorts last.
func (o acting) newJournal() (*revocation.Journal, error) {
	folder, err := o.folder()
	if err != nil {
		return nil, err
	}
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	name := time.Now().UTC().Format("20060102T150405Z-") + hex.EncodeToString(random) + ".jsonl"
	j, err := revocation.CreateJournal(cmp.Or(o.journal, filepath.Join(folder, name)))
	if err != nil {
		return nil, journalFailure(err, reason.New("revoke.journal-needed"))
	}
	return j, nil
}

// journalFailure gives an error of the journal its hint, and the exit code of a usage error: the cloud is not involved.
func journalFailure(err error, hint reason.Reason) error {
	found, ok := known(err)
	if !ok {
		found = &reason.Error{Reason: reason.Of(err), Err: err}
	}
	if found.Hint.IsZero() {
		found = &reason.Error{Reason: found.Reason, Hint: hint, Err: err}
	}
	return &command.Failure{Err: found, Code: command.ExitUsage}
}
