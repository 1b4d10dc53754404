// cmd.h - the commands of otel. Only these print, and end the process.
//
// Each gets the arguments behind its own name and returns the exit status: the
// child's own if we ran one; else 0, 1 (diagnostics), 2 (usage), 3 (environment).
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/diag.h"
#include "base/list.h"

enum { EXIT_DIAGNOSTICS = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

// What stands in front of the command.
typedef struct {
	Str rules; // --rules
	bool only_rules;
	bool strict; // --strict
} Options;

// otel go build …, and what goes on inside of it.
int cmd_go(Arena *a, const Options *opt, const StrList *given);

// otel toolexec TOOL ARGS…: go runs each tool of a build through it.
int cmd_toolexec(Arena *a, const StrList *args);

// otel exec PROGRAM ARGS…: go run and go test start programs through it, which
// gives them back the environment that we changed for go.
int cmd_exec(Arena *a, const StrList *args);

// otel debug …: what our parser and weaver see, for bug reports.
int cmd_debug(Arena *a, const StrList *args);

// What a build weaves, and why not: otel explain; and the text of it: otel diff.
int cmd_explain(Arena *a, const Options *opt, const StrList *args);
int cmd_diff(Arena *a, const Options *opt, const StrList *args);

// Modules of rules in otel.yaml: otel add, otel remove; for those who write some: otel rules.
int cmd_add(Arena *a, const Options *opt, const StrList *args);
int cmd_remove(Arena *a, const Options *opt, const StrList *args);
int cmd_rules(Arena *a, const Options *opt, const StrList *args);

// What a built program has inside.
int cmd_manifest(Arena *a, const Options *opt, const StrList *args);

// The variables by which any go builds woven: otel env.
int cmd_env(Arena *a, const Options *opt, const StrList *args);

// Our cache folder: what is in it, and out of it.
int cmd_cache(Arena *a, const Options *opt, const StrList *args);

// What keeps telemetry from working here.
int cmd_doctor(Arena *a, const Options *opt, const StrList *args);

// A woven program beside a receiver that prints its traces.
int cmd_run(Arena *a, const Options *opt, const StrList *args);

// usage prints the overview for a call without a command; it returns EXIT_USAGE.
int usage(void);

// usage_error prints one message, and where to find help; it returns EXIT_USAGE.
int usage_error(const char *fmt, ...) printf_like(1, 2);

// usage_of does it for one command, which the message begins with.
int usage_of(const char *command, const char *fmt, ...) printf_like(2, 3);

// usage_wrong does it with this line of help; usage_near with the member of known
// that is nearest to word.
int usage_wrong(Str help, const char *fmt, ...) printf_like(2, 3);
int usage_near(const StrList *known, Str word, const char *fmt, ...) printf_like(3, 4);

// finish prints the diagnostics and returns the status that they mean; 0 without errors.
int finish(const Diags *d);

#endif
