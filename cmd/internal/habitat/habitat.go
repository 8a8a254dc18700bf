// Package habitat tries akguard among the programs that it lives with: the pre-commit framework, husky and lefthook, the runner
// of GitHub Actions, and the validators of what it writes, which are installed for the tests from their registries. It also runs
// tests on an emulated arm64 processor. The tests have the build tag habitat, so that other tests need no network; make
// test-habitat runs them. A line says what is left out because it could not be installed; AKGUARD_HABITAT_STRICT=1 makes that a
// failure.
package habitat
