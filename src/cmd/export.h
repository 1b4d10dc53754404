// export.h - in what the export data of two compiles of a package differ.
#ifndef CMD_EXPORT_H
#define CMD_EXPORT_H

#include "base/str.h"

// export_difference says it in words, for otel explain: "bodies that are inlined into
// callers (2 of 31)". x is the plain one, y the woven one, as archive_export_data
// returns them; data that we cannot read differ "in a form that is new to this otel".
Str export_difference(Arena *a, Str x, Str y);

#endif
