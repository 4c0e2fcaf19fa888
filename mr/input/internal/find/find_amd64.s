#include "textflag.h"

// func indexPairSSE2(p *byte, places, distance int, first, last uint64) int
TEXT ·indexPairSSE2(SB), NOSPLIT, $0-48
	MOVQ p+0(FP), SI
	MOVQ places+8(FP), CX
	MOVQ distance+16(FP), DX
	MOVQ first+24(FP), X0
	MOVQ last+32(FP), X1
	PUNPCKLQDQ X0, X0
	PUNPCKLQDQ X1, X1
	ADDQ SI, DX
	XORQ AX, AX
	MOVQ CX, BX
	SUBQ $64, BX // the last place at which 64 more are left

	CMPQ AX, BX
	JGT sixteen

loop:
	MOVOU (SI)(AX*1), X2
	MOVOU 16(SI)(AX*1), X3
	MOVOU 32(SI)(AX*1), X4
	MOVOU 48(SI)(AX*1), X5
	MOVOU (DX)(AX*1), X6
	MOVOU 16(DX)(AX*1), X7
	MOVOU 32(DX)(AX*1), X8
	MOVOU 48(DX)(AX*1), X9
	PCMPEQB X0, X2
	PCMPEQB X0, X3
	PCMPEQB X0, X4
	PCMPEQB X0, X5
	PCMPEQB X1, X6
	PCMPEQB X1, X7
	PCMPEQB X1, X8
	PCMPEQB X1, X9
	PAND X6, X2
	PAND X7, X3
	PAND X8, X4
	PAND X9, X5
	POR X2, X3
	POR X4, X5
	POR X3, X5
	PMOVMSKB X5, R8
	TESTL R8, R8
	JNZ sixteen // one of them has it
	ADDQ $64, AX
	CMPQ AX, BX
	JLE loop

sixteen:
	CMPQ AX, CX
	JGE none
	MOVOU (SI)(AX*1), X2
	MOVOU (DX)(AX*1), X6
	PCMPEQB X0, X2
	PCMPEQB X1, X6
	PAND X6, X2
	PMOVMSKB X2, R8
	TESTL R8, R8
	JNZ found
	ADDQ $16, AX
	JMP sixteen

found:
	BSFL R8, R8
	ADDQ R8, AX
	MOVQ AX, ret+40(FP)
	RET

none:
	MOVQ $-1, ret+40(FP)
	RET

// func indexPairAVX2(p *byte, places, distance int, first, last byte) int
TEXT ·indexPairAVX2(SB), NOSPLIT, $0-40
	MOVQ p+0(FP), SI
	MOVQ places+8(FP), CX
	MOVQ distance+16(FP), DX
	VPBROADCASTB first+24(FP), Y0
	VPBROADCASTB last+25(FP), Y1
	ADDQ SI, DX
	XORQ AX, AX
	MOVQ CX, BX
	SUBQ $128, BX // the last place at which 128 more are left

	CMPQ AX, BX
	JGT thirtytwo

loop:
	VPCMPEQB (SI)(AX*1), Y0, Y2
	VPCMPEQB 32(SI)(AX*1), Y0, Y3
	VPCMPEQB 64(SI)(AX*1), Y0, Y4
	VPCMPEQB 96(SI)(AX*1), Y0, Y5
	VPCMPEQB (DX)(AX*1), Y1, Y6
	VPCMPEQB 32(DX)(AX*1), Y1, Y7
	VPCMPEQB 64(DX)(AX*1), Y1, Y8
	VPCMPEQB 96(DX)(AX*1), Y1, Y9
	VPAND Y6, Y2, Y2
	VPAND Y7, Y3, Y3
	VPAND Y8, Y4, Y4
	VPAND Y9, Y5, Y5
	VPOR Y2, Y3, Y3
	VPOR Y4, Y5, Y5
	VPOR Y3, Y5, Y5
	VPTEST Y5, Y5
	JNZ thirtytwo // one of them has it
	ADDQ $128, AX
	CMPQ AX, BX
	JLE loop

thirtytwo:
	CMPQ AX, CX
	JGE none
	VPCMPEQB (SI)(AX*1), Y0, Y2
	VPCMPEQB (DX)(AX*1), Y1, Y6
	VPAND Y6, Y2, Y2
	VPMOVMSKB Y2, R8
	TESTL R8, R8
	JNZ found
	ADDQ $32, AX
	JMP thirtytwo

found:
	BSFL R8, R8
	ADDQ R8, AX
	VZEROUPPER
	MOVQ AX, ret+32(FP)
	RET

none:
	VZEROUPPER
	MOVQ $-1, ret+32(FP)
	RET
