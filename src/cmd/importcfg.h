// importcfg.h - the packages that a compile may import, and what woven code adds to them.
#ifndef CMD_IMPORTCFG_H
#define CMD_IMPORTCFG_H

#include "base/map.h"
#include "cmd/tool.h"

// importcfg_line reads a line "packagefile PATH=FILE". False for any other.
bool importcfg_line(Str line, Str *package, Str *file);

// importcfg_packages returns the archives that the text of an importcfg names, by their import
// paths: Str *.
StrMap importcfg_packages(Arena *a, Str config);

// importcfg_archive returns the archive that the text of an importcfg has for an import path, ""
// if it has none.
Str importcfg_archive(Str config, Str path);

// importcfg_extend returns in *path the name of an importcfg that has these import paths as well
// as those of the compile: its own if it has them all, else a new file in the folder work. The
// command that the plan has left (planner_exports) says where their export data is; go builds it
// if need be. False, with a warning, if one cannot be had.
bool importcfg_extend(
	Arena *a, const Tool *t, Str work, const StrList *imports, Str *path, Diags *d);

#endif
