// goflags.h - as much of go's command line as a wrapper has to understand.
//
// A go command line is: subcommand, flags, packages or files, and for run and
// test what goes to the program. We need to know which packages the build has,
// and the few flags that we merge with ours. So we know which flags take a
// value; everything else passes through as it came, in its place.
//
//	GoArgs args;
//	if (!goargs_parse(a, argv, &args, diags)) ...
//	goargs_last(&args, S("C")) -> "dir"
//
// Source: go help build, go help testflag, cmd/go/internal/work.AddBuildFlags.
#ifndef PLAN_GOFLAGS_H
#define PLAN_GOFLAGS_H

#include "base/list.h"

typedef enum {
	FLAG_BUILD = 1, // selects or shapes packages: go list must see it as well
	FLAG_OURS = 2,  // merged with what we add, so taken off the user's line
	FLAG_OTHER = 4, // goes to the command alone
} FlagUse;

// One flag as it was given: -name, -name=value, -name value, with one or two dashes.
typedef struct GoFlag GoFlag;
struct GoFlag {
	GoFlag *next;
	Str name, value; // value is "" for a boolean without one
	bool has_value;
	FlagUse use;
	isize at, words; // which of GoArgs.all it is; words is 0 for one from GOFLAGS
};

typedef struct {
	Str command;      // "build", "test" …
	GoFlag *flags;    // in order; those before the packages, for test also those behind
	StrList packages; // patterns or .go files, as given; none means "."
	StrList rest;     // what follows: the program's arguments, or all from -args on
	StrList all;      // everything behind the command, as it came
	Str home;         // the folder where go is asked of packages, "" where go is started
	Str alien;        // the first flag that we don't know: go's to refuse, or newer than we are
} GoArgs;

// goargs_parse reads the arguments behind the subcommand. It never fails: what
// it does not know is left for go itself to refuse, and named in alien.
void goargs_parse(Arena *a, Str command, const StrList *argv, GoArgs *out);

// goargs_from_env adds the flags of a GOFLAGS value, which go applies first.
// Entries are split at spaces, with single or double quotes as go's quoted.Split.
void goargs_from_env(Arena *a, Str goflags, GoArgs *out);

// goargs_words splits a text at spaces, as go splits the values of -toolexec and
// -gcflags; a word may be in single or double quotes.
void goargs_words(Str text, StrList *out);

// goargs_quote writes a word so that goargs_words, and go, read it whole.
Str goargs_quote(Arena *a, Str word);

// goargs_last returns the value of the last flag of that name, "" if absent.
// A boolean flag without a value has the value "true".
Str goargs_last(const GoArgs *args, Str name);

// goargs_shapes tells whether a flag of go's has a part in what becomes of a package.
bool goargs_shapes(Str name);

#endif
