package presigned_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/presigned"
	"github.com/akguard/akguard/rules/rulestest"
)

// The expiry of a presigned URL is read however the URL is written down.
func TestExpiry(t *testing.T) {
	id := rulestest.NewKeys(7).ID24()
	const host = "https://b.oss-cn-beijing.aliyuncs.com/x"
	first := host + "?Expires=1714521600&OSSAccessKeyId=ID&Signature=a%2Fb%3D"
	last := host + "?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20240430T230000Z&x-oss-expires=3600&x-oss-credential=ID%2F20240430%2Fcn-beijing%2Foss%2Faliyun_v4_request&x-oss-signature=0a"
	may := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		text string
		want time.Time
	}{
		{first, may}, {last, may}, {`<img src="` + first + `">`, may}, {"[x](" + last + ")", may},
		{strings.ReplaceAll(first, "&", "&amp;"), may}, {strings.ReplaceAll(last, "&", `\u0026`), may},
		{url.QueryEscape(first), may}, {url.QueryEscape(url.QueryEscape(last)), may}, {"https://x.cn/?to=" + url.QueryEscape(last), may},
		{host + "?OSSAccessKeyId=ID&Signature=x&Expires=1714521600) and so on", may},
		{host + "?X-OSS-Credential=ID/20240430/a/oss/aliyun_v4_request&X-OSS-Expires=3600&X-OSS-Date=20240430T230000Z", may},
		{"ID", time.Time{}}, {"OSSAccessKeyId=ID", time.Time{}}, {"id=ID&Expires=1714521600", time.Time{}},
		{"Expires=1714521600 OSSAccessKeyId=ID", time.Time{}}, {host + "?Expires=&OSSAccessKeyId=ID", time.Time{}},
		{host + "?Expires=99999999999999999999&OSSAccessKeyId=ID", time.Time{}}, {host + "?Expires=-1&OSSAccessKeyId=ID", time.Time{}},
		{host + "?x-oss-date=2024&x-oss-expires=3600&x-oss-credential=ID%2F", time.Time{}},
		{host + "?x-oss-date=20240430T230000Z&x-oss-credential=ID%2F", time.Time{}},
		{host + "?x-oss-date=20240430T230000Z&x-oss-expires=99999999999&x-oss-credential=ID%2F", time.Time{}},
	}
	for _, test := range tests {
		content := []byte(strings.ReplaceAll(test.text, "ID", id))
		at := bytes.Index(content, []byte(id))
		got, ok := presigned.Expiry(content, at, at+len(id))
		if ok != !test.want.IsZero() || ok && !got.Equal(test.want) {
			t.Errorf("%s expires %v, %v", test.text, got, ok)
		}
	}
}

func FuzzExpiry(f *testing.F) {
	f.Add([]byte("?Expires=1&OSSAccessKeyId="), []byte("&Signature=x"))
	f.Add([]byte("?x-oss-date=20240430T230000Z&x-oss-expires=1&x-oss-credential="), []byte("%2F20240430"))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		content := append(append(before[:len(before):len(before)], "ID"...), after...)
		if got, ok := presigned.Expiry(content, len(before), len(before)+2); ok && (got.Year() < 0 || got.Year() > 10_100) {
			t.Errorf("expires %v", got)
		}
	})
}
