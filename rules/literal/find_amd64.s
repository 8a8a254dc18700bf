//go:build !purego

#include "textflag.h"

// The halves of the bytes in X are looked up in LO and HI; R keeps the buckets that all bytes so far agree on.
#define LOOKUP(X, LO, HI, T) \
	VPAND   Y15, X, T     \
	VPSRLW  $4, X, X      \
	VPAND   Y15, X, X     \
	VPSHUFB T, LO, T      \
	VPSHUFB X, HI, X      \
	VPAND   T, X, X

// The windows behind the masks, and what their hash is multiplied with: see windows. Those of short strings are there
// under the hash of three bytes.
#define WINDOWS 288
#define ODD     $0x9e3779b1

// Jumps to found if the hash of the bytes in W is that of some window.
#define KNOWN(W) \
	IMUL3L ODD, W, R9                 \
	SHRL   $17, R9                    \
	MOVL   R9, R10                    \
	SHRL   $5, R10                    \
	MOVL   WINDOWS(AX)(R10*4), R10    \
	BTL    R9, R10                    \
	JCS    found

// func find(t *tables, p *byte, n int) int
TEXT ·find(SB), NOSPLIT, $0-32
	MOVQ    t+0(FP), AX
	MOVQ    p+8(FP), SI
	MOVQ    n+16(FP), CX
	VMOVDQU 0(AX), Y0
	VMOVDQU 32(AX), Y1
	VMOVDQU 64(AX), Y2
	VMOVDQU 96(AX), Y3
	VMOVDQU 128(AX), Y4
	VMOVDQU 160(AX), Y5
	VMOVDQU 192(AX), Y12
	VMOVDQU 224(AX), Y13
	VMOVDQU 256(AX), Y15
	XORQ    DX, DX

loop:
	VMOVDQU (SI)(DX*1), Y6
	VMOVDQU 1(SI)(DX*1), Y7
	VMOVDQU 2(SI)(DX*1), Y8
	VMOVDQU 3(SI)(DX*1), Y9
	LOOKUP(Y6, Y0, Y1, Y10)
	LOOKUP(Y7, Y2, Y3, Y11)
	LOOKUP(Y8, Y4, Y5, Y14)
	LOOKUP(Y9, Y12, Y13, Y10)
	VPAND   Y6, Y7, Y7
	VPAND   Y8, Y9, Y8
	VPAND   Y7, Y8, Y8
	VPTEST  Y8, Y8
	JNZ     candidates

next:
	ADDQ    $32, DX
	CMPQ    DX, CX
	JLT     loop
	MOVQ    $-1, ret+24(FP)
	VZEROUPPER
	RET

candidates:
	VPXOR     Y9, Y9, Y9
	VPCMPEQB  Y9, Y8, Y8
	VPMOVMSKB Y8, BX
	NOTL      BX

candidate:
	BSFL    BX, R8
	ADDQ    DX, R8
	MOVL    (SI)(R8*1), R11
	KNOWN(R11)
	ANDL    $0xffffff, R11
	KNOWN(R11)
	LEAL    -1(BX), R9
	ANDL    R9, BX
	JNZ     candidate
	JMP     next

found:
	MOVQ    R8, ret+24(FP)
	VZEROUPPER
	RET
