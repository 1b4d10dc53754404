// signals.h - which signals a build links in: traces, metrics, logs.
//
// Whoever builds chooses by OTEL_GO_SIGNALS: names with commas between them, or
// `all`. By default they are all that leave the user's OpenTelemetry where it is. A program
// holds the SDK of what was chosen, and only the rules that serve it are woven.
#ifndef PLAN_SIGNALS_H
#define PLAN_SIGNALS_H

#include "plan/golist.h"
#include "weave/rule.h"

// signals_read reads such a choice into *out, sorted, each name once; all for none.
bool signals_read(Arena *a, Str text, StrList *out, Diags *d);

// signals_settle leaves signals out that nobody has asked for by name, where the build has an
// OpenTelemetry that is older than ours and has an SDK for traces, but none for them: theirs would
// move it. requirements are those of our modules (workspace_keep). It tells whether it did.
bool signals_settle(StrList *chosen, const StrMap *packages, Str requirements);

// signals_serve tells whether a rule serves one of the chosen signals: those that its
// `signal` names, with commas; a rule that names none serves traces and metrics.
bool signals_serve(const StrList *chosen, const Rule *r);

// signals_check adds an error if a rule names a signal that there is not.
bool signals_check(Arena *a, const Rule *r, Diags *d);

#endif
