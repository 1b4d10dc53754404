// imports.h - the imports of a file on disk, without reading all of it.
#ifndef GOLANG_IMPORTS_H
#define GOLANG_IMPORTS_H

#include "golang/parse.h"

// imports_read reads as much of the file src->name as has the imports, sets
// src->text to that, and parses it: *out is what parse_file with imports_only
// makes of the whole file. It fails as parse_file does, or with the fault of the
// world that kept it from reading.
bool imports_read(Arena *a, Source *src, File *out, Diags *diags);

#endif
