// Package scanning is what every command that scans shares: the flags that say what to scan, for what, what does not count and how
// to verify, and the scan itself.
package scanning

import "github.com/akguard/akguard/cmd/internal/command"

// Runner is one run of a command that scans.
type Runner struct{ *command.App }
