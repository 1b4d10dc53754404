// proc.h - other programs: run, started, or become.
//
// No shell is involved. argv[0] is looked up in PATH if it has no slash.
// env changes our environment for the child: "NAME=value" sets, "NAME" alone
// removes; later ones win.
//
//	ProcSpec go = {.argv = &argv, .capture_out = true};
//	ProcResult res;
//	if (!proc_run(a, &go, &res, d))
//		return false; // it could not be started; d says why
//	if (res.status != 0) ...
#ifndef OS_PROC_H
#define OS_PROC_H

#include <signal.h>
#include <sys/types.h>

#include "base/diag.h"
#include "base/list.h"

typedef struct {
	const StrList *argv;
	const StrList *env; // may be NULL
	Str dir;            // working directory; "" = ours
	bool capture_out, capture_err;
	bool give_in; // standard input is a pipe from us; else it is ours
	// Signals that mean to end or interrupt us (INT, QUIT, TERM, HUP) are passed
	// on to the child, and we end when it does. Without capture_err, and with capture_out only
	// where there is on_err.
	bool foreground;
	// Of a foreground child: gets what it writes to standard error, piece by piece, and an
	// empty piece where nothing has come for a while.
	void (*on_err)(void *to, Str piece);
	void *to;
	bool apart; // in a process group of its own, which a Ctrl-C does not reach
} ProcSpec;

typedef struct {
	int status;   // exit status; 128+n if signal n killed it
	Str out, err; // what was captured
} ProcResult;

// A child that runs.
typedef struct {
	pid_t pid;
	int in, out, err; // our ends of the pipes, or -1
	bool foreground;
	sigset_t mask; // of foreground: our signal mask as it was
	void (*on_err)(void *to, Str piece);
	void *to;
} Proc;

// proc_run starts a program and waits for it. A program that runs and fails is
// a success here: look at the status.
bool proc_run(Arena *a, const ProcSpec *spec, ProcResult *out, Diags *d);

// proc_start and proc_wait are the halves of proc_run, for two at once.
bool proc_start(const ProcSpec *spec, Proc *p, Diags *d);
void proc_wait(Arena *a, Proc *p, ProcResult *out);

// proc_exec makes this process that program. It returns only if it fails.
bool proc_exec(const StrList *argv, const StrList *env, Diags *d);

#endif
