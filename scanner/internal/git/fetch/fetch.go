// Package fetch brings objects from a git server into a bare repository: it lists the refs, asks for what is not there,
// and stores the pack, whose objects it visits as they arrive. Transports, authentication and negotiation are go-git's;
// the pack goes to odb.Receive.
//
// Nothing of the repository is executed, and there is no working tree. A credential is sent to the host that it is for,
// but not to a host that it redirects to. URLs in errors carry no credential.
//
// Limits: SHA-256 repositories are refused, because go-git knows SHA-1 alone. Protocol version 0, so a server lists all of
// its refs. A file URL needs the program git-upload-pack, which go-git's transport runs.
package fetch

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/storage"
)

// Options says what to fetch, and where to. URL and Dir are required.
type Options struct {
	URL string // https, http, ssh, git or file; also user@host:path
	Dir string // the bare repository to fetch into; it is created if it does not exist
	// User and Password authenticate over https. For a token, hosts take any user. If both are empty, those of the URL are
	// used. Over ssh, the agent and the known hosts of the user are.
	User, Password string
	// Renew returns the password to use in place of one that the server has refused. It is called at most once for each
	// request. May be nil.
	Renew func(ctx context.Context, refused string) (string, error)
	// Refs reports which of the server's refs to fetch; nil means all of them, refs/pull and refs/notes too.
	Refs func(name string) bool
	// As returns the name under which a ref is kept; nil keeps the server's.
	As func(name string) string
	// Choose decides what to ask for, when the server has listed its refs; nil asks for the refs alone.
	Choose func(ctx context.Context, refs map[string]object.ID) (Choice, error)
	// MaxRefs caps the bytes of the list of refs over http; 0 means no cap.
	MaxRefs int64
	// Depth is how many commits of each ref to fetch; 0 means all.
	Depth int
	// Objects says how the pack is received. Dir and Bases are filled in.
	Objects odb.ReceiveOptions
}

// Choice says what to ask for, given the refs of the server.
type Choice struct {
	// Nothing says that no objects are wanted. Nothing is stored.
	Nothing bool
	// Commits are fetched by ID, besides the refs. Most servers allow it also for what no ref reaches any more. The value is
	// the ref to keep the commit under, or "".
	Commits map[object.ID]string
	// Haves are not asked for, although Dir does not have them. The first of them are offered to the server, which leaves out
	// what they reach.
	Haves []object.ID
}

// Result is what is there after a fetch.
type Result struct {
	Refs    map[string]object.ID // the server's refs that were wanted
	Head    string               // the ref that HEAD points to; "" if it is detached or missing
	Pack    string               // the path of the new pack, without extension; "" if there was nothing new
	Shallow []object.ID          // commits whose parents the server left out
	Refused []object.ID          // those of Choice.Commits that the server does not serve; sorted
	Unasked bool                 // Choice.Nothing
}

// Fetch fetches. What is in Dir afterwards is a repository that git can use too. On an error, Dir has no new refs and no
// new objects.
func Fetch(ctx context.Context, o Options) (Result, error) {
	result, err := fetchServed(ctx, o)
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if err != nil {
		return Result{}, reason.NewError("git.fetch", Redact(o.URL), explain(err, o))
	}
	return result, nil
}

// Redact returns a URL without its user information.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return raw
	}
	u.User = nil
	return u.String()
}

// explain gives the errors of go-git that users meet a reason of their own. It removes from others what they may quote of the URL.
func explain(err error, o Options) error {
	switch {
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return errNotFound
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return reason.NewError("git.fetch-unauthorized")
	}
	var known *reason.Error
	if errors.As(err, &known) {
		return known
	}
	var unexpected *packp.ErrUnexpectedData // go-git stumbles over IDs of 64 digits before it has read what follows them
	if errors.As(err, &unexpected) && bytes.Contains(unexpected.Data, []byte(capability.ObjectFormat+"="+sha256)) {
		return errObjectFormat
	}
	text := strings.ReplaceAll(err.Error(), o.URL, Redact(o.URL))
	if u, parseErr := url.Parse(o.URL); parseErr == nil && u.User != nil {
		if password, ok := u.User.Password(); ok && password != "" {
			text = strings.ReplaceAll(text, password, "****")
		}
	}
	if o.Password != "" {
		text = strings.ReplaceAll(text, o.Password, "****")
	}
	return errors.New(text)
}

