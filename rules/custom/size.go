package custom

import (
	"errors"
	"regexp"
	"regexp/syntax"

	"github.com/akguard/akguard/rules/internal/dfa"
	"github.com/akguard/akguard/rules/reason"
)

// The limits of a rule file. An expression of ten characters can compile to thousands of instructions, each of which takes
// memory, and time for each byte. The largest of the default rules of gitleaks has 1,972, and all 221 together have 43,000.
const (
	maxExpression = 64 << 10 // bytes of an expression
	maxProgram    = 5000     // instructions of an expression
	maxPrograms   = 400_000  // instructions of a configuration
	maxRules      = 2000
	maxWords      = 8000     // keywords, stop words, commits and texts that expressions imply
	maxStates     = 16 << 20 // bytes of the states of all automata of a sort
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
		return nil, 0, reason.NewError("custom.expression-length", maxExpression)
	}
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, 0, wrong(err)
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

// mistakes are the mistakes in an expression that package syntax tells apart.
var mistakes = map[syntax.ErrorCode]reason.Reason{
	syntax.ErrInvalidCharClass:      reason.New("custom.syntax.class"),
	syntax.ErrInvalidCharRange:      reason.New("custom.syntax.range"),
	syntax.ErrInvalidEscape:         reason.New("custom.syntax.escape"),
	syntax.ErrInvalidNamedCapture:   reason.New("custom.syntax.name"),
	syntax.ErrInvalidPerlOp:         reason.New("custom.syntax.perl"),
	syntax.ErrInvalidRepeatOp:       reason.New("custom.syntax.nested-repeat"),
	syntax.ErrInvalidRepeatSize:     reason.New("custom.syntax.repeat-count"),
	syntax.ErrInvalidUTF8:           reason.New("custom.syntax.utf8"),
	syntax.ErrMissingBracket:        reason.New("custom.syntax.bracket"),
	syntax.ErrMissingParen:          reason.New("custom.syntax.paren"),
	syntax.ErrMissingRepeatArgument: reason.New("custom.syntax.repeat-nothing"),
	syntax.ErrTrailingBackslash:     reason.New("custom.syntax.backslash"),
	syntax.ErrUnexpectedParen:       reason.New("custom.syntax.unexpected-paren"),
	syntax.ErrNestingDepth:          reason.New("custom.syntax.depth"),
	syntax.ErrLarge:                 reason.New("custom.syntax.large"),
}

// wrong is the error of an expression that cannot be parsed.
func wrong(err error) error {
	var mistake *syntax.Error
	if !errors.As(err, &mistake) {
		return err
	}
	why, known := mistakes[mistake.Code]
	if !known {
		return err
	}
	return &reason.Error{Reason: reason.New("custom.syntax", why, mistake.Expr), Err: err}
}

// size counts the instructions of a program. One with a long list of characters counts as several.
func size(p *syntax.Prog) int {
	n := len(p.Inst)
	for _, inst := range p.Inst {
		n += len(inst.Rune) / 256
	}
	return n
}

// states are the budgets of automata. Those that search a whole content need more states, and must not take those of the others.
type states struct{ tails, whole *dfa.Budget }

func newStates() *states { return &states{dfa.NewBudget(maxStates), dfa.NewBudget(maxStates)} }

// anywhere returns the automaton that searches a whole content for an expression.
func anywhere(re *syntax.Regexp, states *dfa.Budget) *dfa.Automaton {
	if instructions(re) > 2*maxProgram {
		return nil
	}
	return dfa.NewAnywhere(re, states)
}

// automaton returns the automaton of what follows the literals of an expression; nil if it would be too large. Where a
// literal is in a repetition, that is more than the expression.
func automaton(tail *syntax.Regexp, states *dfa.Budget) *dfa.Automaton {
	if instructions(tail) > 2*maxProgram {
		return nil
	}
	return dfa.New(tail, states)
}

// instructions estimates how many instructions an expression compiles to.
func instructions(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += instructions(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return n
}
