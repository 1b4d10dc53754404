// diag.h - what we tell the user: about their files, and about their machine.
//
// A diagnostic is a place, a severity, one sentence and at most one line of
// help. Code that finds a problem adds one and returns false; only cmd/ prints
// them and picks the exit status. On standard error they look so:
//
//	rules.yaml:7:3: error: unknown key 'befor'
//	    7 |   befor: Enter
//	      |   ^~~~~
//	help: did you mean 'before'?
//
//	error: cannot write '/cache/plan': No space left on device
//
// Lines and columns count from 1; columns count bytes, as the Go compiler's do.
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdio.h>

#include "base/str.h"

// A text being read, with the name to show for it.
typedef struct {
	Str name, text;
} Source;

typedef struct {
	int32_t from, to; // byte offsets into Source.text, to excluded
} Span;

typedef enum { DIAG_ERROR, DIAG_WARNING } Severity;

typedef struct Diag Diag;
struct Diag {
	Diag *next;
	Severity severity;
	const Source *src; // NULL for a fault of the world, which has no place
	Span at;
	Str text, help;
};

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	Diag *first, *last;
	int nerror, nwarning;
	int nfault; // those of nerror that are the world's: exit status 3, not 1
} Diags;

// diag_error adds an error about a text. It returns false, so that a caller can
// write "return diag_error(...)". src must outlive the Diags.
bool diag_error(Diags *d, const Source *src, Span at, const char *fmt, ...) printf_like(4, 5);

// diag_warn adds a warning. The caller goes on, so it returns nothing. src may
// be NULL for a warning without a place.
void diag_warn(Diags *d, const Source *src, Span at, const char *fmt, ...) printf_like(4, 5);

// diag_fault adds a fault of the world, and returns false. The sentence names
// what failed: "cannot write 'x': No space left on device".
bool diag_fault(Diags *d, const char *fmt, ...) printf_like(2, 3);

// diag_help gives the newest diagnostic its help line, and returns false too.
bool diag_help(Diags *d, const char *fmt, ...) printf_like(2, 3);

// diag_harden turns the warnings into errors.
void diag_harden(Diags *d);

// diag_soften adds what another list has, as warnings: once what is told more than once.
void diag_soften(Diags *d, const Diags *from);

// diag_line formats one diagnostic as a line of text, without the newline,
// the source line and the help.
Str diag_line(Arena *a, const Diag *d);

// diag_print writes all of them, as above.
void diag_print(FILE *to, const Diags *d);

// diag_line_col finds the place of an offset, both from 1.
void diag_line_col(Str text, int32_t offset, int *line, int *col);

#endif
