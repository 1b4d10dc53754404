#include "textflag.h"

// func panicState() gstate
TEXT ·panicState(SB), NOSPLIT, $0-64
	MOVD	0(g), R1
	MOVD	R1, ret_lo+0(FP)
	MOVD	8(g), R2
	MOVD	R2, ret_hi+8(FP)
	MOVD	RSP, R3
	MOVD	R3, ret_sp+16(FP)
	MOVD	32(g), R4
	MOVD	R4, ret_top+24(FP)
	MOVD	ZR, ret_words_0+32(FP)
	MOVD	ZR, ret_words_1+40(FP)
	MOVD	ZR, ret_words_2+48(FP)
	MOVD	ZR, ret_words_3+56(FP)
	// SP is within the bounds if they are what we take them for.
	CMP	R1, R3
	BLS	done
	CMP	R2, R3
	BHS	done
	CMP	R3, R4
	BLS	done
	ADD	$32, R4, R5
	CMP	R2, R5
	BHS	done
	MOVD	0(R4), R5
	MOVD	R5, ret_words_0+32(FP)
	MOVD	8(R4), R5
	MOVD	R5, ret_words_1+40(FP)
	MOVD	16(R4), R5
	MOVD	R5, ret_words_2+48(FP)
	MOVD	24(R4), R5
	MOVD	R5, ret_words_3+56(FP)
done:
	RET

// func panicValue(offset uintptr) any
TEXT ·panicValue(SB), NOSPLIT, $0-24
	MOVD	ZR, ret_type+8(FP)
	MOVD	ZR, ret_data+16(FP)
	MOVD	RSP, R3
	MOVD	32(g), R4
	MOVD	8(g), R2
	CMP	R3, R4
	BLS	none
	CMP	R2, R4
	BHS	none
	MOVD	offset+0(FP), R5
	ADD	R5, R4
	MOVD	0(R4), R5
	MOVD	R5, ret_type+8(FP)
	MOVD	8(R4), R5
	MOVD	R5, ret_data+16(FP)
none:
	RET

// func goroutine() uintptr
TEXT ·goroutine(SB), NOSPLIT, $0-8
	MOVD	g, R1
	MOVD	R1, ret+0(FP)
	RET
