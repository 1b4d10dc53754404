// fault.h - the errors of one Go file, in the manner of go/parser.
//
// go/parser sorts the errors of a file by position and stops after ten. We keep
// no list: only how many there were, and the first one by its position. That is
// what we tell the user; the compiler says the rest.
//
// Positions heed //line directives, as the Go tools' do.
#ifndef GOLANG_FAULT_H
#define GOLANG_FAULT_H

#include "base/diag.h"

// A place as Go prints it.
typedef struct {
	Str file;
	int32_t line, col;
} Place;

typedef struct LineInfo LineInfo;

// Set arena and src, leave the rest zero.
typedef struct {
	Arena *arena;
	const Source *src;
	int32_t n;
	int32_t last_line; // of the newest fault
	Place first_place;
	int32_t first_offset;
	Str first_text; // its sentence; empty if there is no fault

	int32_t *newline; // offsets after newlines; found when the first fault needs them
	int32_t nline;
	LineInfo *info; // //line directives in the order of the text
	int32_t ninfo, info_cap;
} Faults;

// fault_add notes a fault at an offset.
void fault_add(Faults *f, int32_t offset, const char *fmt, ...) printf_like(3, 4);

// fault_place returns the line and column of an offset, as Go prints it.
Place fault_place(Faults *f, int32_t offset);

// fault_line_directive notes what a comment says about positions, if it does:
// text begins after "//line " or "/*line ", at offset; what it says is true from
// offset next on.
void fault_line_directive(Faults *f, Str text, int32_t offset, int32_t next);

#endif
