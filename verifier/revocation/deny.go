package revocation

import (
	"encoding/json"
	"time"
)

// DenyPrefix starts the names of all policies that this package creates.
const DenyPrefix = "akguard-deny-"

// DenyUntil returns a policy that denies everything until a time.
func DenyUntil(end time.Time) string {
	document, _ := json.Marshal(map[string]any{"Version": "1", "Statement": []any{map[string]any{ // never fails
		"Effect": "Deny", "Action": "*", "Resource": "*",
		"Condition": map[string]any{"DateLessThan": map[string]string{"acs:CurrentTime": end.Format(time.RFC3339)}},
	}}})
	return string(document)
}

// isDeny reports whether DenyUntil has made the document.
func isDeny(document string) bool {
	var d struct {
		Statement []struct {
			Condition struct{ DateLessThan map[string]time.Time }
		}
	}
	if json.Unmarshal([]byte(document), &d) != nil || len(d.Statement) != 1 {
		return false
	}
	return document == DenyUntil(d.Statement[0].Condition.DateLessThan["acs:CurrentTime"])
}
