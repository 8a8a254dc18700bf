// Package quiet keeps the vendor SDK from printing what it sends. With DEBUG=sdk in the environment the SDK
// writes every URL, with AccessKeyId, Signature and SecurityToken, to standard output, where a CI log keeps it.
//
// The SDK reads the variable while its packages initialise, so nothing that an importer of the SDK does itself
// is early enough. Go initialises packages that are ready in the order of their import paths: this one imports
// only what the SDK needs too, and its path sorts before the SDK's. A test in package cloud runs with DEBUG=sdk.
package quiet

import (
	"os"
	"strings"
)

func init() {
	debug, ok := os.LookupEnv("DEBUG")
	if !ok {
		return
	}
	var kept []string
	for name := range strings.SplitSeq(debug, ",") {
		if name != "sdk" {
			kept = append(kept, name)
		}
	}
	_ = os.Setenv("DEBUG", strings.Join(kept, ",")) // fails only for names that no system takes
}
