// help.c - the table of the commands as pages, and the words for a wrong call.
#include <string.h>

#include "base/near.h"
#include "base/release.h"
#include "cmd/command.h"

// ---- otel help

static int flag_width(const CommandFlag *f)
{
	return (int)(strlen(f->name) + (f->value ? strlen(f->value) + 1 : 0));
}

static void print_flags(FILE *to, const CommandFlag *first)
{
	int width = 0;

	for (const CommandFlag *f = first; f->name; f++)
		width = flag_width(f) > width ? flag_width(f) : width;
	for (const CommandFlag *f = first; f->name; f++)
		fprintf(to, "  --%s%s%s%*s  %s\n", f->name, f->value ? "=" : "",
			f->value ? f->value : "", width - flag_width(f), "", f->summary);
}

// An example is what to type and, behind two spaces, what it does.
static void cut_example(Str *rest, Str *typed, Str *does)
{
	Str line = str_cut(rest, '\n');
	isize gap = str_find(line, S("  "));

	*typed = gap < 0 ? line : str_slice(line, 0, gap);
	*does = gap < 0 ? S("") : str_slice(line, gap + 2, line.len);
}

static void print_examples(FILE *to, const char *examples)
{
	Str rest = str_from(examples), typed, does;

	fputs("\nexamples:\n", to);
	while (rest.len > 0) {
		cut_example(&rest, &typed, &does);
		if (does.len > 0)
			fprintf(to, "  # %.*s\n", STR_ARG(does));
		fprintf(to, "  %.*s\n", STR_ARG(typed));
	}
}

void page_help(FILE *to, const Command *c)
{
	fprintf(to, "usage: otel %s%s%s\n\n", c->name, c->usage[0] ? " " : "", c->usage);
	fprintf(to, "otel %s: %s\n", c->name, c->summary);
	if (c->text)
		fprintf(to, "\n%s", c->text);
	if (c->flags[0].name)
		fputs("\nflags:\n", to), print_flags(to, c->flags);
	if (c->examples)
		print_examples(to, c->examples);
}

