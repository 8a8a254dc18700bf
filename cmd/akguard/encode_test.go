package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
)

// encodings are what encode can do.
var encodings = map[string]func(string) string{
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) + "\n" },
	"utf-16": func(s string) string {
		out := []byte("\xff\xfe")
		for _, unit := range utf16.Encode([]rune(s)) {
			out = append(out, byte(unit), byte(unit>>8))
		}
		return string(out)
	},
}

// encode ENCODING FILE NEW writes a file in another encoding.
func encode(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) == 3 && encodings[args[0]] != nil, "encode base64|utf-16 FILE NEW")
	write(ts, args[2], encodings[args[0]](ts.ReadFile(args[1])))
}

// zipFiles writes a zip: zip NEW MEMBER=FILE...
func zipFiles(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, !neg && len(args) > 1, "zip NEW MEMBER=FILE...")
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, arg := range args[1:] {
		member, file, _ := strings.Cut(arg, "=")
		f, err := w.Create(member)
		ts.Check(err)
		_, err = f.Write([]byte(ts.ReadFile(file)))
		ts.Check(err)
	}
	ts.Check(w.Close())
	write(ts, args[0], out.String())
}
