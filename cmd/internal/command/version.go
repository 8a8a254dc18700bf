package command

import "runtime/debug"

// release is the version of a release. The linker sets it (packaging/release.sh), because the go command records a version only
// where it sees git's tags, and the builds of containers and distributions see none.
var release string

// Version is the version of the release or, in other builds, that of the module as the go command recorded it.
func Version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
