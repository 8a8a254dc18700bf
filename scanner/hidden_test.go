package scanner_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/planted"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// pairLines is what most encodings are tried on.
const pairLines = "accessKeyId: I1\naccessKeySecret: S1\n"

// What defeats a simple scanner is found: the IDs with their secrets, where a person sees them.
func TestHidden(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	for _, c := range []struct {
		name    string
		content func(fill func(string) string) string
		want    string // credentials: ID+secret
		line    int    // of the first; 0 is the first line
	}{
		// word boundaries fail
		{"%22 before", plain("q=%22I1%22&s=%22S1%22"), "I1+S1", 0},
		{"%3D before", plain("AccessKeyId%3DI1%26AccessKeySecret%3DS1"), "I1+S1", 0},
		{"encoded twice", plain("AccessKeyId%253DI1%2526AccessKeySecret%253DS1"), "I1+S1", 0},
		{"literal line ends", plain(`echo -e "[default]\nI1\nS1\n"`), "I1+S1", 0},
		{"Chinese text touching", plain("账号I1密码S1，谢谢"), "I1+S1", 0},
		// live values look like placeholders
		{"angle brackets", plain("id: <I1>\nsecret: <S1>\n"), "I1+S1", 1},
		{"quoted angle brackets", plain("id: \"<I1>\"\nsecret: \"<S1>\"\n"), "I1+S1", 1},
		{"shell default", plain("${AK:-I1} ${SK:-S1}"), "I1+S1", 0},
		{"Spring default", plain("ak: ${oss.id:I1}\nsk: ${oss.secret:S1}\n"), "I1+S1", 1},
		{"env default", plain("env('K', 'I1'), env('S', 'S1')"), "I1+S1", 0},
		// base64
		{"base64 values", filled("data:\n  id: {I1}\n  secret: {S1}\n", b64), "I1+S1", 2},
		{"base64 values with a line end", filled("data:\n  id: {I1}\n  secret: {S1}\n", func(b []byte) string { return b64(append(b, '\n')) }), "I1+S1", 2},
		{"base64 file", whole(b64), "I1+S1", 1},
		{"base64 file, another alignment", func(fill func(string) string) string { return b64([]byte("x" + fill(pairLines))) }, "I1+S1", 1},
		{"base64 file, the third alignment", func(fill func(string) string) string { return b64([]byte("xy" + fill(pairLines))) }, "I1+S1", 1},
		{"atob", filled("const c = new Client(atob('{I1}'), atob('{S1}'))", b64), "I1+S1", 1},
		{"b64decode", filled("ak = base64.b64decode(\"{I1}\")\nsk = base64.b64decode(\"{S1}\")\n", b64), "I1+S1", 1},
		{"base64, wrapped", whole(func(b []byte) string { return wrap(b64(b), 76) }), "I1+S1", 0},
		{"base64 for URLs", whole(base64.RawURLEncoding.EncodeToString), "I1+S1", 1},
		{"base64 of base64", whole(func(b []byte) string { return b64([]byte(b64(b))) }), "I1+S1", 1},
		{"base64 of gzip", whole(func(b []byte) string { return b64(gzipped(b)) }), "I1+S1", 1},
		{"PowerShell", whole(func(b []byte) string { return "powershell -enc " + b64(utf16le(string(b))) }), "I1+S1", 1},
		// names are weak
		{"weak names", plain("ak = 'I1'\nsk = 'S1'\n"), "I1+S1", 1},
		{"a mistyped name", plain("accessKey: I1\nsectrt: S1\n"), "I1+S1", 1},
		{"another name", plain("app_key=I1\nKey=S1\n"), "I1+S1", 1},
		{"another cloud nearby", plain("aws:\n  accessKey: " + foreignID() + "\n  secretKey: " + foreignSecret() + "\noss:\n  accessKey: I1\n  secretKey: S1\n"), "I1+S1", 5},
		{"a bare second argument", plain("new Client(\"I1\",\n    \"S1\")"), "I1+S1", 1},
		// comments count
		{"in comments", plain("// I1\n// S1\n"), "I1+S1", 1},
		{"Javadoc", plain("/**\n * @param id     for example I1\n * @param secret for example S1\n */\n"), "I1+S1", 2},
		{"docstring", plain("def f():\n    \"\"\"Call f('I1',\n    'S1').\"\"\"\n"), "I1+S1", 2},
		{"full-width colons", plain("AccessKeyID：I1\nAccessKeySecret：S1\n"), "I1+S1", 1},
		{"labels on lines of their own", plain("AccessKey ID\nI1\nAccessKey Secret\nS1\n"), "I1+S1", 2},
		// several candidates
		{"an older secret", plain("id = I1\n# secret = S2\nsecret = S1\n"), "I1+S1", 1},
		{"another account's ID", plain("id = I1 # not I2\nsecret = S1\n"), "I1+S1 I2", 1},
		{"a temporary credential beside", plain("id = I1\nsecret = S1\nid = T1\nsecret = U1\ntoken = K1\n"), "I1+S1 T1+U1", 1},
		// nested text
		{"SQL dump", plain(`INSERT INTO conf VALUES (1,'{\"accessKeyId\":\"I1\",\"accessKeySecret\":\"S1\"}');`), "I1+S1", 1},
		{"joined properties", plain(`{"content": "oss.id=I1\noss.secret=S1\n"}`), "I1+S1", 1},
		{"JSON in parts of Java", plain("String s = \"{\\\"id\\\":\\\"I1\\\",\" +\n    \"\\\"secret\\\":\\\"S1\\\"}\";\n"), "I1+S1", 1},
		{"JSON in JSON", plain(`"{\"id\":\"I1\",\"secret\":\"S1\"}"`), "I1+S1", 0},
		{"JSON in JSON in JSON", plain(`"{\\\"id\\\":\\\"I1\\\",\\\"secret\\\":\\\"S1\\\"}"`), "I1+S1", 0},
		{"escaped ampersand", plain(`u?id=I1\u0026secret=S1`), "I1+S1", 0},
		{"entities", plain("id=&quot;I1&quot; secret=&quot;S1&quot;"), "I1+S1", 0},
		{"a secret in pieces", func(fill func(string) string) string {
			secret := fill("S1")
			return fmt.Sprintf("SK = \"%s\" + \"%s\";\nAK = \"%s\";\n", secret[:9], secret[9:], fill("I1"))
		}, "I1+S1", 2},
		{"an ID in pieces, of which the first may be one", func(fill func(string) string) string {
			id := fill("I1")
			return fmt.Sprintf("AK = \"%s\" + \"%s\", SK = \"%s\";\n", id[:19], id[19:], fill("S1"))
		}, "I1+S1", 1},
		{"strings of names and values", plain("[Env]\r\n\"AK\"=\"I1\"\r\n\"SK\"=\"S1\"\r\n"), "I1+S1", 2},
		{"octal", whole(func(b []byte) string {
			var out strings.Builder
			for _, c := range b {
				fmt.Fprintf(&out, `\%03o`, c)
			}
			return out.String()
		}), "I1+S1", 1},
		{"strings in pieces", func(fill func(string) string) string {
			id, secret := fill("I1"), fill("S1")
			return fmt.Sprintf("AK=\"%s\"\"%s\"\nSK='%s' +\n  '%s'\n", id[:4], id[4:], secret[:9], secret[9:])
		}, "I1+S1", 1},
		// an ID alone
		{"presigned URL", plain("https://b.oss-cn-x.aliyuncs.com/a?Expires=1&OSSAccessKeyId=I1&Signature=abc%3D"), "I1", 0},
		{"upload policy", plain("<input name=\"OSSAccessKeyId\" value=\"I1\">\n<input name=\"policy\" value=\"eyJleHBpcmF0aW9uIjoi\">\n"), "I1", 1},
		{"string to sign", plain("<Error><Code>SignatureDoesNotMatch</Code><OSSAccessKeyId>I1</OSSAccessKeyId><StringToSign>GET</StringToSign></Error>"), "I1", 1},
		{"secret from the environment", plain("Client('I1', os.environ['ACCESS_KEY_SECRET'])\n"), "I1", 1},
		// encodings
		{"UTF-16 LE", whole(func(b []byte) string { return "\xff\xfe" + string(utf16le(string(b))) }), "I1+S1", 1},
		{"UTF-16 LE without a mark", whole(func(b []byte) string { return string(utf16le(string(b))) }), "I1+S1", 1},
		{"UTF-16 BE", whole(func(b []byte) string {
			swapped := utf16le(string(b))
			for i := 0; i+1 < len(swapped); i += 2 {
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			}
			return "\xfe\xff" + string(swapped)
		}), "I1+S1", 1},
		{"UTF-8 mark", whole(func(b []byte) string { return "\ufeff" + string(b) }), "I1+S1", 1},
		{"GBK", func(fill func(string) string) string {
			s, err := simplifiedchinese.GBK.NewEncoder().String(fill("# 密钥\n账号I1密码\nS1结束\n"))
			if err != nil {
				panic(err)
			}
			return s
		}, "I1+S1", 2},
		{"old Macs", plain("id: I1\rsecret: S1\r"), "I1+S1", 1},
		{"a line of 100 KB", plain(strings.Repeat("x ", 50_000) + "id=I1 secret=S1" + strings.Repeat(" y", 50_000)), "I1+S1", 0},
		{"hex", whole(hex.EncodeToString), "I1+S1", 1},
		{"percent", whole(func(b []byte) string { return "q=" + url.QueryEscape(string(b)) }), "I1+S1", 1},
		{"notebook", plain("{\"cells\": [{\"source\": [\n \"id = 'I1'\\n\",\n \"secret = 'S1'\\n\"\n]}]}"), "I1+S1", 2},
		{"terraform state", plain("{\n \"access_key\": \"I1\",\n \"secret_key\": \"S1\"\n}"), "I1+S1", 2},
		{"Postman", plain("{\"key\": \"accessKeyId\", \"value\": \"I1\"},\n{\"key\": \"accessKeySecret\", \"value\": \"S1\"}\n"), "I1+S1", 1},
		{"HAR", plain(`{"postData":{"text":"{\"accessKeyId\":\"I1\",\"accessKeySecret\":\"S1\"}"}}`), "I1+S1", 1},
		{"source map", plain(`{"version":3,"sourcesContent":["const c = {\n  accessKeyId: 'I1',\n  accessKeySecret: 'S1'\n}\n"]}`), "I1+S1", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			fill, read := names()
			r := planted.Scan(t, []scanner.Source{single{scanner.Blob{Content: []byte(c.content(fill))}}}, nil)
			if got := read(r); got != c.want {
				t.Fatalf("found %q, want %q", got, c.want)
			}
			if line := r.Findings[0].Occurrences[0].Line; line != max(1, c.line) {
				t.Errorf("found on line %d, want %d", line, c.line)
			}
		})
	}
}

