package archive_test

import (
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/source/archive"
)

// Screening is done on all of a history, and next to nothing of it is an archive.
func BenchmarkScreen(b *testing.B) {
	for name, content := range map[string]string{"text": strings.Repeat("func (s *screener) Screen(piece []byte) bool {\n", 1<<15), "binary": pseudo(1 << 20)} {
		b.Run(name, func(b *testing.B) {
			s, ok := archive.Open(new(screening), archive.Options{}).(scanner.Screener)
			if !ok {
				b.Fatal("the sink does not screen")
			}
			piece := []byte(content)
			b.SetBytes(int64(len(piece)))
			for b.Loop() {
				s.Screen(piece)
			}
		})
	}
}
