package investigate

// borrowed asks which other identities acted from the thief's addresses.
func borrowed() Check {
	return Check{ID: "borrowed", Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		return s.summary(func(n Node) bool { return n.Borrowed })
	}}
}
