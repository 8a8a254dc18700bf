//go:build !purego

#include "textflag.h"

// func load(p unsafe.Pointer)
TEXT ·load(SB), NOSPLIT, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	RET

// func loadLines(p unsafe.Pointer)
TEXT ·loadLines(SB), NOSPLIT, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	PRFM 64(R0), PLDL1KEEP
	PRFM 128(R0), PLDL1KEEP
	RET
