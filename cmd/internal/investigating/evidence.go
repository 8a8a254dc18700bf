package investigating

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/cobra"
)

// evidenceOptions are the flags of report evidence.
type evidenceOptions struct {
	report   string
	output   string
	journals []string
}

// Evidence returns the command report evidence.
func Evidence(c *command.App) *cobra.Command {
	a := &app{c}
	var o evidenceOptions
	cmd := &cobra.Command{
		Use:  "evidence REPORT",
		Args: command.Takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			o.report = args[0]
			return a.evidence(o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "evidence.zip", "")
	f.StringArrayVar(&o.journals, "journal", nil, "")
	return cmd
}

// exhibit is a file of the archive.
type exhibit struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	text   []byte
}

func newExhibit(name string, text []byte) exhibit {
	sum := sha256.Sum256(text)
	return exhibit{name, len(text), hex.EncodeToString(sum[:]), text}
}

// manifest says what is in the archive, and of what it is evidence.
type manifest struct {
	Program string    `json:"program"`
	Account string    `json:"account"`
	Taken   time.Time `json:"taken"` // by the service's clock
	Since   time.Time `json:"since"`
	Events  int       `json:"events"`
	Files   []exhibit `json:"files"`
}

func (a *app) evidence(o evidenceOptions) error {
	r, err := readReport(o.report)
	if err != nil {
		return err
	}
	files, err := a.exhibits(r, o.journals)
	if err != nil {
		return err
	}
	m := manifest{"akguard " + command.Version(), r.Result.Account, r.Result.Taken, r.Result.Since, len(r.Snapshot.Events), files}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if sameFile(o.report, o.output) {
		return command.Usage("usage.same-file", o.output)
	}
	out, err := command.OpenOutput(o.output, a.Out, true)
	if err != nil {
		return command.Usage("usage.output", o.output, err)
	}
	defer out.Discard()
	list := newExhibit("manifest.json", append(text, '\n'))
	if err := pack(out, r.Result.Taken, append([]exhibit{list}, files...)); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	a.Say("evidence.written", o.output, len(files), list.SHA256)
	return nil
}

// exhibits are the report as data and as a page, each event on a line, and the journals of what was done.
func (a *app) exhibits(r incident.Report, journals []string) ([]exhibit, error) {
	var files []exhibit
	for _, f := range incident.Formats() {
		name := map[string]string{"json": "incident.json", "html": "incident.html"}[f.Name]
		if name == "" {
			continue
		}
		text, err := f.Render(r, incident.Options{Words: a.Words})
		if err != nil {
			return nil, err
		}
		files = append(files, newExhibit(name, text))
	}
	var events bytes.Buffer
	for _, e := range r.Snapshot.Events {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		events.Write(append(line, '\n'))
	}
	files = append(files, newExhibit("events.jsonl", events.Bytes()))
	for i, name := range journals {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, command.Usage("usage.read-journal", name, osfile.WithoutPath(err))
		}
		if !isJournal(text) {
			return nil, command.Usage("usage.not-a-journal", name)
		}
		files = append(files, newExhibit(fmt.Sprintf("journal/%d-%s", i+1, filepath.Base(name)), []byte(rules.MaskIDs(string(text)))))
	}
	return files, nil
}

// isJournal reports whether each line is a record of a journal. Those of no other kind of file are, such as a report with secrets.
func isJournal(text []byte) bool {
	lines := 0
	for line := range bytes.Lines(text) {
		var record struct {
			Event string `json:"event"`
			Kind  string `json:"kind"` // of the lines of a report
		}
		if json.Unmarshal(line, &record) != nil || record.Event == "" || record.Kind != "" {
			return false
		}
		lines++
	}
	return lines > 0
}

// pack writes an archive that depends on its content alone.
func pack(out io.Writer, at time.Time, files []exhibit) error {
	archive := zip.NewWriter(out)
	for _, f := range files {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: at.UTC()})
		if err == nil {
			_, err = w.Write(f.text)
		}
		if err != nil {
			return err
		}
	}
	return archive.Close()
}
