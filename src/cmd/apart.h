// apart.h - what we add to a program, where a go of its own has compiled it (plan/apart.h).
//
// The user's go knows nothing of it. So package main gets the file that imports it when it is
// compiled, with the archives that this needs; and the link gets all archives, and the lines of
// their modules for what the program says of itself.
//
// What is compiled for the user has to be what ours was compiled with: where both have a
// package, the content parts of the archives' build ids are held against each other. Where they
// differ, the link fails, leaves word, and the front has one go do all of it.
#ifndef CMD_APART_H
#define CMD_APART_H

#include "cmd/tool.h"

// apart_compile changes the compile of a package main that gets a file of ours, and no other.
// False if an archive is gone; the front has been told then.
bool apart_compile(Arena *a, Tool *t, Diags *d);

// apart_link adds to the text of the link's importcfg, in a, if the program is one of ours.
// False if an archive is gone, or the program's packages are others; the front has been told then.
bool apart_link(Arena *a, Str *config, Diags *d);

#endif
