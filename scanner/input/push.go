package input

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/commits"
	"github.com/akguard/akguard/scanner/source/files"
	"github.com/akguard/akguard/scanner/source/message"
	"github.com/akguard/akguard/scanner/source/pushed"
)

// Update is what a push does to one ref, as git passes it to a hook: object IDs in hex. The zero ID means that there is no ref before,
// or none afterwards.
type Update struct {
	Ref      string // on the server
	Old, New string
}

// Push is what a push from the repository around a path will add to a remote: what the new values of refs reach, and neither
// their old values nor the tracking refs of the remote. Old values that the repository does not have are unknown history of
// the remote, and say nothing. Deletions add nothing.
func Push(path, remote string, updates []Update, o Options) (*Input, error) {
	return inUpdates(path, o, func(r *repo.Repository) (*Input, error) {
		var all repo.Range
		for _, u := range updates {
			if zero(u.New) {
				continue
			}
			head, err := r.ResolveRange(u.New)
			if err != nil {
				return nil, failed("input.push", u.Ref, err)
			}
			all.Heads, all.Tags = append(all.Heads, head.Heads...), append(all.Tags, head.Tags...)
			if base, err := r.ResolveRange(u.Old); err == nil && !zero(u.Old) {
				all.Bases = append(all.Bases, base.Heads...)
			}
		}
		all.Bases = append(all.Bases, tracked(r, remote)...)
		return o.of(commits.New(commits.Options{Repo: r, Range: all})), nil
	})
}

func zero(id string) bool { return strings.Trim(id, "0") == "" }

// tracked returns the commits that the tracking refs of a remote name.
func tracked(r *repo.Repository, remote string) []object.ID {
	refs, _ := r.Refs()
	var out []object.ID
	for _, ref := range refs {
		if !strings.HasPrefix(ref.Name, "refs/remotes/"+remote+"/") {
			continue
		}
		if id, err := r.Resolve(ref.Target.String()); err == nil && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Received is what a push adds to the repository at a path, while git holds it back for a hook of the server.
func Received(path string, updates []Update, o Options) (*Input, error) {
	return inUpdates(path, o, func(r *repo.Repository) (*Input, error) {
		opts := pushed.Options{Repo: r, Quarantine: os.Getenv("GIT_QUARANTINE_PATH"), Limits: o.limits()}
		for _, u := range updates {
			if id, ok := r.Format().ParseID(u.New); ok && !id.IsZero() {
				opts.Heads = append(opts.Heads, id)
			}
		}
		refs, _ := r.Refs() // what cannot be read is no base, so more is new
		for _, ref := range refs {
			opts.Bases = append(opts.Bases, ref.Target)
		}
		source := pushed.New(opts)
		in := o.of(source)
		in.pushed = source
		return in, nil
	})
}

// inUpdates opens the repository of a hook. Git runs hooks of a server in the git directory.
func inUpdates(path string, o Options, open func(*repo.Repository) (*Input, error)) (*Input, error) {
	root, err := around(path)
	if err != nil {
		return nil, err
	}
	return inRepository(root, o, open)
}

// Objects returns how many objects a push has brought; 0 for any other input.
func (i *Input) Objects() int {
	if i.pushed == nil {
		return 0
	}
	return i.pushed.Objects()
}

// Message is the message of the commit that is being made in the repository around the current folder, in a file as an editor
// left it.
func Message(file string, o Options) (*Input, error) {
	if err := exists(file); err != nil {
		return nil, err
	}
	root, err := around("")
	if err != nil {
		return nil, err
	}
	return inRepository(root, o, func(r *repo.Repository) (*Input, error) {
		opts := message.Options{File: file, Comment: cmp.Or(r.Setting("core", "commentstring"), r.Setting("core", "commentchar"))}
		switch r.Setting("commit", "cleanup") {
		case "strip", "scissors":
		case "whitespace", "verbatim":
			opts.Keep = true
		default:
			opts.Keep = os.Getenv("GIT_EDITOR") == ":" // git sets this for hooks where it used no editor
		}
		return o.of(message.New(opts)), nil
	})
}

// Files is some files, as they are on disk.
func Files(paths []string, o Options) (*Input, error) {
	var sources []scanner.Source
	for _, path := range paths {
		if err := exists(path); err != nil {
			return nil, err
		}
		sources = append(sources, files.NewFile(path))
	}
	return o.of(sources...), nil
}