// fetchServed fetches what the server serves. A server refuses a whole request for one commit that it does not have.
func fetchServed(ctx context.Context, o Options) (Result, error) {
	refused, choose := map[object.ID]bool{}, o.Choose
	for {
		var asked map[object.ID]string
		if choose != nil {
			o.Choose = func(ctx context.Context, refs map[string]object.ID) (Choice, error) {
				c, err := choose(ctx, refs)
				maps.DeleteFunc(c.Commits, func(id object.ID, _ string) bool { return refused[id] })
				asked = c.Commits
				return c, err
			}
		}
		result, err := fetch(ctx, o)
		id, ok := notServed(err)
		if _, known := asked[id]; !ok || !known {
			result.Refused = slices.SortedFunc(maps.Keys(refused), compareIDs)
			return result, err
		}
		refused[id] = true
	}
}

// notServed returns the commit that a server refuses to send, as git words it.
func notServed(err error) (id object.ID, ok bool) {
	if err == nil {
		return id, false
	}
	_, after, ok := strings.Cut(err.Error(), "not our ref ")
	if !ok || len(after) < 2*sha1.Size {
		return id, false
	}
	return object.SHA1.ParseID(after[:2*sha1.Size])
}

func fetch(ctx context.Context, o Options) (Result, error) {
	session, err := open(ctx, o)
	if err != nil {
		return Result{}, err
	}
	defer session.Close()
	if err := initialize(o.Dir); err != nil {
		return Result{}, err
	}
	advertised, err := session.AdvertisedReferencesContext(ctx)
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return Result{}, nil
	}
	if err != nil {
		return Result{}, err
	}
	if slices.Contains(advertised.Capabilities.Get(capability.ObjectFormat), sha256) {
		return Result{}, errObjectFormat
	}
	result := Result{Refs: wanted(advertised, o), Head: headOf(advertised)}
	var choice Choice
	if o.Choose != nil {
		if choice, err = o.Choose(ctx, result.Refs); err != nil || choice.Nothing {
			result.Unasked = true
			return result, err
		}
	}
	return download(ctx, session, advertised, o, choice, result)
}

// download asks for the objects and stores them.
func download(ctx context.Context, session transport.UploadPackSession, advertised *packp.AdvRefs, o Options, c Choice, result Result) (Result, error) {
	have := odb.Open([]string{filepath.Join(o.Dir, "objects")}, object.SHA1, o.Objects.Limits)
	defer have.Close()
	request, err := newRequest(advertised, o, c, result.Refs, have)
	if err != nil {
		return Result{}, err
	}
	if len(request.Wants) > 0 {
		response, err := session.UploadPack(ctx, request)
		if errors.Is(err, transport.ErrEmptyUploadPackRequest) {
			return result, keep(o.Dir, c, result)
		}
		if err != nil {
			return Result{}, err
		}
		defer response.Close()
		o.Objects.Dir, o.Objects.Bases = filepath.Join(o.Dir, "objects"), have
		if result.Pack, err = odb.Receive(ctx, packOf(request, response), o.Objects); err != nil {
			return Result{}, err
		}
		for _, h := range response.Shallows {
			result.Shallow = append(result.Shallow, storage.ID(h))
		}
		if err := writeShallow(o.Dir, response.ShallowUpdate); err != nil {
			return result, err
		}
	}
	return result, keep(o.Dir, c, result)
}

// keep writes the refs, with those under which commits are kept.
func keep(dir string, c Choice, r Result) error {
	r.Refs = maps.Clone(r.Refs)
	for id, name := range c.Commits {
		if name != "" {
			r.Refs[name] = id
		}
	}
	return writeRefs(dir, r)
}

