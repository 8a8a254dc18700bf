package incident

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// maxReport is how large a report may be that is read again.
const maxReport = 512 << 20

func toJSON(r Report, _ Options) ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// Read reads a report that was written as JSON: of one account, which makes an organization of one, or of several.
func Read(in io.Reader) (g Organization, several bool, err error) {
	var r struct {
		Report
		Accounts []Part `json:"accounts"`
	}
	if err := json.NewDecoder(io.LimitReader(in, maxReport)).Decode(&r); err != nil {
		return Organization{}, false, unreadable(err)
	}
	g = Organization{Version: r.Version, Accounts: r.Accounts}
	if len(r.Accounts) == 0 {
		g.Accounts = []Part{{Report: &r.Report}}
	}
	for i, p := range g.Accounts {
		if p.Report == nil && p.Account != "" {
			continue
		}
		if p.Report == nil || p.Report.Snapshot == nil || p.Report.Snapshot.Account == "" || len(p.Report.Result.Results) == 0 {
			return Organization{}, false, reason.NewError("investigate.no-result")
		}
		g.Accounts[i].Account = p.Report.Snapshot.Account
	}
	return g, len(r.Accounts) > 0, nil
}

// unreadable says why JSON could not be read. The errors of package json are in English, and name types of Go.
func unreadable(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return &reason.Error{Reason: reason.New("json.syntax", syntax.Offset), Err: err}
	case errors.As(err, &kind) && kind.Field == "": // the whole is no object
		return &reason.Error{Reason: reason.New("investigate.no-result"), Err: err}
	case errors.As(err, &kind):
		return &reason.Error{Reason: reason.New("json.type", strings.TrimPrefix(kind.Field, "Report.")), Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &reason.Error{Reason: reason.New("json.ends"), Err: err}
	}
	return err
}
