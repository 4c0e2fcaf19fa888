#include "textflag.h"

// func line(p unsafe.Pointer)
TEXT ·line(SB), NOSPLIT, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	RET

// func ends(b []byte)
TEXT ·ends(SB), NOSPLIT, $0-24
	MOVD b_base+0(FP), R0
	MOVD b_len+8(FP), R1
	PRFM (R0), PLDL1KEEP
	ADD R1, R0, R2
	SUB $1, R2
	PRFM (R2), PLDL1KEEP
	RET
