#include "textflag.h"

// func panicState() gstate
TEXT ·panicState(SB), NOSPLIT, $0-64
	MOVQ	(TLS), AX
	MOVQ	0(AX), BX
	MOVQ	BX, ret_lo+0(FP)
	MOVQ	8(AX), CX
	MOVQ	CX, ret_hi+8(FP)
	MOVQ	SP, ret_sp+16(FP)
	MOVQ	32(AX), DX
	MOVQ	DX, ret_top+24(FP)
	MOVQ	$0, ret_words_0+32(FP)
	MOVQ	$0, ret_words_1+40(FP)
	MOVQ	$0, ret_words_2+48(FP)
	MOVQ	$0, ret_words_3+56(FP)
	// SP is within the bounds if they are what we take them for.
	CMPQ	SP, BX
	JLS	done
	CMPQ	SP, CX
	JCC	done
	CMPQ	DX, SP
	JLS	done
	LEAQ	32(DX), SI
	CMPQ	SI, CX
	JCC	done
	MOVQ	0(DX), SI
	MOVQ	SI, ret_words_0+32(FP)
	MOVQ	8(DX), SI
	MOVQ	SI, ret_words_1+40(FP)
	MOVQ	16(DX), SI
	MOVQ	SI, ret_words_2+48(FP)
	MOVQ	24(DX), SI
	MOVQ	SI, ret_words_3+56(FP)
done:
	RET

// func panicValue(offset uintptr) any
TEXT ·panicValue(SB), NOSPLIT, $0-24
	MOVQ	$0, ret_type+8(FP)
	MOVQ	$0, ret_data+16(FP)
	MOVQ	(TLS), AX
	MOVQ	32(AX), DX
	CMPQ	DX, SP
	JLS	none
	CMPQ	DX, 8(AX)
	JCC	none
	ADDQ	offset+0(FP), DX
	MOVQ	0(DX), SI
	MOVQ	SI, ret_type+8(FP)
	MOVQ	8(DX), SI
	MOVQ	SI, ret_data+16(FP)
none:
	RET

// func goroutine() uintptr
TEXT ·goroutine(SB), NOSPLIT, $0-8
	MOVQ	(TLS), AX
	MOVQ	AX, ret+0(FP)
	RET
