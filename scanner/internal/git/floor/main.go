// Command floor inflates every entry of packs once, on all processors, and does nothing else: no scanner of these packs can
// take less time with this decoder. The benchmark builds it. It lives here because only code of the scanner may use the
// decoder.
//
// With -list, it writes where the streams are instead, for the same program with another decoder.
//
// Limits: it trusts the packs.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/inflate"
	"golang.org/x/sync/errgroup"
)

func main() {
	list := flag.String("list", "", "write the list of each pack's streams to this folder, as 0, 1 and so on, and inflate nothing")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: floor [-list FOLDER] PACK ...")
		flag.PrintDefaults()
	}
	flag.Parse()
	for i, path := range flag.Args() {
		if err := run(path, *list, i); err != nil {
			fmt.Fprintln(os.Stderr, "floor:", err)
			os.Exit(1)
		}
	}
}

func run(path, list string, number int) (err error) {
	p, err := packfile.OpenFile(path, object.SHA1, packfile.MaxPackSize)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	idx, err := packfile.OpenIndex(strings.TrimSuffix(path, ".pack")+".idx", object.SHA1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, idx.Close()) }()
	order, err := idx.PackOrder(runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	f := floor{pack: p, offsets: order.Offsets}
	if list != "" {
		return f.list(filepath.Join(list, strconv.Itoa(number)))
	}
	return f.inflate()
}

type floor struct {
	pack    *packfile.File
	offsets []int64
}

// share is how many entries a worker takes at a time.
const share = 256

func (f *floor) inflate() error {
	var next atomic.Int64
	var g errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			var w worker
			for {
				from := int(next.Add(share)) - share
				if from >= len(f.offsets) {
					return nil
				}
				for i := from; i < min(from+share, len(f.offsets)); i++ {
					if err := w.inflate(f, i); err != nil {
						return fmt.Errorf("the entry at %d: %w", f.offsets[i], err)
					}
				}
			}
		})
	}
	return g.Wait()
}

type worker struct {
	decoder      inflate.Decoder
	packed, data []byte
}

// inflate inflates an entry. Eight more bytes of the file let the decoder stay on its fast path.
func (w *worker) inflate(f *floor, i int) error {
	e, err := f.pack.EntryAt(f.offsets[i])
	if err != nil {
		return err
	}
	if w.packed, err = f.pack.Bytes(w.packed, f.offsets[i]+int64(e.Header), min(f.end(i)+8, f.pack.Size())); err != nil {
		return err
	}
	w.decoder.Unchecked = true
	w.data, _, err = w.decoder.Zlib(w.data, w.packed, int(e.Size))
	if !f.pack.Mapped() {
		return err
	}
	w.packed = nil
	return err
}

// end returns where an entry ends.
func (f *floor) end(i int) int64 {
	if i+1 < len(f.offsets) {
		return f.offsets[i+1]
	}
	return f.pack.End()
}

// list writes for each entry, as little-endian numbers of 8 bytes, where its stream begins, its packed and its inflated
// size.
func (f *floor) list(path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	for i, offset := range f.offsets {
		e, err := f.pack.EntryAt(offset)
		if err != nil {
			return err
		}
		from := offset + int64(e.Header)
		for _, n := range []int64{from, f.end(i) - from, e.Size} {
			if err := binary.Write(out, binary.LittleEndian, n); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
