// Package dfa tells quickly that an expression does not match at an offset, and otherwise how far a match can go. It is a
// filter before package regexp, which takes a hundred times as long for a byte.
//
// An Automaton is a deterministic automaton whose states are made when they are first reached. It reads bytes, not
// characters, and accepts a little more than the expression:
//
//   - A character beyond ASCII matches any bytes beyond ASCII if it matches some character beyond ASCII.
//   - Conditions such as \b and $ hold everywhere except at the offset itself.
//
// So it may only be used to rule out matches. It is safe for concurrent use. The states of all automata that share a Budget
// take a limited amount of memory; an automaton that needs another one rules out nothing.
package dfa

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Automaton is an expression that is matched at given offsets.
type Automaton struct {
	prog    *syntax.Prog
	budget  *Budget
	classes [256]uint8 // bytes of one class are matched alike everywhere
	of      []byte     // some byte of each class
	starts  [1 << emptyFlags]atomic.Pointer[state]

	mu     sync.Mutex // of what follows
	states map[string]*state
	set    set
}

// emptyFlags is how many conditions package syntax has.
const emptyFlags = 6

// state is a set of instructions that a match may have reached.
type state struct {
	next  []atomic.Pointer[state] // by class; nil: not known yet
	at    []uint32                // instructions that match a character
	final bool                    // a match may end here
}

// The states that are not followed: there is no match any more, and there may be one of any length.
var dead, anything = &state{}, &state{}

// Budget is how much memory the states of some automata may take together.
type Budget struct{ left atomic.Int64 }

// NewBudget returns a Budget of so many bytes.
func NewBudget(size int) *Budget {
	b := &Budget{}
	b.left.Store(int64(size))
	return b
}

// New makes an automaton of an expression. It is nil if the expression cannot be compiled.
func New(re *syntax.Regexp, budget *Budget) *Automaton {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil
	}
	a := &Automaton{prog: prog, budget: budget, states: map[string]*state{}}
	a.set.seen = make([]bool, len(prog.Inst))
	a.classify()
	return a
}

// Unknown is the end of matches that may go on beyond the limit.
const Unknown = -1

// Run reports whether the expression may match at an offset of a content, and where all such matches have ended, or
// Unknown. It looks at up to limit bytes.
func (a *Automaton) Run(content []byte, at, limit int) (end int, possible bool) {
	text := content[at:]
	if len(text) > limit {
		text = text[:limit]
	}
	s := a.start(content, at)
	for i := 0; ; i++ {
		switch {
		case s == dead:
			return max(at, at+i-1), possible
		case s == anything:
			return Unknown, true
		case i == len(text) && i == limit:
			return Unknown, true
		case i == len(text):
			return len(content), true
		}
		possible = possible || s.final
		class := a.classes[text[i]]
		n := s.next[class].Load()
		if n == nil {
			n = a.follow(s, class)
		}
		s = n
	}
}

// NewAnywhere makes an automaton for Anywhere.
func NewAnywhere(re *syntax.Regexp, budget *Budget) *Automaton {
	before := &syntax.Regexp{Op: syntax.OpStar, Sub: []*syntax.Regexp{{Op: syntax.OpAnyChar}}}
	return New(&syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{before, re}}, budget)
}

// Anywhere reports whether the expression may match anywhere in a content.
func (a *Automaton) Anywhere(content []byte) bool {
	s := a.start(content, 0)
	for _, b := range content {
		if s.final || s == anything {
			return true
		}
		class := a.classes[b]
		n := s.next[class].Load()
		if n == nil {
			n = a.follow(s, class)
		}
		s = n
	}
	return s.final || s == anything
}

// start returns the state before an offset.
func (a *Automaton) start(content []byte, at int) *state {
	before, _ := utf8.DecodeLastRune(content[max(0, at-utf8.UTFMax):at])
	after, _ := utf8.DecodeRune(content[at:])
	if at == 0 {
		before = -1
	}
	if at == len(content) {
		after = -1
	}
	holds := syntax.EmptyOpContext(before, after)
	if s := a.starts[holds].Load(); s != nil {
		return s
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set.clear()
	a.reach(uint32(a.prog.Start), holds)
	s := a.state()
	a.starts[holds].Store(s)
	return s
}

// follow returns the state after a byte of a class.
func (a *Automaton) follow(s *state, class uint8) *state {
	const everything = ^syntax.EmptyOp(0)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set.clear()
	b := a.of[class]
	for _, pc := range s.at {
		inst := &a.prog.Inst[pc]
		switch {
		case b < utf8.RuneSelf && inst.MatchRune(rune(b)):
			a.reach(inst.Out, everything)
		case b >= utf8.RuneSelf && isWide(inst):
			a.set.add(pc) // the character may have more bytes
			a.reach(inst.Out, everything)
		}
	}
	n := a.state()
	s.next[class].Store(n)
	return n
}

// reach adds the instructions that are reached from one without matching a character, where some conditions hold.
func (a *Automaton) reach(pc uint32, holds syntax.EmptyOp) {
	if a.set.seen[pc] {
		return
	}
	a.set.see(pc)
	switch inst := &a.prog.Inst[pc]; inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		a.reach(inst.Out, holds)
		a.reach(inst.Arg, holds)
	case syntax.InstCapture, syntax.InstNop:
		a.reach(inst.Out, holds)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(inst.Arg)&^holds == 0 {
			a.reach(inst.Out, holds)
		}
	case syntax.InstMatch:
		a.set.final = true
	case syntax.InstFail:
	default:
		a.set.at = append(a.set.at, pc)
	}
}

// state returns the state of the current set.
func (a *Automaton) state() *state {
	if len(a.set.at) == 0 && !a.set.final {
		return dead
	}
	key := a.set.key()
	if s, ok := a.states[string(key)]; ok {
		return s
	}
	const pointer, fixed = 8, 200
	if a.budget.left.Add(-int64(fixed+pointer*len(a.of)+2*len(key))) < 0 {
		return anything
	}
	s := &state{next: make([]atomic.Pointer[state], len(a.of)), at: slices.Clone(a.set.at), final: a.set.final}
	a.states[string(key)] = s
	return s
}

// set is the set of instructions of which a state is made.
type set struct {
	at      []uint32
	final   bool
	seen    []bool   // by instruction
	visited []uint32 // those that were seen
	bytes   []byte
}

func (s *set) clear() {
	for _, pc := range s.visited {
		s.seen[pc] = false
	}
	s.at, s.visited, s.final = s.at[:0], s.visited[:0], false
}

func (s *set) see(pc uint32) { s.seen[pc], s.visited = true, append(s.visited, pc) }

// add adds an instruction that matches a character.
func (s *set) add(pc uint32) {
	if !s.seen[pc] {
		s.see(pc)
		s.at = append(s.at, pc)
	}
}

// key identifies the set.
func (s *set) key() []byte {
	slices.Sort(s.at)
	s.bytes = s.bytes[:0]
	for _, pc := range s.at {
		s.bytes = binary.LittleEndian.AppendUint32(s.bytes, pc)
	}
	if s.final {
		s.bytes = append(s.bytes, 1)
	}
	return s.bytes
}
