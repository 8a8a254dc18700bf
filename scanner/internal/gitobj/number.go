package gitobj

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Number is the place of an object among all that a Reader has: from 0 to Count()-1, the same however many copies
// of it there are. What is known of objects is kept in arrays by number, which are smaller and faster than maps of
// names.
type Number int32

// NoNumber is the Number of an object that is not there.
const NoNumber Number = -1

// looseName is where one loose object is.
type looseName struct {
	id  OID
	dir string
}

// loose lists, once, the loose objects that no pack has, by name.
func (s *store) loose() []looseName {
	s.looseOnce.Do(func() {
		for _, dir := range s.dirs {
			for fan := range 256 {
				s.listLoose(dir, fmt.Sprintf("%02x", fan))
			}
		}
		// Stable: of several copies, the first directory's is the one.
		slices.SortStableFunc(s.looseNames, func(a, b looseName) int { return bytes.Compare(a.id[:], b.id[:]) })
		s.looseNames = slices.CompactFunc(s.looseNames, func(a, b looseName) bool { return a.id == b.id })
	})
	return s.looseNames
}

func (s *store) listLoose(dir, fan string) {
	ids, err := looseIn(dir, fan)
	if err != nil {
		s.looseLosses = append(s.looseLosses, Loss{What: dir + "/" + fan, Why: bare(err)})
	}
	for _, id := range ids {
		if s.packed(id) == NoNumber {
			s.looseNames = append(s.looseNames, looseName{id, dir})
		}
	}
}

// packed returns the number of an object by the first pack that has it.
func (s *store) packed(id OID) Number {
	for _, p := range s.packs {
		if i, ok := p.idx.find(id); ok {
			return p.first + Number(i)
		}
	}
	return NoNumber
}

// Number implements Reader.
func (s *store) Number(id OID) Number {
	if n := s.packed(id); n != NoNumber {
		return n
	}
	names := s.loose()
	i, ok := slices.BinarySearchFunc(names, id, func(a looseName, id OID) int { return bytes.Compare(a.id[:], id[:]) })
	if !ok {
		return NoNumber
	}
	return s.firstLoose + Number(i)
}

// ID implements Reader.
func (s *store) ID(n Number) OID {
	if n >= s.firstLoose {
		return s.loose()[n-s.firstLoose].id
	}
	i, found := slices.BinarySearchFunc(s.packs, n, func(p *pack, n Number) int { return cmp.Compare(p.first, n) })
	if !found {
		i--
	}
	for s.packs[i].idx.n == 0 { // packs without objects share their first number with the next
		i++
	}
	return s.packs[i].idx.id(int(n - s.packs[i].first))
}

// Count implements Reader.
func (s *store) Count() int { return int(s.firstLoose) + len(s.loose()) }
