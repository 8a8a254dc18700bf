package message_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

// TestReports shows every format in the words of both languages.
func TestReports(t *testing.T) {
	bare := regexp.MustCompile(`\b(report|git|sts)\.[a-z]+[a-z.-]*\b`)
	for _, language := range []message.Language{message.English, message.Chinese} {
		for _, f := range formats.All() {
			if f.Machine {
				continue
			}
			text := reporttest.RenderWith(t, f, reporttest.Full(), report.Options{Words: message.New(language)})
			reporttest.Golden(t, "full."+string(language)+"."+f.Name, text)
			if found := bare.Find(text); found != nil {
				t.Errorf("%s in %s writes a code without words: %s", f.Name, language, found)
			}
		}
	}
}

func TestCleanReports(t *testing.T) {
	text, _ := formats.Find("text")
	for language, want := range map[message.Language]string{
		message.English: "clean: no Alibaba Cloud credentials found in demo/shop\nscanned 1 blob (512 bytes) and 1 commit in 7ms: 0 findings\n",
		message.Chinese: "干净：在 demo/shop 中未发现阿里云凭证\n已扫描 1 个 blob（512 字节）和 1 个提交，用时 7ms：0 项发现\n",
	} {
		var b bytes.Buffer
		if err := reporttest.Clean().Play(text.Open(&b, report.Options{Words: message.New(language)})); err != nil || b.String() != want {
			t.Errorf("%s: %v, %q, want %q", language, err, b.String(), want)
		}
	}
}
