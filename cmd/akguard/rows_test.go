package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// row is one object of a JSON stream without its structure: nested names are joined with dots, lists with commas.
// A finding is a row for each of its occurrences, with the fields of both.
type row map[string]string

// rows [-count=N] FILE FIELD=VALUE... makes sure that the stream in the file has a row with all these values, or
// exactly N of them; ! rows FILE FIELD=VALUE... that it has none. FIELD~REGEXP matches.
func checkRows(ts *testscript.TestScript, neg bool, args []string) {
	want := -1
	if len(args) > 0 && strings.HasPrefix(args[0], "-count=") {
		n, err := strconv.Atoi(strings.TrimPrefix(args[0], "-count="))
		ts.Check(err)
		want, args = n, args[1:]
	}
	need(ts, len(args) > 1, "[!] rows [-count=N] FILE FIELD=VALUE...")
	all, err := readRows(ts.ReadFile(args[0]))
	ts.Check(err)
	got := 0
	for _, r := range all {
		if r.matches(args[1:]) {
			got++
		}
	}
	if neg && got > 0 || !neg && want < 0 && got == 0 || want >= 0 && got != want {
		ts.Fatalf("%d rows of %s are like that; they are:\n%s", got, args[0], all)
	}
}

func (r row) matches(conditions []string) bool {
	for _, c := range conditions {
		i := strings.IndexAny(c, "=~")
		if i < 0 {
			return false
		}
		value, pattern := r[c[:i]], c[i+1:]
		if c[i] == '~' && !regexp.MustCompile(pattern).MatchString(value) || c[i] == '=' && value != pattern {
			return false
		}
	}
	return true
}

// readRows reads a stream, or the array that holds the same objects.
func readRows(content string) ([]row, error) {
	var objects []map[string]any
	if strings.HasPrefix(content, "[") {
		if err := json.Unmarshal([]byte(content), &objects); err != nil {
			return nil, err
		}
	} else {
		d := json.NewDecoder(strings.NewReader(content))
		d.UseNumber() // else a large one loses digits
		for {
			var o map[string]any
			err := d.Decode(&o)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
			objects = append(objects, o)
		}
	}
	var all []row
	for _, o := range objects {
		all = append(all, rowsOf(o)...)
	}
	return all, nil
}

func rowsOf(object map[string]any) []row {
	occurrences, _ := object["occurrences"].([]any)
	delete(object, "occurrences")
	common := row{}
	flatten("", object, common)
	if len(occurrences) == 0 {
		return []row{common}
	}
	var all []row
	for _, o := range occurrences {
		r := maps.Clone(common)
		flatten("", o, r)
		all = append(all, r)
	}
	return all
}

func flatten(name string, value any, into row) {
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			flatten(strings.TrimPrefix(name+"."+key, "."), v, into)
		}
	case []any:
		var list []string
		for _, v := range value {
			list = append(list, fmt.Sprint(v))
		}
		into[name] = strings.Join(list, ",")
	default:
		into[name] = fmt.Sprint(value)
	}
}
