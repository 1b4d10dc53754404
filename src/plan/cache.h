// cache.h - our cache folder, shown and kept small.
//
// What a build takes from the folder gets a new time, once a day at most. What
// has not been used for some days goes, and so do temporary files that a killed process
// left behind. Anything in it can go at any time: the next build makes it again.
//
// Only the folders that are ours are looked at:
//
//	bundle/ elsewhere/ mark/ memo/ modules/ plan/ rules/ tool/ woven/
#ifndef PLAN_CACHE_H
#define PLAN_CACHE_H

#include "base/diag.h"

enum { CACHE_DAYS = 10 }; // unused for so long, an entry goes

// One of the folders.
typedef struct {
	const char *name, *what;
	isize entries;
	int64_t bytes;
} CachePart;

enum { CACHE_PARTS = 9 };

// cache_parts measures the folders.
void cache_parts(Str cache, CachePart out[CACHE_PARTS]);

// cache_trim removes what has not been used for so many seconds; 0 is everything. *freed
// says how many bytes. What cannot be removed gets a diagnostic, and stays.
bool cache_trim(Str cache, int64_t seconds, int64_t *freed, Diags *d);

// cache_trim_daily does it by CACHE_DAYS, if nobody has for a day. It never fails.
void cache_trim_daily(Str cache);

// cache_used notes that an entry was used.
void cache_used(Str path);

// cache_keep writes a text behind a line with its digest. It never fails: what is not
// kept is made again.
void cache_keep(Arena *a, Str path, Str text);

// cache_kept reads such a text. It returns false if there is none, or if it is damaged.
bool cache_kept(Arena *a, Str path, Str *text);

#endif
