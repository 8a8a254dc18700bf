package orgtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Repo is a repository.
type Repo struct {
	ID           int64
	Owner, Name  string
	Path         string // of the bare repository
	Wiki         string // of the wiki's; "" if there is none
	Pack         []byte // what is sent to whoever fetches, in place of what git would; nil: git's
	HasWiki      bool
	Archived     bool
	Private      bool
	Disabled     bool
	Locked       bool // for a migration
	Deleted      bool
	Blocked      string // why GitHub has blocked it: dmca is answered with 451, all else with 403
	Language     string
	Topics       []string
	Parent       *Repo
	Formerly     []string // OWNER/NAME
	Pushed       time.Time
	Size         int64      // KiB
	Activities   []Activity // the latest first
	Issues       []*Issue
	Comments     []Comment         // on issues
	LineComments []Comment         // on lines of pull requests
	Reviews      map[int][]Comment // by pull request
	Discussions  []Issue
	Assets       []File
	Artifacts    []File
	Logs         []File
}

// FullName returns OWNER/NAME.
func (r *Repo) FullName() string { return r.Owner + "/" + r.Name }

// Activity is an entry of the list of activities.
type Activity struct {
	ID                 int64
	Kind               string // push, force_push, branch_creation, branch_deletion
	Ref, Before, After string
	Actor              string
	At                 time.Time
}

// Issue is an issue or a pull request.
type Issue struct {
	Number      int
	Title, Body string
	Author      string
	Pull        bool
	At          time.Time
	Labels      []string
	Comments    []Comment // on a discussion
}

// Comment is a comment or a review.
type Comment struct {
	ID           int64
	Number       int // of the issue or pull request
	Author, Body string
	At           time.Time
}

// File is an attachment.
type File struct {
	ID      int64
	Name    string
	Content []byte
	At      time.Time
	Expired bool
}

// Gist is a gist. Its repository is served if EditGist has made one, by a host that wants no token.
type Gist struct {
	ID, Description string
	Public          bool
	At              time.Time
}

// EditGist adds a commit to a gist, and makes that if the user has none with the ID.
func (s *Server) EditGist(user, id string, files map[string]string) (string, error) {
	r := &Repo{Owner: "gist", Name: id, Path: filepath.Join(s.o.Dir, "gist-"+id+".git")}
	s.Lock()
	list := s.Gists[user]
	i := slices.IndexFunc(list, func(g Gist) bool { return g.ID == id })
	if i < 0 {
		i, list = len(list), append(list, Gist{ID: id, Public: true})
	}
	list[i].At = time.Now().UTC()
	s.Gists[user] = list
	s.Unlock()
	if err := bare(r.Path); err != nil {
		return "", err
	}
	return s.commit(r, r.Path, "refs/heads/main", files, true)
}

// Add adds a repository without commits. Its wiki is turned on, and does not exist.
func (s *Server) Add(name string) (*Repo, error) {
	s.Lock()
	defer s.Unlock()
	r := &Repo{ID: s.id(), Owner: s.Org, Name: name, HasWiki: true, Reviews: map[int][]Comment{}, Pushed: time.Now().UTC()}
	r.Path = filepath.Join(s.o.Dir, fmt.Sprintf("%d.git", r.ID))
	s.Repos = append(s.Repos, r)
	return r, bare(r.Path)
}

