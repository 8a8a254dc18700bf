package investigate

// offspring asks what the identities did that the thief made.
func offspring() Check {
	return Check{ID: "offspring", Sums: true, Severity: Critical, Asks: events(), judge: func(s *scene) []Evidence {
		return s.summary(func(n Node) bool { return n.Parent >= 0 && !n.Borrowed })
	}}
}
