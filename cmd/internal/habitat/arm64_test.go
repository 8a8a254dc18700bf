//go:build habitat

package habitat_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// qemu runs programs for other processors.
var qemu = &tool{name: "qemu-user-static", only: "linux/amd64", install: func(dir string) []*exec.Cmd {
	const unpack = `cd "$1" && apt-get download --quiet qemu-user-static && dpkg --extract qemu-user-static_*.deb . && rm qemu-user-static_*.deb`
	return []*exec.Cmd{exec.Command("sh", "-c", unpack, "sh", dir)}
}}

// What is written for each processor, or depends on the order of its bytes, works on arm64.
func TestARM64(t *testing.T) {
	cmd := exec.Command("go", "test", "-exec", filepath.Join(qemu.dir(t), "usr", "bin", "qemu-aarch64-static"),
		"./rules/literal", "./rules/internal/dfa", "./scanner/decode", "./scanner/match", "./scanner/internal/inflate",
		"./scanner/internal/prefetch", "./scanner/internal/git/packfile")
	cmd.Dir = filepath.Join("..", "..", "..")
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
