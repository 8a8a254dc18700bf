package decode_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/decode"
)

// views returns all views of content, and fails t if there was too much to decode.
func views(t *testing.T, content string) []*decode.View {
	t.Helper()
	var list []*decode.View
	if err := decode.Each([]byte(content), decode.Options{}, func(v *decode.View) { list = append(list, v) }); err != nil {
		t.Fatalf("decoding: %v", err)
	}
	return list
}

func b64(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
func b64url(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func wrap(s, sep string, width int) string {
	var lines []string
	for ; len(s) > width; s = s[width:] {
		lines = append(lines, s[:width])
	}
	return strings.Join(append(lines, s), sep)
}

func utf16Text(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func gbk(s string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func compress(s string, open func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := open(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func gz(s string) string {
	return compress(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zl(s string) string {
	return compress(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func zst(s string) string {
	return compress(s, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			panic(err)
		}
		return z
	})
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// perChar formats every byte of s.
func perChar(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// TestPairs hides a key in the ways that keys are hidden in. The rules must find it as one pair in some view.
func TestPairs(t *testing.T) {
	keys := rulestest.NewKeys(1)
	id, secret := keys.ID24(), keys.Secret()
	short := keys.ID16()
	config := "# 配置\naccessKeyId: " + id + "\naccessKeySecret: " + secret + "\nendpoint: oss-cn-hangzhou.aliyuncs.com\n"
	doc := fmt.Sprintf(`{"accessKeyId":%q,"accessKeySecret":%q}`, id, secret)
	for _, tt := range []struct{ name, content, encoding string }{
		{"utf-16le with BOM", utf16Text("\ufeff"+config, binary.LittleEndian), "utf-16le"},
		{"utf-16be with BOM", utf16Text("\ufeff"+config, binary.BigEndian), "utf-16be"},
		{"utf-16le", utf16Text(config, binary.LittleEndian), "utf-16le"},
		{"utf-16be", utf16Text(config, binary.BigEndian), "utf-16be"},
		{"utf-16le with Chinese numerals", utf16Text("一、"+config, binary.LittleEndian), "utf-16le"},
		{"gbk touching", gbk("密钥" + id + "密码" + secret + "。\n乙" + config), "gb18030"},
		{"k8s secret", "data:\n  AccessKeyId: " + b64(id) + "\n  AccessKeySecret: " + b64(secret) + "\ntype: Opaque\n", "base64"},
		{"k8s secret, newline in values", "data:\n  id: " + b64(id+"\n") + "\n  key: " + b64(secret+"\n") + "\n", "base64"},
		{"16 characters", "id: " + b64(short) + "\nkey: " + b64(secret) + "\n", "base64"},
		{"base64 of a file", "config = '" + b64(config) + "'\n", "base64"},
		{"base64, alignment 1", b64("x" + config), "base64"},
		{"base64, alignment 2", b64("xy" + config), "base64"},
		{"base64 url", "token=" + b64url("{\"a\":\"??>>~~\"}"+config) + "&x=1", "base64"},
		{"base64 behind a path", "curl https://example.com/app/v1/" + b64url(config) + "\n", "base64"},
		{"base64 PEM", "-----BEGIN CONFIG-----\n" + wrap(b64(config), "\n", 64) + "\n-----END CONFIG-----\n", "base64"},
		{"base64 MIME", wrap(b64(config), "\r\n", 76), "base64"},
		{"base64 YAML block", "data:\n  config: |\n    " + wrap(b64(config), "\n    ", 70) + "\n  other: 1\n", "base64"},
		{"base64 wrapped in JSON", `{"content":"` + wrap(b64(config), `\n`, 60) + `\n"}`, "base64,escape"},
		{"base64 in Java parts", `String s = "` + wrap(b64(config), "\" +\n    \"", 60) + `";`, "base64"},
		{"base64 with escaped slashes", strings.ReplaceAll(`{"k":"`+b64(config+"???\xff\xfe")+`"}`, "/", `\/`), "escape+base64"},
		{"base64 in a URL", "https://a.example/?d=" + url.QueryEscape(b64(doc+"~~~~~~")) + "&e=%20", "percent+base64"},
		{"base64 of base64", "v: " + b64(b64(config)), "base64+base64"},
		{"two values of base64 of base64", "id: " + b64(b64(id)) + "\nkey: " + b64(b64(secret)) + "\n", "base64+base64"},
		{"base64 in a binary", b64("\x00\x01\x02\x80" + strings.Repeat("\x00\xff", 40) + config + "\x00\x00\x00"), "base64"},
		{"PowerShell", "powershell -enc " + b64(utf16Text("$id='"+id+"'; $secret='"+secret+"'", binary.LittleEndian)), "base64+utf-16le"},
		{"base64 of gbk", "c: " + b64(gbk(strings.Repeat("密钥", 3)+config)), "base64+gb18030"},
		{"helm release", "release: " + b64(b64(gz(doc))), "base64+base64+gzip"},
		{"hex", "x = 0x" + hex.EncodeToString([]byte(doc)), "hex"},
		{"HEX values", "id: " + strings.ToUpper(hex.EncodeToString([]byte(id))) + "\nkey: " + hex.EncodeToString([]byte(secret)), "hex"},
		{"gzip", gz(config), "gzip"},
		{"zlib", zl(config), "zlib"},
		{"zstd", zst(config), "zstd"},
		{"gzip of utf-16", gz(utf16Text("\ufeff"+config, binary.LittleEndian)), "gzip+utf-16le"},
		{"JSON in JSON", `{"body":` + quote(doc) + `}`, "escape"},
		{"JSON in JSON in JSON", quote(`{"body":` + quote(doc) + `}`), "escape"},
		{"echo -e", `echo -e "[default]\n` + id + `\n` + secret + `\n"`, "escape"},
		{"notebook", `{"source":["access_key_id = \"` + id + `\"\n","access_key_secret = \"` + secret + `\"\n"]}`, "escape"},
		{"unicode escapes", perChar(id, `\u%04x`) + " " + perChar(secret, `\u%04X`), "escape"},
		{"hex escapes", `printf "` + perChar(id, `\x%02x`) + `\t` + perChar(secret, `\%03o`) + `"`, "escape"},
		{"percent", "ak%3D" + id + "%26sk%3D" + perChar(secret, "%%%02X"), "percent"},
		{"percent of percent", "ak%25253D" + id + "%252526sk%25253D" + perChar(secret, "%%25%02X"), "percent"},
		{"entities", "<add key=&quot;" + perChar(id, "&#%d;") + "&quot; value=&#34;" + perChar(secret, "&#x%x;") + "&#34;/>", "entity"},
		{"XML in XML", "<a>" + html.EscapeString(html.EscapeString(doc)) + "</a>", "entity"},
		{"base64 in JSON in JSON", quote(quote("id=" + b64(id) + "\nkey=" + b64(secret))), "base64,escape"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := id
			if strings.HasPrefix(tt.name, "16") {
				want = short
			}
			list := views(t, tt.content)
			for _, v := range list {
				if hasPair(v.Content, want, secret) {
					if v.Encoding != tt.encoding {
						t.Errorf("the view is said to be in %q, want %q", v.Encoding, tt.encoding)
					}
					return
				}
			}
			t.Errorf("no view of %q holds the pair", tt.content)
			for _, v := range list {
				t.Logf("%s: %q", v.Encoding, v.Content)
			}
		})
	}
}

func hasPair(content []byte, id, secret string) bool {
	matches, _ := builtin.Set().Find(content)
	for _, j := range pair.Join(content, matches, pair.Options{}) {
		if j.Credential.ID.Reveal() == id && j.Credential.Secret.Reveal() == secret {
			return true
		}
	}
	return false
}

// TestPlace compares the line and column that a view gives for a key with those in the file.
func TestPlace(t *testing.T) {
	keys := rulestest.NewKeys(2)
	id := keys.ID24()
	encoded := b64(id)
	for _, tt := range []struct {
		name, content string
		line, column  int
		origin        string // what the key was decoded from, if that is text
	}{
		{"utf-16", utf16Text("\ufeff一\n二\n三 "+id+"\n", binary.LittleEndian), 3, 3, utf16Text(id, binary.LittleEndian)},
		{"gbk", gbk("一\n密钥" + id + "\n"), 2, 3, id},
		{"gzip", gz("a\nb\n " + id + "\n"), 3, 2, ""},
		{"base64", "a\nb: " + encoded + "\n", 2, 4, encoded},
		{"base64 twice", "a\nb: " + b64("key: "+encoded+".") + "\n", 2, 8, b64("key: " + encoded + ".")[4:]},
		{"base64, second line", "a\n" + b64(strings.Repeat("x", 47)+"\n"+id) + "\n", 2, 65, encoded},
		{"base64, wrapped", "a\n" + wrap(b64(strings.Repeat("x", 47)+"\n"+id), "\n  ", 64) + "\n", 3, 3, encoded},
		{"hex", "a\n\nid: " + hex.EncodeToString([]byte(id)), 3, 5, hex.EncodeToString([]byte(id))},
		{"escape", "a\n\"密\\u5bc6\\n" + id + "\"\n", 2, 11, id},
		{"escaped characters", "a\n\"" + perChar(id, `\u%04x`) + "\"\n", 2, 2, perChar(id, `\u%04x`)},
		{"percent", "a\nx%3D" + id + "%26\n", 2, 5, id},
		{"entity", "a\n<b c=&quot;" + id + "&quot;>\n", 2, 12, id},
		{"base64 in utf-16", utf16Text("\ufeff一\nk: "+encoded+"\n", binary.BigEndian), 2, 4, utf16Text(encoded, binary.BigEndian)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, at := holder(t, tt.content, id)
			text, from, _ := v.Seen(at, at+len(id))
			line := 1 + bytes.Count(text[:from], []byte("\n"))
			column := 1 + len([]rune(string(text[bytes.LastIndexByte(text[:from], '\n')+1:from])))
			if line != tt.line || column != tt.column {
				t.Errorf("line %d, column %d, want %d, %d", line, column, tt.line, tt.column)
			}
			start, end := v.Origin(at, at+len(id))
			if got := tt.content[start:end]; tt.origin != "" && !strings.HasPrefix(tt.origin, got) && got != tt.origin {
				t.Errorf("origin %q, want %q", got, tt.origin)
			}
			if tt.origin == "" && (start != 0 || end != len(tt.content)) {
				t.Errorf("origin [%d, %d), want all", start, end)
			}
		})
	}
}

// holder returns the last view that holds text, and where.
func holder(t *testing.T, content, text string) (*decode.View, int) {
	t.Helper()
	list := views(t, content)
	for i := len(list) - 1; i >= 0; i-- {
		if at := bytes.Index(list[i].Content, []byte(text)); at >= 0 {
			return list[i], at
		}
	}
	t.Fatalf("no view of %q holds %q", content, text)
	return nil, 0
}

func TestEncodingOf(t *testing.T) {
	keys := rulestest.NewKeys(3)
	id, secret := keys.ID24(), keys.Secret()
	v, at := holder(t, "id: "+id+"\nkey: "+b64(secret)+"\nurl: %20\n", id)
	if got := v.EncodingOf(at, at+len(id)); got != "" {
		t.Errorf("the plain ID is said to be in %q", got)
	}
	at = bytes.Index(v.Content, []byte(secret))
	if got := v.EncodingOf(at, at+len(secret)); got != "base64" {
		t.Errorf("the secret is said to be in %q, want base64", got)
	}
	if v.Encoding != "base64,percent" {
		t.Errorf("the view is said to be in %q", v.Encoding)
	}
}

// TestNothing lists what looks encoded and is not.
func TestNothing(t *testing.T) {
	keys := rulestest.NewKeys(4)
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(i*i>>3 ^ i*37)
	}
	noise = bytes.Map(func(r rune) rune {
		if strings.ContainsRune(`\%&`, r) {
			return '.'
		}
		return r
	}, noise)
	for _, content := range []string{
		"", "a", "id: " + keys.ID24() + "\nkey: " + keys.Secret() + "\n", keys.STSSecret(), keys.Token(),
		"github.com/akguard/akguard/rules/rulestest/internal_package-name",
		"abstractSingletonProxyFactoryBeanImplementation", "sha256: " + strings.Repeat("9f86d081884c7d65", 4),
		"\ufeffplain UTF-8 with a byte order mark", "密钥密钥密钥", "100% of \\d+ && \\s &nothing; &# &#x; %zz \\",
		string(noise), b64(string(noise)), "\x1f\x8b\x08\x00", "x\x9c nothing", "\xff\xfe", "\x28\xb5\x2f\xfd",
	} {
		for _, v := range views(t, content) {
			t.Errorf("%.100q has the view %s %.100q", content, v.Encoding, v.Content)
		}
	}
}

func TestLimits(t *testing.T) {
	nested := "text that is long enough"
	for range 30 {
		nested = b64(nested)
	}
	bomb := gz(strings.Repeat("A secret. ", 1<<20))
	small := decode.Options{MaxBytes: 1 << 20}
	for _, tt := range []struct {
		name, content string
		opts          decode.Options
		want          error
	}{
		{"deep", nested, decode.Options{}, decode.ErrTooDeep},
		{"shallow", nested, decode.Options{MaxDepth: 40}, nil},
		{"bomb", bomb, small, decode.ErrTooLarge},
		{"bomb in base64", b64(bomb), small, decode.ErrTooLarge},
		{"many bombs", strings.Repeat(b64(bomb[:len(bomb)/3*3])+"==\n", 50), small, decode.ErrTooLarge},
		{"many escapes", strings.Repeat(`\n`, 3<<20), small, decode.ErrTooLarge},
		{"utf-16", utf16Text("\ufeff"+strings.Repeat("a", 2<<20), binary.LittleEndian), small, decode.ErrTooLarge},
		{"deep escapes", strings.Repeat(`\`, 10000) + `"` + "%" + strings.Repeat("25", 10000) + "&" + strings.Repeat("amp;", 10000), decode.Options{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			total := 0
			err := decode.Each([]byte(tt.content), tt.opts, func(v *decode.View) { total += len(v.Content) })
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if tt.opts.MaxBytes > 0 && (total > tt.opts.MaxBytes || total < tt.opts.MaxBytes/100) {
				t.Errorf("%d bytes of views", total)
			}
		})
	}
}

// TestMarks hides LTAI in text at several places and looks for a mark.
func TestMarks(t *testing.T) {
	marks := decode.NewMarks([]string{"LTAI"}).Texts()
	if len(marks) > 40 {
		t.Errorf("%d marks are too many: %q", len(marks), marks)
	}
	for _, m := range marks {
		if len(m) < 4 {
			t.Errorf("mark %q is too short", m)
		}
	}
	for before := range 7 {
		text := strings.Repeat("~", before) + "LTAI" + strings.Repeat("?", 12)
		for name, encoded := range map[string]string{
			"base64": b64(text), "base64url": b64url(text), "base64 twice": b64(b64(text)),
			"PowerShell": b64(utf16Text(text, binary.LittleEndian)), "hex": hex.EncodeToString([]byte(text)),
			"utf-16le": utf16Text(text, binary.LittleEndian), "utf-16be": utf16Text(text, binary.BigEndian),
			"json": perChar(text, `\u%04x`), "percent": perChar(text, "%%%02X"), "html": perChar(text, "&#%d;"),
		} {
			if !containsAny(encoded, marks) {
				t.Errorf("no mark in %s of %q: %q", name, text, encoded)
			}
		}
	}
	for _, opener := range []string{b64(gz("x")), b64(b64(gz("x"))), b64(zst("x"))} {
		if !containsAny(opener, decode.Openers()) {
			t.Errorf("no opener in %q", opener)
		}
	}
	if decode.Zlib([]byte(gz("x"))) || !decode.Zlib([]byte(zl("x"))) || decode.Zlib([]byte("xyz")) {
		t.Error("Zlib is wrong")
	}
}

func containsAny(s string, list []string) bool {
	for _, m := range list {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}
