package odb

// IndexSet is a set of objects of a Reader, with a bit for each.
type IndexSet []uint64

// NewIndexSet returns an empty set for a number of objects.
func NewIndexSet(count int) IndexSet { return make(IndexSet, count/64+1) }

// Has reports whether the set has an object.
func (s IndexSet) Has(n Index) bool { return s[n/64]&(1<<(n%64)) != 0 }

// Add adds an object.
func (s IndexSet) Add(n Index) { s[n/64] |= 1 << (n % 64) }

// Put adds an object, and reports whether it is new.
func (s IndexSet) Put(n Index) bool {
	old := s[n/64]
	s.Add(n)
	return s[n/64] != old
}
