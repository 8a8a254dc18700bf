package reason

import (
	"encoding/json"
	"fmt"
	"time"
)

// saved is a reason in JSON. An argument is a string, a number, or another reason.
type saved struct {
	Code string            `json:"code"`
	Args []json.RawMessage `json:"args,omitempty"`
}

// MarshalJSON writes {"code": …, "args": […]}, or null for the zero Reason.
func (r Reason) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return []byte("null"), nil
	}
	out := saved{Code: r.Code}
	for _, arg := range r.Args() {
		text, err := json.Marshal(plain(arg))
		if err != nil {
			return nil, fmt.Errorf("encoding an argument of %s: %w", r.Code, err)
		}
		out.Args = append(out.Args, text)
	}
	return json.Marshal(out)
}

// plain returns an argument as JSON can hold it. Errors become the reasons they carry.
func plain(arg any) any {
	switch v := arg.(type) {
	case Reason, int, int64, uint64, string:
		return v
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return fmt.Sprint(arg)
}

// UnmarshalJSON reads what MarshalJSON has written. Arguments come back as strings, int64 or Reasons. A string is a whole
// sentence, as older versions wrote it.
func (r *Reason) UnmarshalJSON(text []byte) error {
	*r = Reason{}
	var sentence string
	if json.Unmarshal(text, &sentence) == nil {
		*r = Text(sentence)
		return nil
	}
	var in saved
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	if len(in.Args) > MaxArgs {
		return fmt.Errorf("decoding a reason: it has more than %d arguments", MaxArgs)
	}
	args := make([]any, len(in.Args))
	for i, raw := range in.Args {
		var err error
		if args[i], err = restore(raw); err != nil {
			return fmt.Errorf("decoding an argument of a reason: %w", err)
		}
	}
	*r = New(in.Code, args...)
	return nil
}

func restore(raw json.RawMessage) (any, error) {
	var number int64
	if json.Unmarshal(raw, &number) == nil && string(raw) != "null" {
		return number, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	var nested Reason
	err := json.Unmarshal(raw, &nested)
	return nested, err
}
