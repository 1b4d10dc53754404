// tool.h - one run of a Go tool, as go asked for it, and how to change it.
//
// The arguments are read tolerantly: we look for the few flags that we need, and
// what we don't know passes through.
#ifndef CMD_TOOL_H
#define CMD_TOOL_H

#include "base/diag.h"
#include "base/list.h"
#include "plan/store.h"

typedef struct {
	StrList argv; // all of it, a chained toolexec of the user's before the tool
	isize tool;   // index of the tool itself
	Str name;     // "compile", "link" …
	bool known;   // nothing is to be made: go is only asked what it has
	Str mark;     // value of -otel=, "" if there is none; it is not in argv
	Str cache;    // our cache folder
	Str store;    // GOCACHE
} Tool;

// tool_flag returns the index of a flag's value in argv, or -1. With "-name=v"
// that is the index of the flag itself.
isize tool_flag(const Tool *t, const char *name);

// tool_value returns the value, "" if the flag is not there.
Str tool_value(const Tool *t, const char *name);

// tool_copy returns a copy of the arguments, to be changed.
StrList tool_copy(Arena *a, const Tool *t);

// tool_set changes the value of a flag in a copy; nothing if the flag is not there.
void tool_set(Arena *a, const Tool *t, StrList *argv, const char *name, Str value);

// tool_insert puts a flag before all others.
void tool_insert(Tool *t, Str flag);

// tool_goroot returns the folder of the Go distribution that the tool is of, "" if that cannot be
// told.
Str tool_goroot(const Tool *t);

// tool_recorded returns the name under which the compiler records a file: the first rewrite of
// -trimpath that fits, else $GOROOT in front.
Str tool_recorded(Arena *a, const Tool *t, Str path);

// tool_exec becomes the tool, as it was asked for.
int tool_exec(Arena *a, const Tool *t);

// Where the archive is that was woven beside the compile with this action id, and
// the record of what became of it: in go's own cache folder (plan/store.h).
Str woven_archive(Arena *a, const Tool *t, Str action);
Str woven_record(Arena *a, const Tool *t, Str action);

// compile weaves a marked package; link exchanges archives.
int tool_compile(Arena *a, const Tool *t);
int tool_link(Arena *a, const Tool *t);

#endif