// What is no leak is not reported: placeholders, what is masked, made up or an accident.
func TestNoLeaks(t *testing.T) {
	keys := rulestest.NewKeys(78)
	id, secret := keys.ID24(), keys.Secret()
	image := make([]byte, 3000)
	for i, x := 0, uint32(1); i < len(image); i, x = i+1, x*1664525+1013904223 {
		image[i] = byte(x >> 24)
	}
	armour := base64.StdEncoding.EncodeToString(image)
	for name, content := range map[string]string{
		"documented names":      "ALIBABA_CLOUD_ACCESS_KEY_ID=<your-access-key-id>\nALIBABA_CLOUD_ACCESS_KEY_SECRET=<your-access-key-secret>\n",
		"masked":                "accessKeyId: " + id[:20] + "****\naccessKeySecret: " + secret[:26] + "****\n",
		"words":                 "LTAIYourAccessKeyId01\nLTAI5tTestFakeExample0001\naccessKeySecret: YourAccessKeySecretExample0001\n",
		"runs of x":             "LTAI5txxxxxxxxxxxxxxxxxx\naccessKeySecret: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
		"sequences":             "LTAI1234567890123456\naccessKeySecret: abcdefghijklmnopqrstuvwxyz0123\n",
		"accidents":             "LTail VOLTAIC consultaINFORMACION CONSULTAINFORMACION METAR LTAI 241150Z 03005KT airport=LTAI\n",
		"an image":              "data:image/png;base64," + armour[:1500] + "LTAI" + armour[1500:] + "\n",
		"an image on its lines": wrap(armour[:1500]+"LTAI"+armour[1500:], 76),
		"DKIM":                  `k=rsa; p=` + armour[:200] + "LTAI" + armour[200:400] + "IDAQAB\n",
		"lock file":             `"integrity": "sha512-` + armour[:40] + "LTAI" + armour[40:84] + "==\"\n",
	} {
		r := planted.Scan(t, []scanner.Source{single{scanner.Blob{Content: []byte(content)}}}, nil)
		if len(r.Findings) > 0 {
			t.Errorf("%s: %d findings, first of %s", name, len(r.Findings), r.Findings[0].Rule.ID)
		}
	}
}

