// environment.h - the OTEL_* variables, those that we know and those that are set.
//
// docs/configuration.md says what each does; tests/docs holds the two against each other.
#ifndef CMD_ENVIRONMENT_H
#define CMD_ENVIRONMENT_H

#include "base/list.h"

// What is to be said about one variable, or about several.
typedef struct Remark Remark;
struct Remark {
	Remark *next;
	bool wrong; // else it is only worth knowing
	Str text, help;
};

// environment_check adds a remark for each variable that is misspelt, has a value that would
// not be taken, or contradicts another one. It returns the end of the list.
Remark **environment_check(Arena *a, Remark **end);

// environment_names adds the names that we know.
void environment_names(StrList *out);

// environment_signal returns the value of an exporter's variable for a signal ("TRACES"):
// its own, else the general one. *name is the one that it came from.
Str environment_signal(Arena *a, const char *signal, const char *name, Str *from);

#endif
