package odb

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
)

// ReceiveOptions says what to do with a pack that arrives as a stream. Dir is required.
type ReceiveOptions struct {
	Dir    string // the object directory to store the pack in
	Format object.Format
	Limits Limits
	// Bases has the objects that the pack may lack: a server sends a thin pack to whoever has offered objects. May be nil.
	Bases *DB
	// Walk visits the objects, each once, while the pack arrives or soon after. Their indexes are not known yet: Index is
	// NoIndex. The zero Walk visits nothing.
	Walk Walk
	// MaxSize is the size of the largest pack to accept, in bytes. Zero means 64 GiB, the most that can be indexed.
	MaxSize int64
	// MaxObject is the size of the largest object to accept, in bytes; the pack is refused before a larger one is inflated.
	// Zero means any size.
	MaxObject int64
	// Progress takes the number of objects that have arrived, and of all; may be nil.
	Progress func(done, total int)
}

// Receive stores a pack that arrives as a stream, and returns the path of the new pack, without extension; "" for a pack
// without objects. It does what git index-pack does: it finds the ID of every object, completes a thin pack and writes
// the index. On an error nothing is left in Dir.
//
// Objects that are stored whole are inflated, hashed and visited as they arrive. Deltas follow when the pack is whole:
// their bases may come later, and with the pack on disk each delta tree is walked once, on all processors, like in a
// walk. Memory is bounded by Limits, and by about 60 bytes for each object, or 70 with SHA-256.
func Receive(ctx context.Context, r io.Reader, o ReceiveOptions) (path string, err error) {
	o.Limits = o.Limits.withDefaults()
	o.MaxSize = cmp.Or(o.MaxSize, packfile.MaxPackSize)
	packDir := filepath.Join(o.Dir, "pack")
	if err := os.MkdirAll(packDir, 0o700); err != nil {
		return "", fmt.Errorf("storing a pack: %w", err)
	}
	file, err := os.CreateTemp(packDir, "tmp_pack_")
	if err != nil {
		return "", fmt.Errorf("storing a pack: %w", err)
	}
	out := bufio.NewWriterSize(file, packfile.BufferSize)
	rec := &receiver{ReceiveOptions: o, file: file, out: out, in: packfile.NewStreamReader(r, out, o.Format, o.MaxSize)}
	rec.objects.IDs = object.NewList(o.Format)
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil || path == "" {
			_ = os.Remove(file.Name())
		}
	}()
	if err := rec.stream(ctx); err != nil {
		return "", fmt.Errorf("receiving a pack: %w", err)
	}
	if rec.objects.Len() == 0 {
		return "", nil
	}
	if err := rec.resolve(ctx); err != nil {
		return "", fmt.Errorf("resolving the deltas of a pack: %w", err)
	}
	if path, err = rec.store(packDir); err != nil {
		return "", fmt.Errorf("storing a pack: %w", err)
	}
	return path, nil
}

// receiver is one call of Receive.
type receiver struct {
	ReceiveOptions
	file     *os.File
	out      *bufio.Writer // to file
	in       *packfile.StreamReader
	objects  packfile.Contents // in the order of the pack; the ID of a delta is zero until it is resolved
	kinds    []object.Type     // of the entries, deltas among them
	later    []bool            // blobs that are too large to visit before their ID is known
	size     int64             // of the pack on disk
	inflater zlibstream.Inflater
	content  []byte
}

// maxReceived caps the number of objects on the word of the pack's header.
const maxReceived = maxPacked - 1

// stream reads the pack to its end, and visits the objects that are stored whole.
func (r *receiver) stream(ctx context.Context) error {
	count, err := r.in.Header()
	switch {
	case err != nil:
		return err
	case count > maxReceived:
		return reason.NewError("git.pack-too-many-objects", count)
	}
	for n := range count {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.entry(ctx); err != nil {
			return fmt.Errorf("entry %d of %d: %w", n+1, count, err)
		}
		if r.Progress != nil && (n%progressEvery == 0 || n+1 == count) {
			r.Progress(n+1, count)
		}
	}
	if r.size, err = r.in.Trailer(); err != nil {
		return err
	}
	return r.out.Flush()
}

// progressEvery is after how many objects progress is reported.
const progressEvery = 1 << 10

// entry reads one entry.
func (r *receiver) entry(ctx context.Context) error {
	offset := r.in.Offset()
	head, err := r.in.Peek(packfile.MaxEntryHeader)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	e, err := packfile.ParseEntry(r.Format, head)
	if err != nil {
		return err
	}
	r.in.Begin()
	r.in.Skip(e.Header)
	id, later, err := r.read(ctx, e)
	if err != nil {
		return err
	}
	r.objects.Add(id, offset, r.in.CRC())
	r.kinds, r.later = append(r.kinds, e.Type), append(r.later, later)
	return nil
}

// read reads the content of an entry. It returns the ID of an object that is stored whole, and whether that is still to
// be visited.
func (r *receiver) read(ctx context.Context, e packfile.Entry) (id object.ID, later bool, err error) {
	whole := e.Type.Valid()
	if r.MaxObject > 0 && e.Size > r.MaxObject {
		return id, false, packfile.TooLarge(e.Size)
	}
	if e.Size > r.Limits.MaxStream {
		h := r.Format.NewHash(e.Type, e.Size)
		if err := r.in.InflateTo(h, &r.inflater, e.Size); err != nil || !whole {
			return id, false, err
		}
		return r.Format.ID(h.Sum(nil)), r.Walk.Types.Has(e.Type), nil
	}
	if r.content, err = r.in.Inflate(r.content, &r.inflater, e.Size); err != nil || !whole {
		return id, false, err
	}
	id = r.Format.Hash(e.Type, r.content)
	return id, false, r.visit(ctx, Object{ID: id, Index: NoIndex, Type: e.Type, Size: e.Size, Content: r.content})
}

func (r *receiver) visit(ctx context.Context, o Object) error {
	if !r.Walk.Types.Has(o.Type) {
		return nil
	}
	err := r.Walk.screenAndVisit(ctx, o)
	var failed visitError
	if errors.As(err, &failed) {
		return failed.err
	}
	return err
}

// store names the pack by its checksum, as git does, and writes its index.
func (r *receiver) store(packDir string) (string, error) {
	checksum, err := r.complete()
	if err != nil {
		return "", err
	}
	path := filepath.Join(packDir, fmt.Sprintf("pack-%x", checksum))
	if err := packfile.WriteIndexFile(path+".idx", &r.objects, checksum); err != nil {
		return "", err
	}
	if err := errors.Join(os.Chmod(r.file.Name(), 0o444), os.Rename(r.file.Name(), path+".pack")); err != nil {
		return "", errors.Join(err, os.Remove(path+".idx"))
	}
	return path, nil
}
