package command

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/akguard/akguard/rules/reason"
)

// Memory is a flag that takes a size.
type Memory struct{ Bytes *int64 }

const (
	defaultMemory = 512 << 20
	leastMemory   = 16 << 20
)

var units = []struct {
	suffix string
	size   int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}, {"", 1}}

// String implements pflag.Value.
func (m *Memory) String() string {
	n := int64(defaultMemory)
	if m.Bytes != nil && *m.Bytes != 0 {
		n = *m.Bytes
	}
	return fmt.Sprintf("%dMiB", n>>20)
}

// Type implements pflag.Value.
func (m *Memory) Type() string { return "size" }

// Set implements pflag.Value.
func (m *Memory) Set(text string) error {
	for _, unit := range units {
		digits, ok := strings.CutSuffix(text, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/unit.size {
			break
		}
		if n *= unit.size; n < leastMemory {
			return reason.NewError("usage.size-small")
		}
		*m.Bytes = n
		return nil
	}
	return reason.NewError("usage.size")
}
