// weight.h - how much of a program is ours.
#ifndef CMD_WEIGHT_H
#define CMD_WEIGHT_H

#include "base/diag.h"

// print_weight prints the bytes of code and data that each of the modules takes which otel
// links in, by the symbol table of an ELF file. False if it has none.
bool print_weight(Arena *a, Str file, Str path, Diags *d);

#endif
