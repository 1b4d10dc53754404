// object.h - the Go compiler's object code, as far as we look into it.
//
// The object of a package (_go_.o in its archive, weave/archive.h) names what each
// instruction refers to by an index into a table of symbols. First in the table come the
// package's own symbols; other packages know them by their index as well. Behind them come
// those that are known by their name, its own, and at last those of others.
//
// Source: cmd/internal/goobj, whose format has been the same since Go 1.20.
#ifndef CMD_OBJECT_H
#define CMD_OBJECT_H

#include <stdint.h>

#include "base/str.h"

// Where things lie in an object: a header of the magic, a fingerprint, flags and the offsets
// of the blocks; then the strings; then the blocks, each up to where the next begins. All
// numbers are little-endian.
enum { MAGIC = 8, OFFSETS_AT = 20, NBLOCKS = 19, OBJECT_HEADER = OFFSETS_AT + 4 * NBLOCKS };

enum {
	BLK_PKGIDX = 1, // the packages that symbols of others are of: (length, offset) of the path
	BLK_FILE = 2,
	BLK_SYMDEF = 3,
	BLK_NONPKGDEF = 6,
	BLK_NONPKGREF = 7,
	BLK_REFFLAGS = 8,
	BLK_RELOCIDX = 11,
	BLK_AUXIDX = 12,
	BLK_DATAIDX = 13,
	BLK_RELOC = 14,
	BLK_AUX = 15,
	BLK_DATA = 16,
	BLK_REFNAME = 17,
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

uint32_t get32(Str s, isize at);
void put32(char *p, uint32_t n);

// object_in returns the object in an archive's code. False where it is not of the layout that we
// know, with all blocks inside, or there is none.
bool object_in(Str archive, Str *object);

// object_put returns archive in a, with another object in its code.
bool object_put(Arena *a, Str archive, Str object, Str *out);

// object_block returns the offset of a block.
uint32_t object_block(Str object, int i);

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
