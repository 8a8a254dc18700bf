package incident

import (
	"encoding/json"
	"io"

	"github.com/akguard/akguard/rules/reason"
)

// maxReport is how large a report may be that is read again.
const maxReport = 512 << 20

func toJSON(r Report, _ Options) ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// Read reads a report that was written as JSON.
func Read(in io.Reader) (Report, error) {
	var r Report
	if err := json.NewDecoder(io.LimitReader(in, maxReport)).Decode(&r); err != nil {
		return Report{}, err
	}
	if r.Snapshot == nil || r.Snapshot.Account == "" || len(r.Result.Results) == 0 {
		return Report{}, reason.NewError("investigate.no-result")
	}
	return r, nil
}
