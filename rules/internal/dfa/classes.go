package dfa

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// classify groups the bytes that all instructions match alike. Bytes beyond ASCII are one class.
func (a *Automaton) classify() {
	type of struct {
		first *rune
		n     int
		fold  uint32
	}
	groups := make([]uint8, utf8.RuneSelf) // of each ASCII byte
	count := 1
	seen := map[of]bool{}
	for i := range a.prog.Inst {
		inst := &a.prog.Inst[i]
		if !matchesCharacter(inst) || len(inst.Rune) == 0 {
			continue
		}
		k := of{&inst.Rune[0], len(inst.Rune), inst.Arg} // the copies of a repetition share their characters
		if !seen[k] {
			seen[k] = true
			count = split(groups, count, inst)
		}
	}
	a.of = make([]byte, count+1)
	for b := range a.classes {
		a.classes[b] = uint8(count)
		if b < utf8.RuneSelf {
			a.classes[b] = groups[b]
		}
		a.of[a.classes[b]] = byte(b)
	}
}

// split divides groups so that an instruction matches all bytes of a group or none, and returns their new number.
func split(groups []uint8, count int, inst *syntax.Inst) int {
	var inside, outside [utf8.RuneSelf]bool
	var matched [utf8.RuneSelf]bool
	for b := range groups {
		if matched[b] = inst.MatchRune(rune(b)); matched[b] {
			inside[groups[b]] = true
		} else {
			outside[groups[b]] = true
		}
	}
	moved := map[uint8]uint8{}
	for b, g := range groups {
		if !matched[b] || !inside[g] || !outside[g] {
			continue
		}
		to, ok := moved[g]
		if !ok {
			to = uint8(count)
			moved[g] = to
			count++
		}
		groups[b] = to
	}
	return count
}

func matchesCharacter(inst *syntax.Inst) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// isWide reports whether an instruction matches some character beyond ASCII.
func isWide(inst *syntax.Inst) bool {
	if len(inst.Rune) != 1 {
		return len(inst.Rune) > 0 && inst.Rune[len(inst.Rune)-1] >= utf8.RuneSelf
	}
	r := inst.Rune[0]
	if r >= utf8.RuneSelf {
		return true
	}
	if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if f >= utf8.RuneSelf {
				return true
			}
		}
	}
	return false
}
