#include "base/near.h"
#include "cmd/command.h"
#include "os/path.h"

static Str take(StrList *args)
{
	args->n--;
	return *args->v++;
}

// option reads one flag in front of the command. It returns 0, or the exit status.
static int option(StrList *args, Options *opt)
{
	Str arg = take(args), value = arg, name = str_cut(&value, '=');

	if (str_eq(arg, S("--rules")) && args->n > 0)
		opt->rules = take(args);
	else if (str_eq(name, S("--rules")) && value.len > 0)
		opt->rules = value;
	else if (str_eq(name, S("--rules")))
		return usage_error("'--rules' needs a value: FILES");
	else if (str_eq(arg, S("--only-rules")))
		opt->only_rules = true;
	else if (str_eq(arg, S("--strict")))
		opt->strict = true;
	else
		return unknown_flag(arg, global_flags, NULL);
	return 0;
}

static bool is_help(Str arg)
{
	return str_eq(arg, S("--help")) || str_eq(arg, S("-h")) || str_eq(arg, S("-help"));
}

// no_command says what may have been meant: a command of ours, or one of go's.
static int no_command(Arena *a, Str name)
{
	StrList gos = words_of(
		a, "build clean doc fix fmt generate get install list mod test tool vet work");
	StrList known = {.arena = a};

	Str meant = nearest(&gos, name);
	if (strlist_has(&gos, name))
		return usage_wrong(str_format(a, "that is go's: 'otel go %.*s'", STR_ARG(name)),
			"unknown command '%.*s'", STR_ARG(name));
	for (isize i = 0; i < ncommands; i++)
		if (!commands[i].inner)
			strlist_add(&known, str_from(commands[i].name));
	if (nearest(&known, name).len == 0 && meant.len > 0)
		return usage_wrong(str_format(a, "did you mean 'otel go %.*s'?", STR_ARG(meant)),
			"unknown command '%.*s'", STR_ARG(name));
	return usage_near(&known, name, "unknown command '%.*s'", STR_ARG(name));
}

static int run_command(Arena *a, const Options *opt, Str name, const StrList *args)
{
	if (is_help(name))
		name = S("help");
	if (str_eq(name, S("--version")))
		name = S("version");
	const Command *c = command_find(name);
	if (!c)
		return no_command(a, name);
	bool passes_on = c->inner || str_eq(name, S("go"));
	if (!passes_on && args->n > 0 && is_help(args->v[0]))
		return page_help(stdout, c), 0;
	if (c->usage[0] == '\0' && args->n > 0)
		return usage_of(c->name, "it takes no arguments");
	return c->run(a, opt, args);
}

int main(int argc, char **argv)
{
	Arena a = {0};
	StrList args = {.arena = &a};
	Options opt = {0};

	for (int i = 1; i < argc; i++)
		strlist_add(&args, str_from(argv[i]));
	// Called by the name go, we are go.
	if (argc > 0 && str_eq(path_base(str_from(argv[0])), S("go")))
		return cmd_go(&a, &opt, &args);
	while (args.n > 0 && str_starts(args.v[0], S("-")) && !is_help(args.v[0]) &&
		!str_eq(args.v[0], S("--version"))) {
		int status = option(&args, &opt);
		if (status != 0)
			return status;
	}
	if (args.n == 0)
		return usage();
	Str name = take(&args);
	return run_command(&a, &opt, name, &args);
}
