// archive.h - what the Go compiler writes: a package archive.
//
// An archive ("!<arch>") begins with the member __.PKGDEF, the export data that
// the compiler reads when another package imports this one; then _go_.o, the
// object code; then, added by go, the objects of assembly and cgo. Each of
// the first two begins with text lines, one of which is the build id:
//
//	go object linux amd64 go1.26.8 X:...
//	build id "ACTION/CONTENT"
//
// Source: cmd/internal/archive, cmd/compile/internal/gc/obj.go.
#ifndef WEAVE_ARCHIVE_H
#define WEAVE_ARCHIVE_H

#include "base/diag.h"

// How many bytes from the beginning of an archive hold its build id for sure.
enum { ARCHIVE_HEAD = 1024 };

// archive_action_id returns the part of the build id before the first slash, ""
// if there is none. head is the beginning of the archive, or all of it.
Str archive_action_id(Str head);

// archive_id returns all of the build id, in the same way.
Str archive_id(Str head);

// archive_compiler returns the line that says which compiler, for which system and with which
// experiments, has written the archive; "" if there is none.
Str archive_compiler(Str head);

// archive_export_data returns the binary export data of __.PKGDEF: all that
// dependents of the package are compiled against. False if it has none.
bool archive_export_data(Str archive, Str *out);

// archive_code returns the body of _go_.o. False if there is none.
bool archive_code(Str archive, Str *body);

// archive_bare returns the body of _go_.o where that and __.PKGDEF before it are all members: an
// archive as the compiler alone writes it, without assembly or cgo. Else "".
Str archive_bare(Str archive);

// Of another package's archive the head is enough. archive_head_size tells from its first
// ARCHIVE_HEAD bytes how many are to be read for archive_head_code, which returns the beginning
// of _go_.o behind __.PKGDEF. 0 and "" for what is not so.
isize archive_head_size(Str head);
Str archive_head_code(Str head);

// archive_set_id returns the archive with another build id of the same length wherever its own
// stands, in a. False if it has none, or one of another length.
bool archive_set_id(Arena *a, Str archive, Str id, Str *out);

// archive_set_code returns the archive with another body of _go_.o, in a: text and behind it
// object. All else stays. False if it has none.
bool archive_set_code(Arena *a, Str archive, Str text, Str object, Str *out);

// archive_exchange returns plain with the object code (_go_.o) of woven in the
// place of its own, in a; all other members stay. False if one has none.
bool archive_exchange(Arena *a, Str plain, Str woven, Str *out);

#endif
