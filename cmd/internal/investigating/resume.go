package investigating

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/pflag"
)

// latest is the value of --resume without a file: the investigation that was interrupted last is continued.
const latest = "latest"

// fileOrLatest is the value of --resume. The help shows latest without quotes, as it is typed.
type fileOrLatest string

// Set implements pflag.Value.
func (f *fileOrLatest) Set(name string) error { *f = fileOrLatest(name); return nil }

// String implements pflag.Value.
func (f *fileOrLatest) String() string { return string(*f) }

// Type implements pflag.Value.
func (f *fileOrLatest) Type() string { return "file" }

// earlier is what an interrupted investigation has read, by account.
type earlier map[string]checkpoint

// any returns one of the readings; all have the same keys and the same beginning.
func (e earlier) any() checkpoint {
	for _, c := range e {
		return c
	}
	return checkpoint{}
}

// readEarlier reads what --resume names.
func (a *app) readEarlier(o options, s *store, q inquiry) (earlier, error) {
	names := []string{o.resume}
	switch o.resume {
	case "":
		if keys := q.refs(); len(keys) > 0 && len(s.latest(keys)) > 0 {
			a.Say("investigate.can-resume")
		}
		return nil, nil
	case latest:
		if names = s.latest(q.refs()); len(names) == 0 {
			return nil, command.Usage("usage.nothing-to-resume", strings.Join(s.folders, ", "))
		}
	default:
		if run := runIn(o.resume); run != "" { // the other accounts of the investigation are beside it
			names = siblings(o.resume)
		}
	}
	found := earlier{}
	for _, name := range names {
		if err := found.read(name); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// maxEarlier is how large a file may be that is resumed.
const maxEarlier = 512 << 20

// read adds a checkpoint, or the accounts of a report in JSON.
func (e earlier) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return command.Usage("usage.read-report", name, osfile.WithoutPath(err))
	}
	defer file.Close()
	var c checkpoint
	if err := json.NewDecoder(io.LimitReader(file, maxEarlier)).Decode(&c); err == nil && c.Checkpoint == checkpointVersion && c.Snapshot != nil && c.Snapshot.Account != "" {
		e[c.Snapshot.Account] = c
		return nil
	}
	g, _, err := ReadReport(name)
	if err != nil {
		return err
	}
	for _, p := range g.Accounts {
		if p.Entered() {
			e[p.Account] = checkpoint{Leaks: p.Report.Leaks, Snapshot: p.Report.Snapshot}
		}
	}
	return nil
}

// changed is when a file was written last; zero if that is not known.
func changed(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// siblings are the checkpoints of one investigation.
func siblings(name string) []string {
	s := store{run: runIn(name), folders: []string{filepath.Dir(name)}}
	if all := s.latest([]account.KeyRef{""}); slices.Contains(all, name) {
		return all
	}
	return []string{name}
}

// take tells apart the arguments of the command: an ID or a report of a scan, and what follows --resume.
func (o *options) take(args []string) error {
	for _, arg := range args {
		switch {
		case o.subject == "" && (o.resume != latest || isSubject(arg)):
			o.subject = arg
		case o.resume == latest:
			o.resume = arg
		default:
			return command.Usage("usage.too-many-arguments", 1, "akguard investigate", len(args))
		}
	}
	return nil
}

// isSubject reports whether an argument names what an investigation is about, and not one to be resumed.
func isSubject(arg string) bool {
	if subject.LooksLikeID(arg) {
		return true
	}
	_, err := subject.ReadReport(arg)
	return err == nil
}

// again returns the command line that goes on with an investigation.
func (o options) again(flags *pflag.FlagSet, name string) string {
	words := []string{"akguard", "investigate"}
	if _, err := os.Stat(o.subject); err == nil {
		words = append(words, o.subject)
	}
	flags.Visit(func(f *pflag.Flag) {
		switch list, many := f.Value.(pflag.SliceValue); {
		case f.Name == "resume":
		case many:
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name, v)
			}
		case f.Value.Type() == "bool":
			words = append(words, "--"+f.Name+"="+f.Value.String())
		default:
			words = append(words, "--"+f.Name, f.Value.String())
		}
	})
	words = append(words, "--resume", name)
	for i, w := range words {
		words[i] = quoted(rules.MaskIDs(w))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@%+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
