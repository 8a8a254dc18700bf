package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/admin"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/pflag"
)

// acting is what the commands that change something let one choose.
type acting struct {
	yes       bool
	journal   string
	account   string
	profile   string
	endpoints []string
	maxKeys   int
	watchTime time.Duration // before deleting; a day if zero
}

func (o *acting) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.yes, "yes", false, "approve without being asked; in CI, give --account too")
	f.StringVar(&o.journal, "journal", "", "`FILE` of the journal; a new one in AKGUARD_STATE_DIR, or in the user's folder for state, if not given")
	o.identity(f)
}

// identity are the flags that say who acts, and where.
func (o *acting) identity(f *pflag.FlagSet) {
	f.StringVar(&o.account, "account", "", "act in no other account than the one with this `NUMBER`")
	f.StringVar(&o.profile, "profile", "", "act with this `PROFILE` of ~/.aliyun/config.json")
	f.StringArrayVar(&o.endpoints, "endpoint", nil, "another endpoint, `SERVICE=URL`; also in AKGUARD_ENDPOINT_RAM and so on")
}

func (o *acting) batchFlags(f *pflag.FlagSet) {
	f.IntVar(&o.maxKeys, "max-keys", 10, "refuse more than `N` keys at a time")
}

// checkActing refuses empty flags, above all a list of addresses that a script did not fill in.
func checkActing(flags *pflag.FlagSet) error {
	if f := flags.Lookup("quarantine"); f != nil && f.Changed && f.Value.String() == "[]" {
		return empty("--quarantine")
	}
	return checkFlags(flags)
}

// session is what is needed to act.
type session struct {
	revoker *revoke.Revoker
	history *revoke.History
	source  string // of the credential, in words
	options acting
}

// endpoint returns the endpoint of a service: the flag's, else the environment's, else "".
func (o acting) endpoint(service string) string {
	url := os.Getenv("AKGUARD_ENDPOINT_" + strings.ToUpper(service))
	for _, e := range o.endpoints {
		if name, value, _ := strings.Cut(e, "="); name == service {
			url = value
		}
	}
	return url
}

func (o acting) check() error {
	for _, e := range o.endpoints {
		name, value, _ := strings.Cut(e, "=")
		if value == "" || !slices.Contains(services(), name) {
			return &failure{fmt.Errorf("--endpoint %s is not SERVICE=URL with a known service", e),
				"the services are: " + strings.Join(services(), ", "), exitUsage}
		}
	}
	return nil
}

// prepare finds the administrator's credential; the leaked key, if there is one, acts in its place.
func (a *app) prepare(ctx context.Context, o acting, leaked *rules.Credential) (*session, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &session{options: o, source: "the leaked key itself"}
	opts := revoke.Options{
		Account: o.account, MaxKeys: o.maxKeys, WatchTime: o.watchTime, Leaked: leaked, UserAgent: userAgent(),
		Endpoints: revoke.Endpoints{STS: o.endpoint("sts"), RAM: o.endpoint("ram"), IMS: o.endpoint("ims"),
			ActionTrail: o.endpoint("actiontrail"), ResourceManager: o.endpoint("resourcemanager")},
	}
	if leaked == nil {
		c, err := admin.Find(ctx, admin.Options{Profile: o.profile, STS: o.endpoint("sts"),
			Metadata: os.Getenv("AKGUARD_ENDPOINT_METADATA"), UserAgent: opts.UserAgent})
		if err != nil {
			return nil, adminFailure(err)
		}
		opts.Admin, s.source = c, c.Source
	}
	var err error
	if s.revoker, err = revoke.New(opts); err != nil {
		return nil, badEndpoint(err)
	}
	s.history, err = a.readHistory(o)
	return s, err
}

func adminFailure(err error) error {
	var known *admin.Error
	if errors.As(err, &known) {
		return &failure{known.Err, known.Hint, exitUsage}
	}
	return err
}

// cloudFailure gives an error of the cloud, or a refusal, its hint and exit code.
func cloudFailure(ctx context.Context, err error) error {
	var done *failure
	var known *revoke.Hinted
	switch {
	case err == nil, ctx.Err() != nil, errors.As(err, &done):
		return err
	case errors.As(err, &known):
		return &failure{err, known.Hint, exitCloud}
	}
	return &failure{err, "try again; akguard revoke shows how things are", exitCloud}
}

// readHistory reads the journals of former runs.
func (a *app) readHistory(o acting) (*revoke.History, error) {
	folder, err := o.folder()
	if err != nil { // without a folder there are no journals; whoever wants to write one is told
		return &revoke.History{}, nil
	}
	h, err := revoke.ReadHistory(folder)
	if err != nil {
		return nil, &failure{err, "make the folder readable, or name another with AKGUARD_STATE_DIR", exitUsage}
	}
	for _, name := range h.Broken {
		terminal.Say(a.Err, "left out: %s is no journal, or not yours alone (mode 0600)", name)
	}
	return h, nil
}

// folder is where the journals are.
func (o acting) folder() (string, error) {
	if o.journal != "" {
		return filepath.Dir(o.journal), nil
	}
	dir, err := stateDir()
	if err != nil {
		return "", &failure{fmt.Errorf("finding a folder for the journal: %w", err), "name one with AKGUARD_STATE_DIR, or a file with --journal", exitUsage}
	}
	return filepath.Join(dir, "revoke"), nil
}

// stateDir is the user's folder for what must outlive a program and is no setting.
func stateDir() (string, error) {
	if dir := os.Getenv("AKGUARD_STATE_DIR"); dir != "" {
		return dir, nil
	}
	switch runtime.GOOS {
	case "windows": // its caches are in the folder for local data, where state belongs too
		dir, err := os.UserCacheDir()
		return filepath.Join(dir, "akguard"), err
	case "darwin":
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "akguard"), err
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "akguard"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "akguard"), err
}

// newJournal makes the journal of a run. Its name begins with the time, so that the newest comes last.
func (o acting) newJournal() (*revoke.Journal, error) {
	folder, err := o.folder()
	if err != nil {
		return nil, err
	}
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	name := time.Now().UTC().Format("20060102T150405Z-") + hex.EncodeToString(random) + ".jsonl"
	j, err := revoke.CreateJournal(cmp.Or(o.journal, filepath.Join(folder, name)))
	if err != nil {
		return nil, journalFailure(err, "without a journal nothing is changed; name a file that can be written with --journal")
	}
	return j, nil
}

// journalFailure gives an error of the journal its hint, and its exit code: the cloud has nothing to do with it.
func journalFailure(err error, hint string) error {
	var known *revoke.Hinted
	if errors.As(err, &known) {
		hint = known.Hint
	}
	return &failure{err, hint, exitUsage}
}
