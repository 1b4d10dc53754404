// rules.h - the parts of otel rules, for those who write rules.
//
// Each returns the exit status.
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include "cmd/command.h"

// rules_check holds the rules in these files, or all of the user's own, against the packages
// of the module at hand.
int rules_check(Arena *a, const Options *opt, const StrList *files, bool json);

// rules_init writes a new module of rules into the folder that a name ends in.
int rules_init(Arena *a, Str name);

// rules_test weaves the golden tests in a folder and below; update writes what they expect.
int rules_test(Arena *a, Str dir, bool update);

#endif
