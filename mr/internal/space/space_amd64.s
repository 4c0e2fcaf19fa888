#include "textflag.h"

// SIXTEEN sets the bits of white space in the sixteen bytes at offset to spaces, and those of bytes that are not ASCII to wide.
// X5 has blanks, X6 tabs, and X7 the distance from '\t' to '\r'.
#define SIXTEEN(offset, spaces, wide) \
	MOVOU offset(SI), X0 \
	PMOVMSKB X0, wide \
	MOVOA X0, X1 \
	PCMPEQB X5, X0 \
	PSUBB X6, X1 \
	MOVOA X1, X2 \
	PMINUB X7, X1 \
	PCMPEQB X2, X1 \
	POR X1, X0 \
	PMOVMSKB X0, spaces

// func findIn64(p *byte) (spaces, wide uint64)
TEXT ·findIn64(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ $0x2020202020202020, AX
	MOVQ AX, X5
	PUNPCKLQDQ X5, X5
	MOVQ $0x0909090909090909, AX
	MOVQ AX, X6
	PUNPCKLQDQ X6, X6
	MOVQ $0x0404040404040404, AX
	MOVQ AX, X7
	PUNPCKLQDQ X7, X7

	SIXTEEN(0, AX, BX)
	SIXTEEN(16, CX, DX)
	SHLQ $16, CX
	SHLQ $16, DX
	ORQ CX, AX
	ORQ DX, BX
	SIXTEEN(32, CX, DX)
	SHLQ $32, CX
	SHLQ $32, DX
	ORQ CX, AX
	ORQ DX, BX
	SIXTEEN(48, CX, DX)
	SHLQ $48, CX
	SHLQ $48, DX
	ORQ CX, AX
	ORQ DX, BX
	MOVQ AX, spaces+8(FP)
	MOVQ BX, wide+16(FP)
	RET
