package services

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/internal/emulator/state"
	"github.com/akguard/akguard/verifier/internal/emulator/wire"
)

// The credential report is a table of all users, at most four hours old: asked for another one before, IMS keeps the one that it
// has. The values of the columns for keys that do not exist are inferred.
const reportAge = 4 * time.Hour

func imsReportActions() map[string]Action {
	return map[string]Action{
		"GenerateCredentialReport": {permission: "ram:GenerateCredentialReport", Run: locked(generateReport)},
		"GetCredentialReport":      {permission: "ram:GetCredentialReport", Run: locked(getReport)},
	}
}

// generateReport makes the report, which is complete when it is asked for once more.
func generateReport(c *Invocation) (wire.Object, *wire.Failure) {
	r := &c.Account.Report
	if !r.Made.IsZero() && c.Now.Sub(r.Made) < reportAge {
		return wire.Object{{"State", "COMPLETE"}}, nil
	}
	r.Made, r.Rows = c.Now, nil
	for _, name := range slices.Sorted(maps.Keys(c.Account.Users)) {
		r.Rows = append(r.Rows, reportRow(c.Account, c.Account.Users[name]))
	}
	return wire.Object{{"State", "STARTED"}}, nil
}

const reportHeader = "user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used," +
	"access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used," +
	"additional_access_key_1_exist,additional_access_key_1_active,additional_access_key_1_last_rotated,additional_access_key_1_last_used"

func reportRow(a *state.Account, u *state.UserRecord) string {
	yes := func(b bool) string { return strings.ToUpper(strconv.FormatBool(b)) }
	at := func(t time.Time) string {
		if t.IsZero() {
			return "N/A"
		}
		return state.Stamp(t)
	}
	row := []string{a.PrincipalName(u.Name), state.Stamp(u.Created), at(u.LastLogin), yes(u.Console), yes(u.Console), at(u.Profile), "N/A", yes(u.MFA)}
	keys := a.KeysOf(u.Name, state.Active, state.Inactive)
	for i := range 3 {
		if i >= len(keys) {
			row = append(row, "FALSE", "N/A", "N/A", "N/A")
			continue
		}
		row = append(row, "TRUE", yes(keys[i].State == state.Active), at(keys[i].Created), at(keys[i].Used))
	}
	return strings.Join(row, ",")
}

func getReport(c *Invocation) (wire.Object, *wire.Failure) {
	r := c.Account.Report
	if r.Made.IsZero() {
		return nil, wire.Refusal(404, "EntityNotExist.CredentialReport", "The credential report does not exist.")
	}
	most, refused := c.number("MaxItems", 1, 3501, 3501)
	if refused != nil {
		return nil, refused
	}
	from, refused := c.number("NextToken", 1, len(r.Rows), 0)
	if refused != nil {
		return nil, refused
	}
	to := min(from+most-1, len(r.Rows))
	lines := append([]string{reportHeader}, r.Rows[from:to]...)
	answer := wire.Object{{"GeneratedTime", state.Stamp(r.Made)}, {"Content", base64.StdEncoding.EncodeToString([]byte(strings.Join(lines, "\n") + "\n"))}}
	if to < len(r.Rows) {
		return append(answer, wire.Object{{"IsTruncated", "true"}, {"NextToken", fmt.Sprint(to)}}...), nil
	}
	return append(answer, wire.Member{"IsTruncated", "false"}), nil
}
