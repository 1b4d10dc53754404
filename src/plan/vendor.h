// vendor.h - builds from a vendor folder.
//
// A workspace has no use for the vendor folder of a module. So each module in it
// becomes a replacement: `replace M => ROOT/vendor/M`, with a go.mod for that folder
// in the overlay, since vendoring drops those. The packages are then built from the very
// folders that a plain build takes them from: their names in stack traces
// and their place in go's cache stay, and nothing is downloaded.
//
// Source: go.dev/ref/mod#vendoring, cmd/go/internal/modload/vendor.go.
#ifndef PLAN_VENDOR_H
#define PLAN_VENDOR_H

#include "plan/planner.h"

// vendor_root returns the folder whose vendor/ the build takes packages from, ""
// if it takes none.
Str vendor_root(Planner *p);

// vendor_replace adds the replacements and the files for them. Modules that we
// bring along are left out where the folder lacks packages that we need.
bool vendor_replace(Planner *p, Str root);

#endif
