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
	BLK_AUTOLIB = 0, // what the package was compiled against
	BLK_PKGIDX = 1,  // the packages that symbols of others are of: (length, offset) of the path
	BLK_FILE = 2,
	BLK_SYMDEF =
		3, // the package's own symbols, which other packages know by their index as well
	BLK_NONPKGDEF = 6, // those that are known by their name
	BLK_NONPKGREF = 7, // and those of others
	BLK_REFFLAGS = 8,
	BLK_RELOCIDX = 11, // three tables: for each symbol that the object has, and for the end, an
	BLK_AUXIDX = 12,   // index in what belongs to it
	BLK_DATAIDX = 13,
	BLK_RELOC = 14,
	BLK_AUX = 15,
	BLK_DATA = 16,
};

// A symbol: its name (length, offset), ABI, type, two bytes of flags, size, alignment.
enum { SYM = 21, SYM_ABI = 8, SYM_TYPE = 10, ABI_INTERNAL = 1 };

// A relocation: offset, size, type, addend, and the symbol (package, index in it).
enum { RELOC = 23, RELOC_SYM = 15 };

// What belongs to a symbol: a type, and the symbol that it is.
enum { AUX = 9, AUX_SYM = 1, AUX_FUNCINFO = 1 };

// Packages that are none: symbols known by their name only, and the object's own.
#define PKG_NONE ((1u << 31) - 1)
#define PKG_SELF ((1u << 31) - 5)

// What a relocation refers to: a package, or one of the two above, and an index in it.
typedef struct {
	uint32_t package, index;
} SymRef;

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

static inline void put32(char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(n >> 8 * i);
}

// object_find returns the object in a member _go_.o, which begins with lines of text; "" if there
// is none. Of a member that is cut short it is what is there.
Str object_find(Str member);

// object_known says whether the object has the layout that we know, with all blocks inside.
bool object_known(Str object);

// object_in returns the object in an archive. False where there is none that we know.
bool object_in(Str archive, Str *object);

// object_put returns the archive in a, with another object in its code.
bool object_put(Arena *a, Str archive, Str object, Str *out);

// object_fingerprint returns the fingerprint, of which the header is enough; "" if it is none.
Str object_fingerprint(Str object);

// object_import returns the n-th of the packages that a known object was compiled against. False
// behind the last one. An entry that is broken has the path "".
bool object_import(Str object, isize n, ObjectImport *out);

// ---- symbols of a known object

// object_string returns the text that a length and an offset at this place tell of; "" if it is not
// inside.
Str object_string(Str object, isize at);

// object_block returns the offset of a block.
uint32_t object_block(Str object, int i);

// object_is_indexed tells whether the three tables of indices have an entry for each symbol.
bool object_is_indexed(Str object);

// object_symbols returns how many symbols stand before a block of them.
uint32_t object_symbols(Str object, int end);

// object_name returns the name of a symbol; "" for one without.
Str object_name(Str object, isize symbol);

// object_function returns the index of the function of that name, as Go code calls it (assembly
// would by another ABI), among all symbols of the object, or -1.
isize object_function(Str object, Str name);

// object_reference returns how relocations of the object refer to a symbol of its table.
SymRef object_reference(Str object, isize symbol);

// object_add returns the object in a, with the names of n further functions of others behind its
// symbols; *bytes is the same, to be changed. The first of them is *first.
Str object_add(Arena *a, Str object, const Str *names, isize n, SymRef *first, char **bytes);

#endif