// errNotFound also says that a repository is not visible with the credential: hosts do not tell these apart.
var errNotFound = reason.NewError("git.fetch-not-found")

// NotFound reports whether an error of Fetch says that there is no such repository, as far as the server lets one know.
func NotFound(err error) bool { return errors.Is(err, errNotFound) }

// sha256 is what servers call the object format that go-git cannot read.
const sha256 = "sha256"

var errObjectFormat = reason.NewError("git.fetch-object-format")

// wanted returns the refs to fetch. Names that git would not accept are left out: they would become paths.
func wanted(advertised *packp.AdvRefs, o Options) map[string]object.ID {
	refs := map[string]object.ID{}
	for name, h := range advertised.References {
		if plumbing.ReferenceName(name).Validate() == nil && strings.HasPrefix(name, "refs/") && (o.Refs == nil || o.Refs(name)) {
			if o.As != nil {
				name = o.As(name)
			}
			refs[name] = storage.ID(h)
		}
	}
	return refs
}

// headOf returns what HEAD points to, as the server says.
func headOf(advertised *packp.AdvRefs) string {
	for _, ref := range advertised.Capabilities.Get(capability.SymRef) {
		if name, ok := strings.CutPrefix(ref, "HEAD:"); ok && plumbing.ReferenceName(name).Validate() == nil {
			return name
		}
	}
	return ""
}

// maxHaves is how many objects are offered to the server. It needs the tips; what they reach it knows by itself.
const maxHaves = 1024

func newRequest(advertised *packp.AdvRefs, o Options, c Choice, refs map[string]object.ID, have *odb.DB) (*packp.UploadPackRequest, error) {
	request := packp.NewUploadPackRequestFromCapabilities(advertised.Capabilities)
	shallow, err := readShallow(o.Dir)
	if err != nil {
		return nil, err
	}
	if !advertised.Capabilities.Supports(capability.Shallow) {
		o.Depth = 0
	}
	seen := map[object.ID]bool{}
	for _, id := range c.Haves {
		seen[id] = true
	}
	want := func(id object.ID) {
		if !seen[id] && (have.IndexOf(id) == odb.NoIndex || o.Depth > 0 || len(shallow) > 0) {
			request.Wants = append(request.Wants, storage.Hash(id))
		}
		seen[id] = true
	}
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		want(refs[name])
	}
	for _, id := range slices.SortedFunc(maps.Keys(c.Commits), compareIDs) {
		want(id)
	}
	existing, err := readRefs(o.Dir)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.SortedFunc(maps.Values(existing), compareIDs) {
		if len(request.Haves) < maxHaves && have.IndexOf(id) != odb.NoIndex {
			request.Haves = append(request.Haves, storage.Hash(id))
		}
	}
	for _, id := range c.Haves[:min(len(c.Haves), maxHaves)] {
		request.Haves = append(request.Haves, storage.Hash(id))
	}
	request.Shallows = shallow
	if o.Depth > 0 {
		request.Depth = packp.DepthCommits(o.Depth)
	} else if len(shallow) > 0 {
		request.Depth = packp.DepthCommits(wholeHistory)
	}
	if o.Depth > 0 || len(shallow) > 0 {
		err = request.Capabilities.Set(capability.Shallow)
	}
	return request, err
}

// wholeHistory is the depth that git takes for no limit.
const wholeHistory = 0x7fffffff

func compareIDs(a, b object.ID) int { return slices.Compare(a[:], b[:]) }

// packOf returns the pack of a response, without the messages that the server sends beside it.
func packOf(request *packp.UploadPackRequest, response io.Reader) io.Reader {
	switch {
	case request.Capabilities.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, response)
	case request.Capabilities.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, response)
	}
	return response
}

// initialize makes a bare repository, unless there is one.
func initialize(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); err == nil {
		return nil
	}
	for _, folder := range []string{"objects/pack", "refs"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o700); err != nil {
			return fmt.Errorf("making a repository: %w", err)
		}
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	for name, content := range map[string]string{"config": config, "HEAD": "ref: refs/heads/main\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("making a repository: %w", err)
		}
	}
	return nil
}
