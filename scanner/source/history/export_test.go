package history

// UsesPast reports whether only new commits and trees were read.
func (s *Source) UsesPast() bool { return s.earlier != nil && s.earlier.past != nil }
