// laterlog.h - builds whose log of OpenTelemetry is later than ours.
//
// From go.opentelemetry.io/otel/log v0.21 on, a record's values are those of package attribute. A
// build that has such a log keeps it: there, another file of ours that knows those values is
// compiled in the place of the usual one, and the SDK's log module is at least the first
// release of that kind, which travels in the bundle. That one works with all later logs, and
// with older parts of the SDK, so what it requires beyond the build's versions and ours is
// excluded.
//
// Before Go 1.25 no build can have such a log.
#ifndef PLAN_LATERLOG_H
#define PLAN_LATERLOG_H

#include "plan/planner.h"

// laterlog_read tells whether the build has a later log, and returns the bundle's list in
// *later: the SDK's log module, then what it requires, "MODULE VERSION" on a line; "" if it has
// not.
bool laterlog_read(Planner *p, Str *later);

// laterlog_add puts the other file into the overlay, and adds the excludes, for p->laterlog.
void laterlog_add(Planner *p);

// laterlog_go_mod returns a go.mod of ours with the SDK's log module at the later version.
Str laterlog_go_mod(Arena *a, Str later, Str go_mod);

#endif
