// modinfo.h - what a program says of how it was built, as the plain build would say it.
//
// Go hands the linker a text, which debug.ReadBuildInfo and `go version -m` read. Ours has
// the marks among the settings, and folders that only our workspace knows as replacements. The
// modules that we add stay in it.
#ifndef CMD_MODINFO_H
#define CMD_MODINFO_H

#include "base/list.h"

// modinfo_plain returns info, the text, with the -gcflags of plain, the plan's file
// (plan/planner.h), and with what that file says of modules whose replacement is a folder.
Str modinfo_plain(Arena *a, Str info, Str plain);

// modinfo_line does that to the line `modinfo "…"` of the linker's -importcfg; every other
// line comes back as it is.
Str modinfo_line(Arena *a, Str line, Str plain);

// modinfo_with adds modules to that line, each "dep\tPATH\tVERSION\tSUM\n" and so on: those that
// the program does not name yet, in go's order. deps gets sorted.
Str modinfo_with(Arena *a, Str line, StrList *deps);

#endif