// names returns a function that puts keys in place of I1, S1 and so on, and one that names the keys of a report.
func names() (fill func(string) string, read func(*planted.Report) string) {
	keys := rulestest.NewKeys(77)
	of, oldnew := map[string]string{}, []string{}
	for i := range 2 {
		for part, value := range map[string]string{
			"I": keys.ID24(), "S": keys.Secret(), "T": keys.STSID(), "U": keys.STSSecret(), "K": keys.Token(),
		} {
			name := fmt.Sprintf("%s%d", part, i+1)
			of[value], oldnew = name, append(oldnew, name, value)
		}
	}
	read = func(r *planted.Report) string {
		var out []string
		for _, f := range r.Findings {
			out = append(out, strings.Trim(of[f.Credential.ID.Reveal()]+"+"+of[f.Credential.Secret.Reveal()], "+"))
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	return strings.NewReplacer(oldnew...).Replace, read
}

func plain(layout string) func(func(string) string) string {
	return func(fill func(string) string) string { return fill(layout) }
}

// filled encodes the values in braces.
func filled(layout string, encode func([]byte) string) func(func(string) string) string {
	return func(fill func(string) string) string {
		for _, name := range []string{"I1", "S1"} {
			layout = strings.ReplaceAll(layout, "{"+name+"}", encode([]byte(fill(name))))
		}
		return layout
	}
}

// whole encodes two lines with a pair.
func whole(encode func([]byte) string) func(func(string) string) string {
	return func(fill func(string) string) string { return encode([]byte(fill(pairLines))) }
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func utf16le(s string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

// foreignID and foreignSecret have the shapes of another cloud.
func foreignID() string { return "AK" + strings.ToUpper(hex.EncodeToString([]byte("another9"))) }
func foreignSecret() string {
	return base64.StdEncoding.EncodeToString([]byte("of another cloud, thirty bytes"))
}
