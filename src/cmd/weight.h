// weight.h - how much of a program is ours.
#ifndef CMD_WEIGHT_H
#define CMD_WEIGHT_H

#include "base/buf.h"
#include "base/diag.h"

enum { WEIGHT_GROUPS = 7 };

// Bytes of code and data, and the symbols that they belong to, of each of the modules that
// otel links in.
typedef struct {
	uint64_t bytes[WEIGHT_GROUPS];
	isize symbols[WEIGHT_GROUPS];
	isize file; // bytes of the whole program
} Weight;

// weight_measure reads them from the symbol table of an ELF file. False if it has none.
bool weight_measure(Str file, Str path, Weight *out, Diags *d);

void weight_print(const Weight *w);

// weight_json writes an object: bytes by the name of the module, "together" and "file".
void weight_json(StrBuf *b, const Weight *w);

#endif
