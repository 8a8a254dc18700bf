package message

// Raw returns the texts of a key as the catalogue has them.
func Raw(key string) (en, one, zh string) {
	t, _ := New(English).find(key)
	return t.en, t.one, t.zh
}
