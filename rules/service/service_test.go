package service_test

import (
	"bytes"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/rules/service"
)

// FuzzDetect checks that what a detector returns is in the content, and that it finds at least as much in what is within its reach
// as in the whole.
func FuzzDetect(f *testing.F) {
	keys := rulestest.NewKeys(6)
	filler := "\nsome other text of the file, with host: x and password: y\n"
	for _, rule := range service.Rules() {
		for _, example := range append(rule.Examples.Match, rule.Examples.NoMatch...) {
			content := keys.Expand(example)
			f.Add([]byte(content))
			f.Add([]byte(filler + content + filler))
			f.Add(append(bytes.Repeat([]byte("x"), 2000), content+string(bytes.Repeat([]byte(" y"), 1000))...))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, rule := range service.Rules() {
			for _, d := range rule.Detectors {
				for _, text := range d.Part().Literals {
					for from := 0; ; {
						i := bytes.Index(content[from:], []byte(text))
						if i < 0 {
							break
						}
						detect(t, d, content, from+i)
						from += i + 1
					}
				}
			}
		}
	})
}

func detect(t *testing.T, d rules.Detector, content []byte, at int) {
	m, ok := d.Detect(content, at)
	if !ok {
		return
	}
	if m.Start < 0 || m.Start >= m.End || m.End > len(content) {
		t.Fatalf("%s: %+v in %d bytes", d.Part().Name, m, len(content))
	}
	cut := max(0, at-d.Part().Reach)
	if _, again := d.Detect(content[cut:min(len(content), at+d.Part().Reach)], at-cut); !again {
		t.Fatalf("%s finds nothing within its reach of %d in %q", d.Part().Name, at, content)
	}
}
