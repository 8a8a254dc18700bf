//go:build !amd64 || purego

package decode

const vectors = false

func glanceVectors(*classes, *byte, int) int {
	panic("decode: glanceVectors without vectors")
}
