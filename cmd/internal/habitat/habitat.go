// Package habitat tries what akguard writes in the programs that read it: validators and clients of others, which are
// installed for the test from their registries. The tests have the build tag habitat, so that other tests need no network;
// make test-habitat runs them. Where a registry does not answer, a test says on standard error what it leaves out.
package habitat
