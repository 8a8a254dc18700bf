package suppress

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/akguard/akguard/scanner/finding"
)

// FileName is the ignore file that is read without being named, in the top folder of what is scanned.
const FileName = ".akguardignore"

// Limits on an ignore file. One that is larger is not read.
const (
	MaxFileSize = 16 << 20
	maxReason   = 2000 // bytes
)

// Entry is one line of an ignore file: a credential that a person has accepted.
type Entry struct {
	Fingerprint string // 32 hex digits
	Until       time.Time
	Owner       string
	Reason      string
	Line        int // 1-based; 0 for an entry that was not read from a file
}

// File is an ignore file. It remembers which of its entries were used.
//
// Its lines have one credential each, sorted, without line numbers or the date of their creation, so that git merges the
// files of two branches with merge=union:
//
//	FINGERPRINT [until=2027-01-31] [owner=NAME] REASON
type File struct {
	Name     string // as a report names it
	Entries  []Entry
	Problems []Problem // lines that suppress nothing

	byPrint map[string][]int
	mu      sync.Mutex
	used    map[int]bool
}

// Problem is a line that is not an entry.
type Problem struct {
	Line int
	Code string // of a reason: suppress.no-fingerprint, suppress.no-reason, suppress.bad-date
}

// Parse reads an ignore file. Lines that are not entries suppress nothing, and are listed.
func Parse(name string, data []byte) *File {
	f := &File{Name: name, byPrint: map[string][]int{}, used: map[int]bool{}}
	n := 0
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		n++
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		e, problem := parseEntry(text)
		if problem != "" {
			f.Problems = append(f.Problems, Problem{n, problem})
			continue
		}
		e.Line = n
		f.byPrint[e.Fingerprint] = append(f.byPrint[e.Fingerprint], len(f.Entries))
		f.Entries = append(f.Entries, e)
	}
	return f
}

func parseEntry(text string) (e Entry, problem string) {
	e.Fingerprint, text = cutField(text)
	if !isFingerprint(e.Fingerprint) {
		return e, "suppress.no-fingerprint"
	}
	for {
		field, rest := cutField(text)
		key, value, ok := strings.Cut(field, "=")
		switch {
		case ok && key == "until":
			var err error
			if e.Until, err = time.Parse(time.DateOnly, value); err != nil {
				return e, "suppress.bad-date"
			}
		case ok && key == "owner":
			e.Owner = value
		default:
			e.Reason = text
			if e.Reason == "" || len(e.Reason) > maxReason {
				return e, "suppress.no-reason"
			}
			return e, ""
		}
		text = rest
	}
}

// cutField cuts the first field from a text.
func cutField(text string) (field, rest string) {
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

func isFingerprint(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// suppress reports whether an entry for a fingerprint applies today. Of several entries, which a merge leaves behind, the
// one that lasts longest is used.
func (f *File) suppress(fingerprint string, today time.Time) (finding.Suppression, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var longest Entry
	for _, i := range f.byPrint[fingerprint] {
		f.used[i] = true
		longest = longer(longest, f.Entries[i])
	}
	if longest.Fingerprint == "" || expired(longest.Until, today) {
		return finding.Suppression{}, false
	}
	return finding.Suppression{
		By: fmt.Sprintf("%s:%d", f.Name, longest.Line), Reason: longest.Reason, Owner: longest.Owner, Until: longest.Until,
	}, true
}

// longer returns the entry that lasts longer: the first of two that last equally long, and the second if the first is empty.
func longer(a, b Entry) Entry {
	if a.Fingerprint == "" || !a.Until.IsZero() && (b.Until.IsZero() || b.Until.After(a.Until)) {
		return b
	}
	return a
}

// Unused returns the entries whose credentials no scan has come upon.
func (f *File) Unused() []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Entry
	for i, e := range f.Entries {
		if !f.used[i] {
			out = append(out, e)
		}
	}
	return out
}

// Expired returns the entries that do not apply any more.
func (f *File) Expired(now time.Time) []Entry {
	today := now.UTC().Truncate(24 * time.Hour)
	return slices.DeleteFunc(slices.Clone(f.Entries), func(e Entry) bool { return !expired(e.Until, today) })
}

// header opens a file that Format writes.
const header = `# Credentials that akguard leaves out, one a line: FINGERPRINT [until=YYYY-MM-DD] [owner=NAME] REASON
# A credential that works is reported all the same. In .gitattributes, "` + FileName + ` merge=union" avoids conflicts.
`

// Format returns the text of an ignore file with these entries, sorted, each credential once: of several entries, the one that
// lasts longest. Comments of a person are kept if they precede the first entry of the file that was read, whose text is before.
func Format(before []byte, entries []Entry) []byte {
	byPrint := map[string]Entry{}
	for _, e := range entries {
		byPrint[e.Fingerprint] = longer(byPrint[e.Fingerprint], e)
	}
	sorted := make([]Entry, 0, len(byPrint))
	for _, e := range byPrint {
		sorted = append(sorted, e)
	}
	slices.SortFunc(sorted, func(a, b Entry) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	var out strings.Builder
	out.WriteString(cmp.Or(leadingComments(before), header))
	for _, e := range sorted {
		out.WriteString(e.String() + "\n")
	}
	return []byte(out.String())
}

// leadingComments returns the comments and empty lines at the beginning of a file.
func leadingComments(data []byte) string {
	var out strings.Builder
	for line := range bytes.Lines(data) {
		text := bytes.TrimSpace(line)
		if len(text) > 0 && text[0] != '#' {
			break
		}
		out.Write(text)
		out.WriteByte('\n')
	}
	return out.String()
}

// String returns the line of the entry. What would end a field or the line is replaced by a space.
func (e Entry) String() string {
	fields := []string{e.Fingerprint}
	if !e.Until.IsZero() {
		fields = append(fields, "until="+e.Until.Format(time.DateOnly))
	}
	if owner := strings.Join(strings.Fields(e.Owner), "-"); owner != "" {
		fields = append(fields, "owner="+owner)
	}
	why := strings.Join(strings.Fields(e.Reason), " ")
	if strings.HasPrefix(why, "until=") || strings.HasPrefix(why, "owner=") {
		why = "reason: " + why // or it would be read as a field
	}
	return strings.Join(append(fields, why), " ")
}
