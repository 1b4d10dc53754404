// env.h - the environment.
#ifndef OS_ENV_H
#define OS_ENV_H

#include "base/diag.h"

// env_get returns the value, "" when unset. It is the environment's own memory.
Str env_get(Str name);

// env_is_on tells whether a switch is set, to anything but 0 or false.
bool env_is_on(Str name);

// cache_dir finds our cache folder: $OTEL_GO_CACHE, else $XDG_CACHE_HOME/otel,
// else ~/.cache/otel. The path is absolute; it may not exist yet.
bool cache_dir(Arena *a, Str *out, Diags *d);

// cache_open finds it to be used: what lies in it decides what is compiled into programs,
// so a folder that others can write to is refused.
bool cache_open(Arena *a, Str *out, Diags *d);

#endif
