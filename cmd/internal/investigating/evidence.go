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
	"strings"
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
	g, several, err := ReadReport(o.report)
	if err != nil {
		return err
	}
	m, err := a.manifest(g, several, o.journals)
	if err != nil {
		return err
	}
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
	if err := pack(out, m.Taken, append([]exhibit{list}, m.Files...)); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	a.Say("evidence.written", o.output, len(m.Files), list.SHA256)
	return nil
}

// manifest lists the files of the archive. Those of each account of an organization are in a folder.
func (a *app) manifest(g incident.Organization, several bool, journals []string) (manifest, error) {
	m := manifest{Program: "akguard " + command.Version()}
	var accounts []string
	for _, p := range g.Accounts {
		if !p.Entered() {
			continue
		}
		files, err := a.exhibits(*p.Report)
		if err != nil {
			return m, err
		}
		for _, f := range files {
			if several {
				f.Name = p.Account + "/" + f.Name
			}
			m.Files = append(m.Files, f)
		}
		accounts = append(accounts, p.Account)
		m.Taken, m.Since, m.Events = p.Report.Result.Taken, p.Report.Result.Since, m.Events+len(p.Report.Snapshot.Events)
	}
	m.Account = strings.Join(accounts, ", ")
	files, err := journalExhibits(journals)
	m.Files = append(m.Files, files...)
	return m, err
}

// exhibits are the report as data and as a page, and each event on a line.
func (a *app) exhibits(r incident.Report) ([]exhibit, error) {
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
	return append(files, newExhibit("events.jsonl", events.Bytes())), nil
}

// journalExhibits are the journals of what was done.
func journalExhibits(journals []string) ([]exhibit, error) {
	var files []exhibit
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
