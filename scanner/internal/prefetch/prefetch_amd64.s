//go:build !purego

#include "textflag.h"

// func load(p unsafe.Pointer)
TEXT ·load(SB), NOSPLIT, $0-8
	MOVQ       p+0(FP), AX
	PREFETCHT0 (AX)
	RET

// func loadLines(p unsafe.Pointer)
TEXT ·loadLines(SB), NOSPLIT, $0-8
	MOVQ       p+0(FP), AX
	PREFETCHT0 (AX)
	PREFETCHT0 64(AX)
	PREFETCHT0 128(AX)
	RET
