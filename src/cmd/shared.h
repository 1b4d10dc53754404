// shared.h - the cache that several machines share by GOCACHEPROG, of which we are one more client.
//
// Go asks that program for what its compiles have made. What we keep beside it in go's cache folder
// (tool.h, woven_archive) travels the same way, under the same names. The program is started when
// there is something to ask, and ends with shared_close. Nothing here fails: what cannot be
// shared is made again.
//
//	Shared s = {.arena = a};
//	if (shared_get(&s, path)) ... // the file is there now
//	shared_close(&s);
//
// Source: go help cache, cmd/go/internal/cacheprog.
#ifndef CMD_SHARED_H
#define CMD_SHARED_H

#include "base/buf.h"
#include "os/proc.h"

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;
	Proc proc;
	bool started, broken;
	StrList commands; // that it knows
	StrBuf read;      // of its answers; those up to taken are done with
	isize taken;
	int id; // of the last request
} Shared;

// shared_put offers a file of go's cache folder, named DIGEST-d.
void shared_put(Shared *s, Str path);

// shared_get fetches one, and writes it to where it belongs. False if nobody has it.
bool shared_get(Shared *s, Str path);

void shared_close(Shared *s);

#endif
