package pair_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/rulestest"
)

func join(content string) []pair.Joined {
	found, _ := builtin.Set().Find([]byte(content))
	return pair.Join([]byte(content), found, pair.Options{})
}

// fill replaces I1, I2, S1, S2 … by keys, and names them in the answer "I1+S1 I2".
func fill(layout string) (content string, read func([]pair.Joined) string) {
	keys := rulestest.NewKeys(7)
	names := map[string]string{}
	var oldnew []string
	for i := range 4 {
		for part, value := range map[string]string{"I": keys.ID24(), "S": keys.Secret()} {
			name := fmt.Sprintf("%s%d", part, i+1)
			names[value] = name
			oldnew = append(oldnew, name, value)
		}
	}
	content = strings.NewReplacer(oldnew...).Replace(layout)
	return content, func(joined []pair.Joined) string {
		var out []string
		for _, j := range joined {
			s := strings.Trim(names[j.Credential.ID.Reveal()]+"+"+names[j.Credential.Secret.Reveal()], "+")
			for _, c := range j.Candidates {
				s += "/" + names[content[c.Start:c.End]]
			}
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
}

func TestJoin(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"next line", "id: I1\nsecret: S1\n", "I1+S1"},
		{"same line", "Auth('I1', 'S1')", "I1+S1"},
		{"secret first", "secret: S1\nid: I1\n", "I1+S1"},
		{"bare next line", "I1\nS1\n", "I1+S1"},
		{"far, with a name", "I1\n" + strings.Repeat("x\n", 20) + "accessKeySecret=S1\n", "I1+S1"},
		{"far, without a name", "I1\n" + strings.Repeat("x\n", 20) + "S1\n", "I1"},
		{"two pairs", "id: I1\nsecret: S1\nid: I2\nsecret: S2\n", "I1+S1 I2+S2"},
		{"two pairs, columns", "I1 S1\nI2 S2\nI3 S3\n", "I1+S1 I2+S2 I3+S3"},
		{"ids then secrets by name", "I1\naccessKeySecret: S1\n\nI2\n", "I1+S1 I2"},
		{"named beats bare", "I1\nS2\naccessKeySecret = S1\n", "I1+S1/S2"},
		{"old secret in a comment", "id = I1\n# secret = S2\nsecret = S1\n", "I1+S1/S2"},
		{"lone secret with a telling name", "ALIYUN_ACCESS_KEY_SECRET=S1\n", "S1"},
		{"lone secret with a weak name", "secret=S1\n", ""},
		{"id alone", "url?OSSAccessKeyId=I1&Signature=x\n", "I1"},
		{"lists", "ids:\n  - I1\n  - I2\n  - I3\naccessKeySecrets:\n  - S1\n  - S2\n  - S3\n", "I1+S1 I2+S2 I3+S3"},
		{"lists of names", "-id=I1\n+id=I2\n-secret=S1\n+secret=S2\n", "I1+S1 I2+S2"},
		{"a secret more than IDs", "I1\nI2\nS1\nS2\nS3\n", "I1+S2/S3 I2+S1/S3"},
		{"a table", "name,AccessKeyId,token,AccessKeySecret\na,I1,S3,S1\nb,I2,S4,S2\n", "I1+S1/S3/S4 I2+S2/S4/S3"},
		{"the last of each", "accessKeyId: I1\n" + strings.Repeat("x\n", 500) + "accessKeySecret: S1\n", "I1+S1"},
		{"not the last of each", "I1\nI2\n" + strings.Repeat("x\n", 500) + "accessKeySecret: S1\n", "I1 I2 S1"},
		{"records with the secret first", "- secretKey: S1\n  accessKey: I1\n- secretKey: S2\n  accessKey: I2\n- secretKey: S3\n  accessKey: I3\n", "I1+S1 I2+S2 I3+S3"},
		{"bare records with the secret first", "a.sk=S1\na.ak=I1\n\nb.sk=S2\nb.ak=I2\n", "I1+S1 I2+S2"},
		{"records that alternate", "a.sk=S1\na.ak=I1\nb.ak=I2\nb.sk=S2\n", "I1+S1 I2+S2"},
		{"a secret of another before records", "jwtSecret: S3\naccessKeyId: I1\naccessKeySecret: S1\n", "I1+S1/S3"},
		{"a name that is another's", "ak: I1\ntraceId: S2\nsk: S1\n", "I1+S1"},
		{"the secret stands elsewhere", "jwt:\n  secret: S1\noss:\n  accessKeyId: I1\n  accessKeySecret: ${SK}\n", "I1"},
		{"the secret is a default", "accessKeyId: ${AK:I1}\naccessSecret: ${SK:S1}\n", "I1+S1"},
		{"the secrets' list first", "sk1=S1\nsk2=S2\nak1=I1\nak2=I2\n", "I1+S1 I2+S2"},
		{"a key name before another's secret", "oss.ak=I1\noss.sk=S1\njwt.secret=S2\n", "I1+S1/S2"},
		{"another's secret, and the name of its own", "app.secret=S2\n\n\n\n\n\n\n\noss.id=I1\noss.key=S1\n", "I1+S1/S2"},
		{"a variable, and another's secret", "AccessKeyId=I1\nAccessKeySecret=${SECRET}\njwt.secret=S1\n", "I1"},
		{"a placeholder, and a salt", "accessKeyId: I1\naccessKeySecret: your-secret\nsalt: S1\n", "I1"},
		{"a secret of another cloud", "oss:\n  ak: I1\n  sk: S1\ncos:\n  secretKey: x\nsession:\n  secret: S2\n", "I1+S1/S2"},
		{"a telling name beats a hint", "accessKeyId: I1\naccessKeySecret: S1\nminio.secret-key: S2\n", "I1+S1/S2"},
		{"the next argument beats a hint", "auth = oss2.Auth(\"I1\", \"S1\")\nredis.password=S2\n", "I1+S1/S2"},
		{"prefixes", "OSS_ACCESS_KEY_ID=I1\nSMS_ACCESS_KEY_ID=I2\nSMS_ACCESS_KEY_SECRET=S2\nOSS_ACCESS_KEY_SECRET=S1\n", "I1+S1 I2+S2"},
		{"numbers", "ACCESS_ID_1=I1\nACCESS_KEY_1=S1\nACCESS_ID_2=I2\nACCESS_KEY_2=S2\n", "I1+S1 I2+S2"},
		{"numbers, in two lists of other orders", "ACCESS_ID_1=I1\nACCESS_ID_2=I2\nACCESS_KEY_2=S2\nACCESS_KEY_1=S1\n", "I1+S1 I2+S2"},
		{"variables of Terraform", "variable \"oss_access_key\" {\n  default = \"I1\"\n}\nvariable \"db_secret\" {\n  default = \"S2\"\n}\nvariable \"oss_secret_key\" {\n  default = \"S1\"\n}\n", "I1+S1/S2"},
		{"entries of a container", "- name: SMS_SECRET\n  value: S2\n- name: OSS_ID\n  value: I1\n- name: OSS_SECRET\n  value: S1\n", "I1+S1/S2"},
		{"sides of a merge conflict", "<<<<<<< HEAD\nak=I1\n=======\nak=I2\nsk=S2\n>>>>>>> b\nother\nsk=S3\n", "I1+S3 I2+S2"},
		{"a comment and its own", "#ak=I1\nak=I2\n#sk=S1\nsk=S2\n", "I1+S1 I2+S2"},
		{"a new key in a diff", "-ak=I1\n+ak=I2\n-sk=S1\n+sk=S2\n", "I1+S1 I2+S2"},
		{"an old secret in a comment, and the active one", "ak=I1\n#sk=S2\nsk=S1\n", "I1+S1/S2"},
		{"sk, far away", "oss-ak: I1\n" + strings.Repeat("x: y\n", 20) + "oss-sk: S1\n", "I1+S1"},
		{"same id twice", "I1\nS1\n\n\n\n\n\n\nsee I1\n", "I1+S1 I1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content, read := fill(tt.content)
			if got := read(join(content)); got != tt.want {
				t.Errorf("%q joins to %q, want %q", tt.content, got, tt.want)
			}
		})
	}
}

