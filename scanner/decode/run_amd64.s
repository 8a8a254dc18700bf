//go:build !purego

#include "textflag.h"

// func glanceVectors(c *classes, p *byte, steps int) int
//
// The halves of 32 bytes are looked up at once. BX gets a bit for each byte that is not in the alphabet; R10 has those of the
// step before. A run of 44 characters covers the first 12 bytes of some step. If all 12 are characters, those on both sides of
// the beginning of the step are counted: if they are fewer than 44, the run is too short.
TEXT ·glanceVectors(SB), NOSPLIT, $0-32
	MOVQ    c+0(FP), AX
	MOVQ    p+8(FP), SI
	MOVQ    steps+16(FP), CX
	VMOVDQU 0(AX), Y0
	VMOVDQU 32(AX), Y1
	VMOVDQU 64(AX), Y2
	VPXOR   Y3, Y3, Y3
	MOVL    $-1, R10
	XORQ    DX, DX

loop:
	VMOVDQU   (SI)(DX*1), Y4
	VPSHUFB   Y4, Y0, Y5      // 0 for bytes above 127
	VPSRLW    $4, Y4, Y4
	VPAND     Y2, Y4, Y4
	VPSHUFB   Y4, Y1, Y4
	VPAND     Y4, Y5, Y4
	VPCMPEQB  Y3, Y4, Y4
	VPMOVMSKB Y4, BX
	TESTL     $0xfff, BX
	JZ        characters

next:
	MOVL BX, R10
	ADDQ $32, DX
	DECQ CX
	JNZ  loop
	MOVQ $-1, ret+24(FP)
	VZEROUPPER
	RET

characters:
	BSFL BX, R8               // the characters at the beginning of this step
	JZ   found                // all 32
	BSRL R10, R9              // 31 minus those at the end of the step before
	JZ   found                // all 32
	SUBL R9, R8
	CMPL R8, $13              // 44 - 31
	JLT  next

found:
	MOVQ DX, ret+24(FP)
	VZEROUPPER
	RET
