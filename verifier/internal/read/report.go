package read

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// Credentials is what the credential report says of a user.
type Credentials struct {
	MFA       bool
	Password  bool // the user may log in to the console
	Keys      int  // active or not
	LastLogin time.Time
	LastUsed  []time.Time // of each key, zero for never
}

// The report is made within a minute; it is asked for every two seconds.
const (
	reportPause = 2 * time.Second
	reportTries = 30
)

// MakeReport has IMS make the credential report, and waits until it is there. IMS keeps one that is less than four hours old.
func MakeReport(ctx context.Context, c *cloud.Client) error {
	for range reportTries {
		var a struct {
			cloud.Answer
			State string
		}
		if err := c.Read(ctx, ims("GenerateCredentialReport", nil), &a); err != nil {
			return err
		}
		if a.State == "COMPLETE" {
			return nil
		}
		if err := c.Pause(ctx, reportPause); err != nil {
			return err
		}
	}
	return reason.NewError("survey.report-not-made")
}

// Report returns the credential report by user, and when it was made. It lacks a user of whom it says something that is not
// understood: a wrong answer would hide a back door.
func Report(ctx context.Context, c *cloud.Client) (of map[string]Credentials, made time.Time, err error) {
	type answer struct {
		cloud.Answer
		GeneratedTime, Content, NextToken string
		IsTruncated                       any // documented as a text and as a truth value
	}
	of = map[string]Credentials{}
	var t table
	err = pages[answer](ctx, c, ims("GetCredentialReport", nil), "NextToken", func(a *answer) string {
		made = cloud.When(a.GeneratedTime)
		t.read(a.Content, of)
		return a.NextToken
	})
	if err == nil && (made.IsZero() || t.columns == nil) {
		err = reason.NewError("survey.report-not-understood")
	}
	return of, made, err
}

// table reads the pages of the report. Whether each repeats the names of the columns is not documented.
type table struct{ columns []string }

func (t *table) read(content string, of map[string]Credentials) {
	text, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return
	}
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))
	rows.FieldsPerRecord = -1
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			continue
		}
		if row[0] == "user" {
			t.columns = row
			continue
		}
		name, _ := split(row[0])
		if c, ok := t.credentials(row); ok {
			of[name] = c
		}
	}
}

// credentials reads a row. ok is false if any value in it is not understood.
func (t *table) credentials(row []string) (c Credentials, ok bool) {
	if len(row) != len(t.columns) {
		return c, false
	}
	value := map[string]string{}
	for i, name := range t.columns {
		value[name] = row[i]
	}
	known := true
	truth := func(name string) bool {
		text, has := value[name]
		known = known && has && (strings.EqualFold(text, "true") || strings.EqualFold(text, "false"))
		return strings.EqualFold(text, "true")
	}
	c.MFA, c.Password, c.LastLogin = truth("mfa_active"), truth("password_exist"), cloud.When(value["user_last_logon"])
	truth("access_key_1_exist")
	truth("access_key_2_exist")
	for _, name := range t.columns {
		key, exists := strings.CutSuffix(name, "_exist")
		if !exists || !strings.Contains(key, "access_key") {
			continue
		}
		switch text := value[name]; {
		case strings.EqualFold(text, "true"):
			c.Keys++
			used, has := value[key+"_last_used"]
			known = known && has && (!cloud.When(used).IsZero() || slices.Contains([]string{"N/A", "-", ""}, used))
			c.LastUsed = append(c.LastUsed, cloud.When(used))
		case !strings.EqualFold(text, "false") && !slices.Contains([]string{"N/A", "-", ""}, text):
			known = false
		}
	}
	return c, known
}