func TestTriple(t *testing.T) {
	keys := rulestest.NewKeys(8)
	id, secret, token := keys.STSID(), keys.STSSecret(), keys.Token()
	content := fmt.Sprintf("{\"SecurityToken\":%q,\"AccessKeyId\":%q,\"AccessKeySecret\":%q}", token, id, secret)
	joined := join(content)
	if len(joined) != 1 {
		t.Fatalf("%d credentials, want 1", len(joined))
	}
	c := joined[0].Credential
	if c.Type != rules.STS || c.ID.Reveal() != id || c.Secret.Reveal() != secret || c.Token.Reveal() != token {
		t.Errorf("joined %v wrongly", c)
	}
}

// An ID that might be a name is one if a secret belongs to it.
func TestWeakIDs(t *testing.T) {
	id, secret := "LTAI"+"HRyPSLRFJKAU", rulestest.NewKeys(14).Secret()
	if got := join("ak=" + id + "\n"); len(got) != 0 {
		t.Errorf("alone it is %v", got)
	}
	if got := join("ak=" + id + "\nsk=" + secret + "\n"); len(got) != 1 || got[0].Credential.ID.Reveal() != id {
		t.Errorf("with a secret it is %v", got)
	}
}

// Of several temporary credentials, each keeps its own parts, whatever their order.
func TestTriples(t *testing.T) {
	for _, layout := range []string{
		`{"ak":"T1","token":"K1","sk":"U1"},{"ak":"T2","token":"K2","sk":"U2"}`, `{"sk":"U1","token":"K1","ak":"T1"},{"sk":"U2","token":"K2","ak":"T2"}`,
		"T1 U1 K1\nT2 U2 K2\n", "U1 T1 K1\nU2 T2 K2\n", "K1 T1 U1 K2 T2 U2",
	} {
		keys := rulestest.NewKeys(12)
		var want, oldnew []string
		for _, n := range []string{"1", "2"} {
			id, secret, token := keys.STSID(), keys.STSSecret(), keys.Token()
			want = append(want, id+" "+secret+" "+token)
			oldnew = append(oldnew, "T"+n, id, "U"+n, secret, "K"+n, token)
		}
		var got []string
		for _, j := range join(strings.NewReplacer(oldnew...).Replace(layout)) {
			c := j.Credential
			got = append(got, c.ID.Reveal()+" "+c.Secret.Reveal()+" "+c.Token.Reveal())
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %d joined wrongly", layout, len(got))
		}
	}
}

// A file full of IDs and secrets costs a window for each, not the file for each.
func BenchmarkJoinDense(b *testing.B) {
	keys := rulestest.NewKeys(9)
	var content strings.Builder
	for range 20_000 {
		fmt.Fprintf(&content, "%s %s\n", keys.ID24(), keys.Secret())
	}
	text := []byte(content.String())
	parts, _ := builtin.Set().Find(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		pair.Join(text, parts, pair.Options{})
	}
}

func FuzzJoin(f *testing.F) {
	for _, layout := range []string{"I1 S1 I2 S2", "secret: S1\nI1", "I1\nI1\nS1\nS1"} {
		content, _ := fill(layout)
		f.Add([]byte(content))
	}
	set := builtin.Set()
	f.Fuzz(func(t *testing.T, content []byte) {
		found, _ := set.Find(content)
		for _, j := range pair.Join(content, found, pair.Options{}) {
			if j.ID.End > len(content) || j.Secret.End > len(content) || j.ID.End == 0 && j.Secret.End == 0 {
				t.Fatalf("joined %+v in %d bytes", j, len(content))
			}
		}
	})
}
