#!/usr/bin/env bash
# Builds the files of a release into dist: an archive for each of TARGETS, checksums.txt, and akguard.rb, a Homebrew formula.
# release.sh VERSION, such as v1.2.3, which is the tag that is checked out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?usage: release.sh VERSION}
targets=${TARGETS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64}
dist=${DIST:-dist}

mkdir -p "$dist"
for target in $targets; do
  os=${target%/*} arch=${target#*/}
  folder=$(mktemp -d)
  program=akguard
  if [[ $os == windows ]]; then program=akguard.exe; fi
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags "-s -X github.com/akguard/akguard/cmd/internal/command.release=$version" -o "$folder/$program" ./cmd/akguard
  mkdir "$folder/completions"
  for shell in bash fish powershell zsh; do
    go run ./cmd/akguard completion "$shell" >"$folder/completions/akguard.$shell"
  done
  go run ./cmd/internal/man "$folder/man" "$version"
  cp LICENSE README.md "$folder"
  tar -czf "$dist/akguard_${os}_$arch.tar.gz" -C "$folder" "$program" completions man LICENSE README.md
  rm -r "$folder"
done

cd "$dist"
sha256sum akguard_*.tar.gz >checksums.txt
checksum() { sed -n "s/  akguard_$1.tar.gz\$//p" checksums.txt; }
sed -e "s/@VERSION@/${version#v}/g" \
  -e "s/@DARWIN_AMD64@/$(checksum darwin_amd64)/" -e "s/@DARWIN_ARM64@/$(checksum darwin_arm64)/" \
  -e "s/@LINUX_AMD64@/$(checksum linux_amd64)/" -e "s/@LINUX_ARM64@/$(checksum linux_arm64)/" \
  "$OLDPWD/packaging/akguard.rb.in" >akguard.rb
