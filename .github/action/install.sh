#!/usr/bin/env bash
# Installs the akguard that AKGUARD_VERSION names, and writes program=PATH to GITHUB_OUTPUT.
set -euo pipefail

releases=${AKGUARD_RELEASES:-https://github.com/akguard/akguard/releases}

main() {
  local version=${AKGUARD_VERSION:-}
  if [[ -z $version ]]; then
    version=source
    if [[ ${AKGUARD_REF:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then version=$AKGUARD_REF; fi
  fi
  folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/akguard.XXXXXX")
  case $version in
    installed) program=$(command -v akguard) || fail "no akguard in PATH" ;;
    source) build ;;
    latest) download "$releases/latest/download" ;;
    v[0-9]*) download "$releases/download/$version" ;;
    *) fail "not a version: $version" ;;
  esac
  "$program" --version
  echo "program=$program" >>"$GITHUB_OUTPUT"
}

fail() {
  echo "::error title=akguard::$*"
  exit 2
}

build() {
  command -v go >/dev/null || fail "version: source needs Go: use actions/setup-go before, or give a version"
  program=$folder/akguard$(go env GOEXE)
  (cd "$AKGUARD_ACTION" && CGO_ENABLED=0 go build -trimpath -o "$program" ./cmd/akguard)
}

# download takes the archive for this runner from a release, and refuses it unless it is what the release's checksums say.
download() {
  local archive
  archive=akguard_$(system)_$(processor).tar.gz
  fetch "$1/checksums.txt"
  fetch "$1/$archive"
  (cd "$folder" && grep "  $archive\$" checksums.txt >checksum.txt && check) || fail "the checksum of $archive is not that of the release"
  tar -xzf "$folder/$archive" -C "$folder"
  program=$folder/akguard
  if [[ -e $program.exe ]]; then program=$program.exe; fi
}

fetch() {
  curl --fail --silent --show-error --location --retry 3 --output "$folder/${1##*/}" "$1" || fail "$1 cannot be downloaded"
}

check() {
  if command -v sha256sum >/dev/null; then sha256sum --check --status checksum.txt; else shasum --algorithm 256 --check --status checksum.txt; fi
}

system() {
  case ${RUNNER_OS:-$(uname -s)} in
    Linux) echo linux ;;
    macOS | Darwin) echo darwin ;;
    Windows | MINGW* | MSYS*) echo windows ;;
    *) fail "no release for this system" ;;
  esac
}

processor() {
  case ${RUNNER_ARCH:-$(uname -m)} in
    X64 | x86_64) echo amd64 ;;
    ARM64 | arm64 | aarch64) echo arm64 ;;
    *) fail "no release for this processor" ;;
  esac
}

main
