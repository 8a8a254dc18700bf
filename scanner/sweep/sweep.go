// Package sweep scans all repositories of an organization, in one process or in many.
package sweep

// Job asks a worker to scan one repository. The worker finds out by its number what the repository is called now.
type Job struct {
	Sweep      string // the sweep that asks, see Sweep.ID
	Repository int64  // GitHub's number
}
