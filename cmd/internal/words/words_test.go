package words_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/cmd/internal/words"
)

func TestSay(t *testing.T) {
	const text = "# comment\n\nyes\nja\n\nuser {}: {}\nBenutzer {1}: <2>\n\nuser {}\nBenutzer {1}\n\nyes, {}\nja, <1>\n\n{} is {}\n<2> ist {1}\n\nuser {} has none\n{1} hat nichts\n"
	c, err := words.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	for english, want := range map[string]string{
		"": "", "yes": "ja", "no": "no", "user yes": "Benutzer yes", "user a.b: yes": "Benutzer a.b: ja",
		"yes is yes": "ja ist yes", "yes, user yes, yes": "ja, Benutzer yes, yes", "user x: is is is": "Benutzer x: is ist is",
		"yes, yes, yes, no": "ja, ja, ja, no", "user (.*)$": "Benutzer (.*)$",
		"user a has none": "a hat nichts", // although user {} fits, and comes first
	} {
		if got := c.Say(english); got != want {
			t.Errorf("%q is said as %q, want %q", english, got, want)
		}
	}
	var none *words.Catalogue
	if got := none.Say("yes"); got != "yes" {
		t.Errorf("without a catalogue it says %q", got)
	}
	for _, wrong := range []string{"yes\n", "yes\n\nja\n", "{}\n{1}\n", "a {}\n{2}\n", "yes\nja\n\nyes\nja\n"} {
		if _, err := words.Read(wrong); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
}

func TestWriter(t *testing.T) {
	c, err := words.Read("yes {}\nja {1}\n\nwhich one?\nwelches?\n")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := words.Writer{Catalogue: c, To: &b}
	for _, line := range []string{"yes 1\n", "which one? ", "\n", "other\n"} {
		if n, err := fmt.Fprint(w, line); err != nil || n != len(line) {
			t.Errorf("%q: wrote %d, error %v", line, n, err)
		}
	}
	if want := "ja 1\nwelches? \nother\n"; b.String() != want {
		t.Errorf("it wrote %q, want %q", b.String(), want)
	}
}

// TestChineseIsWhole looks into the code that speaks in respond for sentences that have no translation.
func TestChineseIsWhole(t *testing.T) {
	chinese, err := words.Chinese()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := os.ReadFile(filepath.Join("testdata", "elsewhere.txt"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "..", "..", "verifier", "revoke")
	sentences := 0
	for _, name := range []string{"cloud.go", "impact.go", "observe.go", "owner.go", "planning.go", "revoke.go", "run.go", "session.go"} {
		for _, s := range sentencesOf(t, filepath.Join(folder, name)) {
			sentences++
			if !chinese.Has(s) && !strings.Contains(string(elsewhere), "\n"+s+"\n") {
				t.Errorf("%s says %q, which zh.txt does not hold", name, s)
			}
		}
	}
	if sentences < 80 {
		t.Errorf("only %d sentences were found", sentences)
	}
}

var (
	isSentence = regexp.MustCompile(`[a-z]+ [a-z]+ [a-z]+`)
	verb       = regexp.MustCompile(`%[a-z]`)
)

// sentencesOf returns the sentences in a file's code as the catalogue writes them.
func sentencesOf(t *testing.T, name string) (sentences []string) {
	t.Helper()
	code, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, code, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		s, ok := sentence(e)
		if ok && isSentence.MatchString(s) {
			sentences = append(sentences, verb.ReplaceAllString(s, "{}"))
		}
		return !ok
	})
	return sentences
}

// sentence returns the text of a literal, or of a sum of some; {} stands for what is no literal.
func sentence(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return constant.StringVal(constant.MakeFromLiteral(e.Value, token.STRING, 0)), true
		}
	case *ast.BinaryExpr:
		a, isText := sentence(e.X)
		b, isText2 := sentence(e.Y)
		if e.Op != token.ADD || !isText && !isText2 {
			return "", false
		}
		if !isText {
			a = "{}"
		}
		if !isText2 {
			b = "{}"
		}
		return a + b, true
	}
	return "", false
}