void page_overview(FILE *to)
{
	fputs("otel gives a Go program OpenTelemetry telemetry without a line of code.\n"
	      "\n"
	      "usage: otel [FLAGS] COMMAND ARGUMENTS...\n"
	      "\n"
	      "    otel go build -o myapp .\n"
	      "    OTEL_TRACES_EXPORTER=console ./myapp\n"
	      "\n"
	      "commands:\n",
		to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			fprintf(to, "  %-10s  %s\n", commands[i].name, commands[i].summary);
	fputs("\nflags:\n", to);
	print_flags(to, global_flags);
	fputs("\n'otel help COMMAND' says more. Environment: OTEL_GO_CACHE (cache folder),\n"
	      "OTEL_GO_RULES (more rules), OTEL_GO_OFF=1 (plain go).\n",
		to);
}

// ---- the man page

// print_roff writes text for roff: no line of it is taken for a request.
static void print_roff(FILE *to, Str text)
{
	for (isize i = 0; i < text.len; i++) {
		char c = text.p[i];
		bool begins = i == 0 || text.p[i - 1] == '\n';
		if (begins && (c == '.' || c == '\''))
			fputs("\\&", to);
		if (c == '\\')
			fputs("\\e", to);
		else if (c == '-')
			fputs("\\-", to);
		else if (c == '\n' && i + 1 < text.len && text.p[i + 1] == '\n')
			fputs("\n.PP", to);
		else
			fputc(c, to);
	}
}

static void man_flags(FILE *to, const CommandFlag *f)
{
	for (; f->name; f++) {
		fputs(".TP\n\\fB\\-\\-", to);
		print_roff(to, str_from(f->name));
		fputs("\\fR", to);
		if (f->value)
			fprintf(to, "=\\fI%s\\fR", f->value);
		fputc('\n', to);
		print_roff(to, str_from(f->summary));
		fputc('\n', to);
	}
}

static void man_examples(FILE *to, const char *examples)
{
	Str rest = str_from(examples), typed, does;

	fputs(".PP\n.nf\n.RS\n", to);
	while (rest.len > 0) {
		cut_example(&rest, &typed, &does);
		print_roff(to, typed);
		fputc('\n', to);
	}
	fputs(".RE\n.fi\n", to);
}

static void man_command(FILE *to, const Command *c)
{
	fprintf(to, ".SS otel %s %s\n", c->name, c->usage);
	print_roff(to, str_from(c->summary));
	fputs(".\n", to);
	if (c->text) {
		fputs(".PP\n", to);
		print_roff(to, str_from(c->text));
	}
	man_flags(to, c->flags);
	if (c->examples)
		man_examples(to, c->examples);
}

void page_man(FILE *to)
{
	fputs(".TH OTEL 1 \"\" \"otel " OTEL_VERSION "\"\n"
	      ".SH NAME\notel \\- OpenTelemetry for Go programs, woven in while they are compiled\n"
	      ".SH SYNOPSIS\n\\fBotel\\fR [\\fIFLAGS\\fR] \\fICOMMAND\\fR \\fIARGUMENTS\\fR...\n"
	      ".SH COMMANDS\n",
		to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			man_command(to, &commands[i]);
	fputs(".SH FLAGS\n", to);
	man_flags(to, global_flags);
	fputs(".SH ENVIRONMENT\n"
	      ".TP\n\\fBOTEL_GO_CACHE\\fR\nour cache folder; "
	      "$XDG_CACHE_HOME/otel or ~/.cache/otel if unset\n"
	      ".TP\n\\fBOTEL_GO_RULES\\fR\nmore rule files or folders\n"
	      ".TP\n\\fBOTEL_GO_OFF\\fR\n1: run plain go\n"
	      ".TP\n\\fBOTEL_*\\fR\nread by the programs when they run: docs/configuration.md\n"
	      ".SH EXIT STATUS\nThat of go, or of the program, where we ran one; else 0, 1 if "
	      "something\nis wrong with what was given, 2 for a wrong call, 3 if the machine "
	      "cannot do it.\n",
		to);
}

// ---- completions

static void bash_words(FILE *to, const CommandFlag *f)
{
	for (; f->name; f++)
		fprintf(to, " --%s%s", f->name, f->value ? "=" : "");
}

static void bash_values(FILE *to, const Command *c)
{
	for (const CommandFlag *f = c->flags; f->name; f++)
		if (f->words)
			fprintf(to, "\t%s:--%s) words='%s' ;;\n", c->name, f->name, f->words);
}

static void complete_bash(FILE *to)
{
	fputs("# bash completion for otel\n"
	      "_otel() {\n"
	      "\tlocal cur prev words command i\n"
	      "\tcur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac\n"
	      "\tdone\n"
	      "\t# bash splits --flag=value at the =\n"
	      "\t[ \"$cur\" = = ] && cur=\n"
	      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tcase $command:$prev in\n",
		to);
	for (isize i = 0; i < ncommands; i++)
		bash_values(to, &commands[i]);
	fputs("\thelp:*) words='", to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			fprintf(to, " %s", commands[i].name);
	fputs("' ;;\n", to);
	for (isize i = 0; i < ncommands; i++) {
		const Command *c = &commands[i];
		if (!c->words)
			continue;
		fprintf(to, "\t%s:%s) words='%s", c->name, c->name, c->words);
		bash_words(to, c->flags);
		fputs("' ;;\n", to);
	}
	fputs("\tesac\n"
	      "\t[ -n \"$words\" ] || case $command in\n\t'') words='",
		to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			fprintf(to, " %s", commands[i].name);
	bash_words(to, global_flags);
	fputs("' ;;\n", to);
	for (isize i = 0; i < ncommands; i++) {
		if (commands[i].inner || !commands[i].flags[0].name)
			continue;
		fprintf(to, "\t%s) words='", commands[i].name);
		bash_words(to, commands[i].flags);
		fputs("' ;;\n", to);
	}
	fputs("\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "\t[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
	      "}\n"
	      "complete -o default -F _otel otel\n",
		to);
}

// A summary in single quotes.
static void print_quoted(FILE *to, const char *s)
{
	fputc('\'', to);
	for (; *s; s++)
		*s == '\'' ? fputs("'\\''", to) : fputc(*s, to);
	fputc('\'', to);
}

static void zsh_flags(FILE *to, const CommandFlag *f)
{
	for (; f->name; f++) {
		fprintf(to, " '--%s%s[", f->name, f->value ? "=" : "");
		for (const char *s = f->summary; *s; s++)
			strchr("[]:'", *s) ? fputc(' ', to) : fputc(*s, to);
		fputc(']', to);
		if (f->value)
			fprintf(to, ":%s:", f->value);
		if (f->words)
			fprintf(to, "(%s)", f->words);
		else if (f->value)
			fputs("_files", to);
		fputc('\'', to);
	}
}

static void complete_zsh(FILE *to)
{
	fputs("#compdef otel\n"
	      "_otel() {\n"
	      "\tlocal -a commands\n"
	      "\tcommands=(\n",
		to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			fprintf(to, "\t\t'%s:%s'\n", commands[i].name, commands[i].summary);
	fputs("\t)\n"
	      "\t_arguments -C",
		to);
	zsh_flags(to, global_flags);
	fputs(" '1: :->command' '*:: :->rest'\n"
	      "\tcase $state in\n"
	      "\tcommand) _describe command commands ;;\n"
	      "\trest)\n"
	      "\t\tcase $words[1] in\n"
	      "\t\tgo) words[1]=go; _normal ;;\n"
	      "\t\thelp) _describe command commands ;;\n",
		to);
	for (isize i = 0; i < ncommands; i++) {
		const Command *c = &commands[i];
		if (c->inner || (!c->words && !c->flags[0].name) ||
			str_eq(str_from(c->name), S("go")))
			continue;
		fprintf(to, "\t\t%s) _arguments", c->name);
		zsh_flags(to, c->flags);
		if (c->words)
			fprintf(to, " '1:word:(%s)'", c->words);
		fputs(" '*:file:_files' ;;\n", to);
	}
	fputs("\t\tesac ;;\n"
	      "\tesac\n"
	      "}\n"
	      "compdef _otel otel\n",
		to);
}

static void fish_flags(FILE *to, const CommandFlag *f, const char *condition)
{
	for (; f->name; f++) {
		fprintf(to, "complete -c otel -n '%s' -l %s", condition, f->name);
		if (f->words)
			fprintf(to, " -x -a '%s'", f->words);
		else if (f->value)
			fputs(" -r", to);
		fputs(" -d ", to);
		print_quoted(to, f->summary);
		fputc('\n', to);
	}
}

static void complete_fish(FILE *to)
{
	char condition[64];

	fputs("# fish completion for otel\n", to);
	fish_flags(to, global_flags, "__fish_use_subcommand");
	for (isize i = 0; i < ncommands; i++) {
		const Command *c = &commands[i];
		if (c->inner)
			continue;
		fprintf(to, "complete -c otel -n __fish_use_subcommand -f -a %s -d ", c->name);
		print_quoted(to, c->summary);
		fputc('\n', to);
		snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s", c->name);
		fish_flags(to, c->flags, condition);
		if (c->words)
			fprintf(to, "complete -c otel -n '%s' -a '%s'\n", condition, c->words);
	}
	fputs("complete -c otel -n '__fish_seen_subcommand_from help' -f -a '", to);
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			fprintf(to, "%s ", commands[i].name);
	fputs("'\n", to);
}

bool page_completion(FILE *to, Str shell)
{
	static const struct {
		const char *name;
		void (*print)(FILE *to);
	} shells[] = {{"bash", complete_bash}, {"fish", complete_fish}, {"zsh", complete_zsh}};

	for (isize i = 0; i < countof(shells); i++) {
		if (!str_eq(shell, str_from(shells[i].name)))
			continue;
		shells[i].print(to);
		return true;
	}
	return false;
}

// ---- wrong calls

static void print_error(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static void print_error(const char *fmt, va_list ap)
{
	fputs("error: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

int usage_of(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "error: %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nhelp: 'otel help %s' says more\n", command);
	return EXIT_USAGE;
}

int usage(void)
{
	page_overview(stderr);
	return EXIT_USAGE;
}

int usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_error(fmt, ap);
	va_end(ap);
	fputs("help: 'otel help' lists the commands\n", stderr);
	return EXIT_USAGE;
}

int usage_wrong(Str help, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_error(fmt, ap);
	va_end(ap);
	fprintf(stderr, "help: %.*s\n", STR_ARG(help));
	return EXIT_USAGE;
}

int usage_near(const StrList *known, Str word, const char *fmt, ...)
{
	Str near = nearest(known, word);
	va_list ap;

	va_start(ap, fmt);
	print_error(fmt, ap);
	va_end(ap);
	if (near.len > 0)
		fprintf(stderr, "help: did you mean '%.*s'?\n", STR_ARG(near));
	else
		fputs("help: 'otel help' lists the commands\n", stderr);
	return EXIT_USAGE;
}

int finish(const Diags *d)
{
	diag_print(stderr, d);
	if (d->nfault > 0)
		return EXIT_ENVIRONMENT;
	return d->nerror > 0 ? EXIT_DIAGNOSTICS : 0;
}
