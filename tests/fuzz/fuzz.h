// fuzz.h - what the fuzz targets share.
//
// A target says what must be true of any input, by ensure. libFuzzer drives it
// (make fuzz T=parser); replay.c runs it over the corpus (make check-fuzz).
#ifndef FUZZ_H
#define FUZZ_H

#include "golang/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// fuzz_source makes a source of an input.
Source fuzz_source(const uint8_t *data, size_t size);

// fuzz_line returns the line that a byte is on, from 0. at must not become less
// from call to call; *line and *seen begin as 0.
int32_t fuzz_line(Str text, int32_t at, int32_t *line, int32_t *seen);

#endif
