// path.h - file names, without looking at files (path_real aside).
#ifndef OS_PATH_H
#define OS_PATH_H

#include <limits.h>

#include "base/diag.h"

// path_join puts a slash between a and b. An absolute b stands alone, and so
// does b when a is empty.
Str path_join(Arena *arena, Str a, Str b);

Str path_base(Str path); // "a/b.go" -> "b.go"
Str path_dir(Str path);  // "a/b.go" -> "a", "b.go" -> ".", "/b" -> "/"

// path_clean returns the shortest name of the same place, by its text alone:
// "/a/./b/../c/" -> "/a/c". The path must begin with a slash.
Str path_clean(Arena *a, Str path);

// path_abs puts our working directory in front of a path that has no root.
Str path_abs(Arena *a, Str path);

// path_real follows all links. It fails if path does not exist.
bool path_real(Arena *a, Str path, Str *out, Diags *d);

// A path as the system wants it, for the length of one call.
typedef struct {
	char s[PATH_MAX];
} CPath;

// path_c fills c and returns c->s. A path that is no file name, too long or
// with a NUL in it, gives "", which the system answers with ENOENT.
const char *path_c(CPath *c, Str path);

#endif
