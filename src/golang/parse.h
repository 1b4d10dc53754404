// parse.h - Go source text to a tree.
//
// We read what go/parser reads, and refuse what it refuses, with the first of
// its errors. We do not check more: the compiler does, and says it better.
// A file that we refuse is for the caller to leave alone.
//
//	File file;
//	if (!parse_file(a, &src, (ParseOptions){0}, &file, diags))
//		return false;
#ifndef GOLANG_PARSE_H
#define GOLANG_PARSE_H

#include "golang/ast.h"

typedef struct {
	bool imports_only; // stop after the imports
	bool no_bodies; // bodies of functions are blocks without statements; what is in them is not
			// checked
	int go;         // agree with the parser of Go 1.N; 0: the newest we know
} ParseOptions;

// parse_file reads src into *out, with nodes in a. If it cannot, it adds one
// diagnostic and returns false; out->error is then set, and the tree is whatever
// was understood: not to be relied on.
bool parse_file(Arena *a, const Source *src, ParseOptions opt, File *out, Diags *diags);

#endif
