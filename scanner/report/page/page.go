// Package page makes self-contained HTML pages of headlines, facts, lists and tables: the reports for people that are passed
// on. A page loads nothing, runs no script but its own, follows the reader's choice of light or dark, can be printed, and
// shows everything without JavaScript too; with it, tables can be sorted and filtered.
//
// All texts are escaped for the place where they stand. The package is a leaf.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
)

//go:embed style.css
var style string

//go:embed script.js
var script string

//go:embed page.tmpl
var layout string

// The tones of a text.
const (
	Alarm = "alarm"
	Doubt = "doubt"
	Good  = "good"
)

// Nowrap is the class of a cell that stays on one line.
const Nowrap = "nowrap"

// Document is a page.
type Document struct {
	Lang     string // of its texts, as HTML names languages
	Title    string
	Subtitle string
	Headline string // the result in a sentence
	Tone     string // of the headline
	Facts    []Fact
	Sections []Section
	Footer   string
}

// Fact is a number or a short text with its meaning.
type Fact struct{ Label, Value, Tone string }

// Section is a part of a page. It has any of a title, paragraphs, a list, a tree and a table.
type Section struct {
	Title      string
	Paragraphs []Line
	List       []Line
	Tree       []Branch
	Table      *Table
}

// Branch is an item of a tree, drawn with lines to what comes of it.
type Branch struct {
	Lines    []Line
	Tone     string
	Branches []Branch
}

// Line is a sequence of texts.
type Line []Text

// Text is a text, which may be code, a link, or something that matters less.
type Text struct {
	Text  string
	URL   string
	Code  bool
	Faint bool
}

// Plain makes a line of one text.
func Plain(text string) Line { return Line{{Text: text}} }

// Code makes a line of one text that is code.
func Code(text string) Line { return Line{{Text: text, Code: true}} }

// Table is a table. With controls, its rows can be sorted, filtered and searched.
type Table struct {
	Columns     []Column
	Rows        [][]Cell
	Controls    bool
	All, Search string // the words for "all" and "search"
}

// Column is a column of a table. Its rows can be filtered by the filter values of its cells.
type Column struct {
	Title  string
	Filter bool
}

// Cell is a cell of a table.
type Cell struct {
	Lines     []Line
	MoreTitle string // what unfolds More
	More      []Line
	Class     string // a tone, "strong", or Nowrap
	Sort      string // what rows are sorted by; the text if it is empty
	Filter    string // what rows are filtered by
}

// Render returns the page as HTML.
func (d Document) Render() ([]byte, error) {
	t, err := template.New("page").Parse(layout)
	if err != nil {
		return nil, fmt.Errorf("reading the layout of the page: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		Document
		Style                 template.CSS
		Script                template.JS
		StyleHash, ScriptHash string
	}{d, template.CSS(style), template.JS(script), hash(style), hash(script)})
	if err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), nil
}

// hash allows a script or a style sheet in a content security policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
