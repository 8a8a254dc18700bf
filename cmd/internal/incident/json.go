package incident

import (
	"encoding/json"
	"fmt"
	"io"
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
		return r, err
	}
	if r.Snapshot == nil || r.Result.Results == nil {
		return r, fmt.Errorf("there is no investigation in it")
	}
	return r, nil
}
