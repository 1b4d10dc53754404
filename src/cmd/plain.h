// plain.h - the plain archive of a marked package, where go's cache has it already.
//
// Go must be given the archive of the package as it was written (compile.c). An earlier plain build
// may have left it in go's cache, where plan/ready.h says. It is taken only if it is for sure what
// this compile would write:
//
//	- its name is the digest of what is in it, so it is whole;
//	- the compile is told what go tells for a package of Go files alone, without
//	  profiles, counters, tests or embedded files;
//	- no source file has changed since go was asked;
//	- it is of the same compiler, and was compiled against the very export data that this
//	  compile would read, by the fingerprints of the packages that it imports.
#ifndef CMD_PLAIN_H
#define CMD_PLAIN_H

#include "cmd/tool.h"

// plain_suits tells whether all that a compile is told is of the usual kind. Its files are
// the arguments from the index first_file on.
bool plain_suits(const Tool *t, isize first_file);

// plain_imports tells whether an archive was compiled by the same compiler as the archives that
// an importcfg names, and against their export data.
bool plain_imports(Arena *a, Str archive, Str config);

// plain_take puts such an archive where go expects that of this compile, with this compile's build
// id: all that follows, go does as if the compiler had written it. False, and nothing is written
// or said, if there is none: the compiler has to.
bool plain_take(Arena *a, const Tool *t, isize first_file);

#endif
