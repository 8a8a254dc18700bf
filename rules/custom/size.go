package custom

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/akguard/akguard/rules/reason"
)

// The limits of a rule file. An expression of ten characters can compile to thousands of instructions, each of which takes
// memory, and time for each byte. The largest of the default rules of gitleaks has 1,972, and all 221 together have 43,000.
const (
	maxExpression = 64 << 10 // bytes of an expression
	maxProgram    = 5000     // instructions of an expression
	maxPrograms   = 400_000  // instructions of a configuration
	maxRules      = 2000
	maxWords      = 8000 // keywords, stop words, commits and texts that expressions imply
)

// sizes adds up the compiled sizes of the expressions of a configuration.
type sizes struct{ instructions, words int }

// add counts words, which are compared with each match or each content.
func (s *sizes) add(words int) error {
	if s.words += words; s.words > maxWords {
		return reason.NewError("custom.too-many-words", maxWords)
	}
	return nil
}

// compile compiles an expression, unless it or the configuration becomes too large. It returns its instructions too.
func (s *sizes) compile(expr string) (*regexp.Regexp, int, error) {
	if len(expr) > maxExpression {
		return nil, 0, fmt.Errorf("longer than %d bytes", maxExpression)
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, 0, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, 0, err
	}
	n := size(program)
	if n > maxProgram {
		return nil, 0, reason.NewError("custom.expression-size", n, maxProgram)
	}
	if s.instructions += n; s.instructions > maxPrograms {
		return nil, 0, reason.NewError("custom.rules-size", maxPrograms)
	}
	re, err := regexp.Compile(expr)
	return re, n, err
}

// size counts the instructions of a program. One with a long list of characters counts as several.
func size(p *syntax.Prog) int {
	n := len(p.Inst)
	for _, inst := range p.Inst {
		n += len(inst.Rune) / 256
	}
	return n
}
