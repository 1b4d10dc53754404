// uselist.h - the list `use:` of an otel.yaml, changed without touching the rest of the file.
//
//	use:
//	  - example.com/rules@v1.2.0   # comments and all other lines stay, byte for byte
//	  - ./rules
#ifndef PLAN_USELIST_H
#define PLAN_USELIST_H

#include "base/diag.h"

// uselist_add returns in *out the text of src with the entry in the list; one of the same
// module is replaced. False, with an error, if the file is no map, or its `use` no list.
bool uselist_add(Arena *a, const Source *src, Str entry, Str *out, Diags *d);

// uselist_remove takes the entry of a module, or a folder, out; *out is src->text itself if
// there is none.
bool uselist_remove(Arena *a, const Source *src, Str module, Str *out, Diags *d);

#endif
