// bundle.h - the files that travel inside the tool.
//
// A tar archive, linked into the binary, of our Go modules (go/runtime, go/hooks)
// and of a file-tree module proxy (proxy/) with the OpenTelemetry modules of
// our default version. It is unpacked once into the cache folder, under its
// digest, so that versions of the tool don't meet.
#ifndef TEXT_BUNDLE_H
#define TEXT_BUNDLE_H

#include "base/diag.h"

Str bundle_bytes(void);  // the archive (ustar)
Str bundle_digest(void); // its SHA-256 in hex

// bundle_ready returns in *dir the absolute path CACHE/bundle/DIGEST, which
// holds the unpacked files. It unpacks them if they are not there.
bool bundle_ready(Arena *a, Str cache, Str *dir, Diags *d);

// bundle_unpack writes the files of a tar archive to the folder dir, which
// must not exist yet, or be the result of another process that does the same.
// Either all of dir is there afterwards, or nothing.
bool bundle_unpack(Str tar, Str dir, Diags *d);

// bundle_repair writes those files of an unpacked bundle again that are not as they should
// be, and says how many there were.
bool bundle_repair(Str tar, Str dir, isize *repaired, Diags *d);

#endif
