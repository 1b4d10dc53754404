// object.h - what the Go compiler writes of a package: its object code, member _go_.o of an
// archive.
//
// A header (a magic, a fingerprint, flags, the offsets of the blocks), then the strings, then the
// blocks, each up to where the next begins. All numbers are little-endian. The fingerprint is that
// of the package's export data; the first block has that of each package it was compiled against.
//
// An object borrows from the archive that it was found in. What is damaged is not known, and
// nothing is read outside of it.
//
// Source: cmd/internal/goobj/objfile.go.
#ifndef WEAVE_OBJECT_H
#define WEAVE_OBJECT_H

#include <stdint.h>

#include "base/str.h"

enum { MAGIC = 8, OFFSETS_AT = 20, NBLOCKS = 19, OBJECT_HEADER = OFFSETS_AT + 4 * NBLOCKS };

enum {
	BLK_AUTOLIB = 0,
	BLK_SYMDEF = 3,
	BLK_NONPKGDEF = 6,
	BLK_NONPKGREF = 7,
	BLK_REFFLAGS = 8,
	BLK_RELOCIDX = 11,
	BLK_RELOC = 14,
	BLK_AUX = 15,
};

// A package that another was compiled against, and the fingerprint that it had.
typedef struct {
	Str path, fingerprint;
} ObjectImport;

// get32 reads a number; it must be inside.
static inline uint32_t get32(Str s, isize at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

// object_find returns the object in a member _go_.o, which begins with lines of text; "" if there
// is none. Of a member that is cut short it is what is there.
Str object_find(Str member);

// object_known says whether the object has the layout that we know, with all blocks inside.
bool object_known(Str object);

// object_fingerprint returns the fingerprint, of which the header is enough; "" if it is none.
Str object_fingerprint(Str object);

// object_import returns the n-th of the packages that a known object was compiled against. False
// behind the last one. An entry that is broken has the path "".
bool object_import(Str object, isize n, ObjectImport *out);

#endif
