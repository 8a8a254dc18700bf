package accesskey

import (
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
)

// A key name at the end of a line of many megabytes costs no more than one on a short line: what is before it is read as
// far as a name may be away, and no further. The two are compared at their best of many runs, because how fast the machine
// is does not matter.
func TestLegacyIDOnLongLine(t *testing.T) {
	line := "id: " + "Zx81kQw0Lm39" + "TnBc" + ", accessKey = " + "q7Zx81kQw0Lm39" + "TnBcHs5Jd2Ryu4Pe;"
	long := []byte(strings.Repeat("-", 32<<20) + line)
	short := long[len(long)-len(line)-nameReach:]
	best := func(content []byte) time.Duration {
		least := time.Hour
		at := len(content) - len(line) + strings.Index(line, "ccessKey")
		for range 100 {
			start := time.Now()
			if m, ok := (legacyIDDetector{}).Detect(content, at); !ok || m.Confidence != rules.Weak {
				t.Fatalf("found %+v, %v", m, ok)
			}
			least = min(least, time.Since(start))
		}
		return least
	}
	if a, b := best(short), best(long); b > 100*a {
		t.Errorf("%v on a long line, %v on a short one", b, a)
	}
}