// bare makes a bare repository, without a process of git. Like GitHub, it serves commits that no ref leads to.
func bare(path string) error {
	const config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n[gc]\n\tauto = 0\n"
	for _, dir := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(path, dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(path, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(path, "config"), []byte(config), 0o644)
}

// Fork adds a fork. It shares the objects of its parent on disk, as on GitHub.
func (s *Server) Fork(parent *Repo, name string) (*Repo, error) {
	r, err := s.Add(name)
	if err != nil {
		return nil, err
	}
	s.Lock()
	r.Parent, r.HasWiki = parent, false
	s.Unlock()
	refs, err := s.run(parent.Path, nil, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags")
	if err != nil {
		return nil, err
	}
	alternates := filepath.Join(r.Path, "objects", "info", "alternates")
	if err := os.WriteFile(alternates, []byte(filepath.Join(parent.Path, "objects")+"\n"), 0o644); err != nil {
		return nil, err
	}
	return r, os.WriteFile(filepath.Join(r.Path, "packed-refs"), []byte(refs+"\n"), 0o644)
}

// run runs git in a repository.
func (s *Server) run(path string, stdin []byte, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", path}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_DIR="+path)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// Commit adds a commit with the given files to a ref, on top of what is there, and returns its ID. Files are by path.
func (s *Server) Commit(r *Repo, ref string, files map[string]string) (string, error) {
	return s.commit(r, r.Path, ref, files, true)
}

// ForcePush replaces a branch by one new commit, and notes the activity.
func (s *Server) ForcePush(r *Repo, branch, actor string, files map[string]string) (lost string, err error) {
	ref := "refs/heads/" + branch
	if lost, err = s.run(r.Path, nil, "rev-parse", ref); err != nil {
		return "", err
	}
	after, err := s.commit(r, r.Path, ref, files, false)
	s.note(r, Activity{Kind: "force_push", Ref: ref, Before: lost, After: after, Actor: actor})
	return lost, err
}

// DeleteBranch deletes a branch, and notes the activity.
func (s *Server) DeleteBranch(r *Repo, branch, actor string) (lost string, err error) {
	ref := "refs/heads/" + branch
	if lost, err = s.run(r.Path, nil, "rev-parse", ref); err != nil {
		return "", err
	}
	_, err = s.run(r.Path, nil, "update-ref", "-d", ref)
	s.note(r, Activity{Kind: "branch_deletion", Ref: ref, Before: lost, After: strings.Repeat("0", 40), Actor: actor})
	return lost, err
}

// Pull adds a pull request with one commit, which only refs/pull/N/head leads to, as from a fork.
func (s *Server) Pull(r *Repo, author, title string, files map[string]string) (string, error) {
	s.Lock()
	number := len(r.Issues) + 1
	r.Issues = append(r.Issues, &Issue{Number: number, Title: title, Author: author, Pull: true, At: time.Now().UTC()})
	s.Unlock()
	return s.commit(r, r.Path, fmt.Sprintf("refs/pull/%d/head", number), files, false)
}

// EditWiki adds a commit to the wiki. It makes the wiki if there is not one yet.
func (s *Server) EditWiki(r *Repo, files map[string]string) (string, error) {
	s.Lock()
	path := strings.TrimSuffix(r.Path, ".git") + ".wiki.git"
	fresh := r.Wiki == ""
	r.Wiki, r.HasWiki = path, true
	s.Unlock()
	if fresh {
		if err := bare(path); err != nil {
			return "", err
		}
	}
	return s.commit(r, path, "refs/heads/master", files, true)
}

func (s *Server) note(r *Repo, a Activity) {
	s.Lock()
	defer s.Unlock()
	a.ID, a.At = s.id(), time.Now().UTC()
	r.Activities = append([]Activity{a}, r.Activities...)
	r.Pushed = a.At
}

// exists reports whether a ref exists, without a process of git.
func exists(path, ref string) bool {
	if _, err := os.Stat(filepath.Join(path, filepath.FromSlash(ref))); err == nil {
		return true
	}
	packed, err := os.ReadFile(filepath.Join(path, "packed-refs"))
	return err == nil && strings.Contains(string(packed), " "+ref+"\n")
}

// commit adds a commit to a ref; on top is set if it has what is there for its parent.
func (s *Server) commit(r *Repo, path, ref string, files map[string]string, onTop bool) (string, error) {
	var b bytes.Buffer
	now := time.Now()
	target := "refs/akguard/new"
	if onTop {
		target = ref
	}
	fmt.Fprintf(&b, "feature done\ncommit %s\nmark :1\ncommitter Wei <wei@example.com> %d +0000\ndata 6\nchange\n", target, now.Unix())
	if onTop && exists(path, ref) {
		fmt.Fprintf(&b, "from %s^0\n", ref)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(files[name]), files[name])
	}
	fmt.Fprintf(&b, "get-mark :1\ndone\n")
	args := []string{"-c", "core.compression=1", "fast-import", "--quiet", "--force"}
	if b.Len() > 1<<20 { // as a pack, which is served as it is
		args = append([]string{"-c", "fastimport.unpackLimit=1"}, args...)
	}
	id, err := s.run(path, b.Bytes(), args...)
	if err == nil && !onTop {
		_, err = s.run(path, nil, "update-ref", ref, id)
		if err == nil {
			_, err = s.run(path, nil, "update-ref", "-d", target)
		}
	}
	s.Lock()
	defer s.Unlock()
	if path == r.Path {
		r.Pushed = now.UTC()
	}
	return id, err
}
