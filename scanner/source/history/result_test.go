package history

import (
	"reflect"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

func someResult(f object.Format) *result {
	id := f.Hash(object.Blob, []byte("a"))
	at := time.Unix(1_700_000_000, 0).UTC()
	return &result{
		read:  scanner.Tally{Blobs: 3, Bytes: 1 << 40, Commits: 2},
		notes: []note{{id, true}, {f.Hash(object.Blob, nil), false}},
		skips: []finding.Skip{
			{Path: "a\xffb", Reason: reason.New("git.shallow")},
			{Path: ".", Reason: reason.New("x.y", "text", 3, int64(-4), uint64(5), at, reason.New("z", time.Second))},
		},
		places: map[content][]finding.Place{
			{source: finding.SourceMessage, commit: id.String()}: {},
			{source: finding.SourceHistory, blob: id.String()}: {{
				Source: finding.SourceHistory, Path: "p", Blob: id.String(), Commit: "c", Author: "n", Email: "e", Date: at,
				Refs: []string{"refs/heads/a"}, MoreRefs: 7, Reachable: true, Removed: finding.Removal{Commit: "d", Date: at},
			}, {Source: finding.SourceIndex, Path: "q", Reflog: []string{"HEAD@{1}"}}},
		},
	}
}

// What is decoded equals what was encoded: reasons are compared with ==.
func TestResultOfBothFormats(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		want := someResult(f)
		data, err := want.encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeResult(f, data); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", f, got, err, want)
		}
		for i := range data {
			if _, err := decodeResult(f, data[:i]); err == nil {
				t.Errorf("%s: no error for the first %d bytes", f, i)
			}
		}
	}
}

// A reason that cannot be restored as it was is no part of a result.
func TestResultOfUnknownType(t *testing.T) {
	r := &result{skips: []finding.Skip{{Path: "p", Reason: reason.New("x.y", 1.5)}}}
	if _, err := r.encode(object.SHA1); err == nil {
		t.Error("a number with a fraction was encoded")
	}
}

func FuzzResult(f *testing.F) {
	data, err := someResult(object.SHA1).encode(object.SHA1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeResult(object.SHA1, data)
		if err != nil {
			return
		}
		again, err := r.encode(object.SHA1)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeResult(object.SHA1, again); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%+v became %+v, %v", r, back, err)
		}
	})
}
