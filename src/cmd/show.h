// show.h - what otel go says of its own work: with -x in go's manner, and while the first
// build compiles, on a terminal, in one line. (-v is left to go: what it prints is read by
// programs.)
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include "plan/plan.h"

// wants_word tells whether go's flag -NAME was given, and is not false.
bool wants_word(const GoArgs *args, const char *name);

// show_woven names the packages that are woven, show_command prints what we run: both for -x.
void show_woven(const Plan *plan);
void show_command(const StrList *env, const StrList *argv);

// The line that shows how a build goes on. Each compile counts itself in a file.
typedef struct {
	Arena *arena;
	Str counter; // the file: a byte for each
	int64_t start_ms;
	bool on, painted, mid_line;
} Progress;

// progress_start tells whether the line is wanted: somebody looks, it is go build or install,
// and go itself prints nothing in between. It is never in pipes, CI, or dumb terminals.
bool progress_start(Arena *a, const GoArgs *args, const Plan *plan, Progress *out);

// progress_piece passes on what go prints, and paints the line where nothing comes
// (os/proc.h, on_err). progress_end leaves an empty line.
void progress_piece(void *progress, Str piece);
void progress_end(Progress *p);

// progress_count is called by each compile.
void progress_count(void);

#endif
