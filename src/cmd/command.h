// command.h - the commands of otel, as one table.
//
// From it come: what is run, `otel help`, the man page, the completions of the shells, and
// the names to suggest for one that is misspelt. A new command is a row in command.c.
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "base/map.h"
#include "cmd/cmd.h"

typedef struct {
	const char *name;  // "json"; given as --json or -json
	const char *value; // what its value is called, "FORMAT"; NULL for a flag without one
	const char *summary;
	const char *words; // the values that it takes, separated by spaces; NULL if any
} CommandFlag;

typedef struct Command Command;
struct Command {
	const char *name;
	const char *summary;  // one line, no full stop
	const char *usage;    // what stands behind the name
	const char *text;     // paragraphs
	const char *examples; // lines to type, each with what it does behind two spaces
	const char *words;    // what the first word may be, separated by spaces; NULL if any
	CommandFlag flags[6]; // up to the first without a name
	bool inner;           // called by go, or by us; not listed
	bool go_flags;        // takes go's flags too
	bool ends_at_word;    // what follows the first word is not ours
	int (*run)(Arena *a, const Options *opt, const StrList *args);
};

extern const Command commands[];
extern const isize ncommands;

// The flags in front of the command, up to the first without a name.
extern const CommandFlag global_flags[];

// command_find returns the command of that name, or NULL.
const Command *command_find(Str name);

// What a command was given.
typedef struct {
	StrMap given;  // name of a flag -> Str *, its value
	StrList words; // all else, and go's flags where the command takes those
} Flags;

// flags_read takes the command's own flags off its arguments; `--` ends them, and is kept in
// words where those are go's. False if one is wrong; *status is the exit status then.
bool flags_read(Arena *a, const char *command, const StrList *args, Flags *out, int *status);

bool flags_has(const Flags *f, const char *name);
Str flags_value(const Flags *f, const char *name); // "" if it was not given

// is_global_flag tells whether an argument is one of those that stand in front of the command, and
// change what it does.
bool is_global_flag(Str arg);

// unknown_flag prints that there is no such flag, and the nearest; it returns EXIT_USAGE.
int unknown_flag(Str arg, const CommandFlag *known, const char *command);

// unknown_word prints that the command takes no such first word, and the nearest; it returns
// EXIT_USAGE.
int unknown_word(const char *command, Str word);

// words_of returns the members of a list that is separated by spaces.
StrList words_of(Arena *a, const char *words);

// page_help, page_man and page_completion print the table in another shape.
void page_help(FILE *to, const Command *c);
void page_overview(FILE *to);
void page_man(FILE *to);
bool page_completion(FILE *to, Str shell); // false if we do not know the shell

#endif
