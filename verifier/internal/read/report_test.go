package read

import (
	"encoding/base64"
	"strings"
	"testing"
)

const reportColumns = "user,user_last_logon,password_exist,mfa_active,access_key_1_exist,access_key_1_last_used,access_key_2_exist,access_key_2_last_used,additional_access_key_1_exist,additional_access_key_1_last_used\n"

func reportOf(text string) map[string]Credentials {
	var t table
	of := map[string]Credentials{}
	t.read(base64.StdEncoding.EncodeToString([]byte(text)), of)
	return of
}

// TestReportRows takes what is understood of the credential report, and leaves out a user of whom anything is not.
func TestReportRows(t *testing.T) {
	of := reportOf(reportColumns +
		"<root>,N/A,TRUE,TRUE,FALSE,N/A,FALSE,N/A,N/A,N/A\n" +
		"a@x.onaliyun.com,2026-11-01T00:00:00Z,true,FALSE,TRUE,2026-11-02T00:00:00Z,TRUE,N/A,FALSE,N/A\n" +
		"b@x.onaliyun.com,-,FALSE,FALSE,FALSE,N/A,FALSE,N/A,TRUE,2026-11-03T00:00:00Z\n" +
		"c,N/A,FALSE,maybe,FALSE,N/A,FALSE,N/A,FALSE,N/A\n" +
		"d,N/A,FALSE,FALSE,FALSE,N/A,,N/A,FALSE,N/A\n" +
		"e,N/A,FALSE,FALSE,TRUE,soon,FALSE,N/A,FALSE,N/A\n" +
		"f,N/A,FALSE,FALSE,FALSE,N/A,FALSE,N/A,perhaps,N/A\n" +
		"g,N/A,FALSE,FALSE\n")
	a, b := of["a"], of["b"]
	if !a.Password || a.MFA || a.Keys != 2 || len(a.LastUsed) != 2 || a.LastUsed[0].IsZero() || !a.LastUsed[1].IsZero() || a.LastLogin.IsZero() {
		t.Errorf("%+v", a)
	}
	if b.Password || b.Keys != 1 || !b.LastLogin.IsZero() {
		t.Errorf("%+v", b)
	}
	for _, name := range strings.Fields("c d e f g") {
		if c, ok := of[name]; ok {
			t.Errorf("%s is taken for %+v", name, c)
		}
	}
}

// FuzzReport reads any table.
func FuzzReport(f *testing.F) {
	f.Add(reportColumns + "a,N/A,TRUE,TRUE,FALSE,N/A,FALSE,N/A,N/A,N/A\n")
	f.Add("user\nuser,\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		for name, c := range reportOf(text) {
			if c.Keys != len(c.LastUsed) {
				t.Errorf("%s: %+v", name, c)
			}
		}
	})
}
