#include "cmd/command.h"

#include "base/near.h"
#include "base/release.h"
#include "text/bundle.h"

// ---- small commands

static int cmd_version(Arena *a, const Options *opt, const StrList *args)
{
	Str digest = str_slice(bundle_digest(), 0, 12);

	(void)a, (void)opt, (void)args;
	printf("otel version " OTEL_VERSION " (bundle %.*s)\n", STR_ARG(digest));
	return 0;
}

static int cmd_help(Arena *a, const Options *opt, const StrList *args)
{
	StrList names = {.arena = a};

	(void)opt;
	if (args->n == 0)
		return page_overview(stdout), 0;
	const Command *c = command_find(args->v[0]);
	if (c)
		return page_help(stdout, c), 0;
	for (isize i = 0; i < ncommands; i++)
		strlist_add(&names, str_from(commands[i].name));
	return usage_near(&names, args->v[0], "help: unknown command '%.*s'", STR_ARG(args->v[0]));
}

static int cmd_completion(Arena *a, const Options *opt, const StrList *args)
{
	(void)a, (void)opt;
	if (args->n != 1)
		return usage_of("completion", "for which shell? bash, zsh or fish");
	return page_completion(stdout, args->v[0]) ? 0 : unknown_word("completion", args->v[0]);
}

static int cmd_man(Arena *a, const Options *opt, const StrList *args)
{
	(void)a, (void)opt, (void)args;
	page_man(stdout);
	return 0;
}

static int run_toolexec(Arena *a, const Options *opt, const StrList *args)
{
	(void)opt;
	return cmd_toolexec(a, args);
}

static int run_exec(Arena *a, const Options *opt, const StrList *args)
{
	(void)opt;
	return cmd_exec(a, args);
}

static int run_debug(Arena *a, const Options *opt, const StrList *args)
{
	(void)opt;
	return cmd_debug(a, args);
}

// ---- the table

// The texts stand as they are printed.
// clang-format off
#define COLOR \
	{ \
		"color", "WHEN", "auto (default), always or never; NO_COLOR=1 is never", \
			"auto always never" \
	}

const CommandFlag global_flags[] = {
	{"rules", "FILES", "more rule files or folders, separated by commas (OTEL_GO_RULES)", NULL},
	{"only-rules", NULL, "leave out the rules that come with otel", NULL},
	{"strict", NULL, "what cannot be woven ends the build (OTEL_GO_STRICT)", NULL},
	{"help", NULL, "print what there is", NULL},
	{"version", NULL, "print the version", NULL},
	{NULL, NULL, NULL, NULL},
};

const Command commands[] = {
	{
		.name = "go",
		.summary = "run go, with telemetry woven into what it builds",
		.usage = "COMMAND ARGUMENTS...",
		.text = "Put otel in front of the go command that you use. build, install, run and test weave;\n"
			"every other command goes straight to go. Your files, go.mod and vendor folder are read,\n"
			"never written.\n"
			"\n"
			"With go's own -x the woven packages are named, and the command that we run is shown, as\n"
			"go shows its own. OTEL_GO_SIGNALS=traces,metrics chooses what the program can send; all by\n"
			"default: traces, metrics and logs.\n"
			"\n"
			"A link named go that points to otel, early in PATH, does the same for every build that\n"
			"calls go. OTEL_GO_OFF=1 turns otel off.\n",
		.examples =
			"otel go build -o myapp .\n"
			"OTEL_TRACES_EXPORTER=console ./myapp  traces as trees, on standard error\n"
			"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 ./myapp  to a Collector, Jaeger ...\n"
			"otel go test ./...  tests stay silent unless OTEL_GO_TEST=1\n",
		.words = "build install run test",
		.run = cmd_go,
	},
	{
		.name = "run",
		.summary = "run a woven program, and show its traces",
		.usage = "[FLAGS] [--] PROGRAM ARGUMENTS...",
		.text = "Starts the program with a small receiver beside it, to which it and what it starts send\n"
			"their traces. Each trace is printed as a tree on standard error; at the end comes a\n"
			"summary: how many, how slow, what failed. Nothing has to be installed, and nothing leaves\n"
			"the machine. The exit status is the program's.\n",
		.examples = "otel run ./myapp -addr :8080\n"
			    "otel run --slow=200ms ./myapp\n",
		.flags =
			{
				{"slow", "DURATION",
					"only traces that took as long, or failed: 200ms", NULL},
			},
		.ends_at_word = true,
		.run = cmd_run,
	},
	{
		.name = "explain",
		.summary = "say what a build weaves, what it does not, and why",
		.usage = "[FLAGS] [PACKAGE|FUNCTION|RULE] [GO FLAGS] [PACKAGES]",
		.text = "For the build that 'otel go build' would do with the same flags and packages: each package\n"
			"that is woven, with its functions and hooks, and what became of it; each rule that does\n"
			"nothing here, and why; what is linked in; OpenTelemetry modules that move.\n"
			"\n"
			"A name asks about one target package, one function, one rule or one hook. The packages to\n"
			"build begin with ./, stand behind --, or are import paths of the module here.\n",
		.examples = "otel explain\n"
			    "otel explain net/http  one package\n"
			    "otel explain ./cmd/server  all of one program\n"
			    "otel explain roundTrip ./cmd/server  one function, in one program\n"
			    "otel explain --json -tags prod ./...\n",
		.flags =
			{
				{"json", NULL, "for programs: docs/commands.md has its members",
					NULL},
				COLOR,
			},
		.go_flags = true,
		.run = cmd_explain,
	},
	{
		.name = "diff",
		.summary = "show the woven source of a package as a diff",
		.usage = "[FLAGS] [PACKAGE] [GO FLAGS] [PACKAGES]",
		.text = "What the compiler gets in place of the package's own files, as a unified diff; of all\n"
			"woven packages if none is named. Nothing is compiled and no file is changed.\n",
		.examples = "otel diff net/http\n"
			    "otel diff --color=always | less -R\n",
		.flags =
			{
				COLOR,
				{"form", "FORM", "replace or rebuild; by default what it was last compiled in: docs/design.md",
					"replace rebuild"},
			},
		.go_flags = true,
		.run = cmd_diff,
	},
	{
		.name = "add",
		.summary = "use the rules of a module",
		.usage = "MODULE[@VERSION]|FOLDER...",
		.text = "Rules and their hooks come in ordinary Go modules. This fetches one, at its newest version\n"
			"if none is given, and records it under 'use:' in the otel.yaml beside go.mod. The rest of\n"
			"that file stays as it is, and go.mod knows nothing of it. A folder, as in ./rules, is used\n"
			"where it is.\n",
		.examples = "otel add example.com/rules\n"
			    "otel add example.com/rules@v1.2.0 ./rules\n",
		.run = cmd_add,
	},
	{
		.name = "remove",
		.summary = "use the rules of a module no more",
		.usage = "MODULE|FOLDER...",
		.text = "Takes them out of 'use:' in the otel.yaml beside go.mod.\n",
		.examples = "otel remove example.com/rules\n",
		.run = cmd_remove,
	},
	{
		.name = "rules",
		.summary = "for authors of rules: check, start, test",
		.usage = "check [FILE...] | init NAME | test [FOLDER] | schema",
		.text = "check    holds rules against the module here: what each would weave, what not, and why;\n"
			"         the rules in FILES, or those of otel.yaml and what it uses. The exit status is 1\n"
			"         if something is wrong.\n"
			"init     writes a module of rules into a new folder, with a hook to start from.\n"
			"test     weaves the in.go of each folder that has rules beside it, and compares with\n"
			"         want.go, or what is said with want.err.\n"
			"schema   prints the JSON Schema of rule files and otel.yaml, for editors.\n",
		.examples = "otel rules check otel.yaml\n"
			    "otel rules init mylib\n"
			    "otel rules test --update testdata  accept what is woven now\n",
		.flags =
			{
				{"json", NULL, "of check: one object, for programs", NULL},
				{"update", NULL, "of test: write want.go and want.err anew", NULL},
			},
		.words = "check init schema test",
		.run = cmd_rules,
	},
	{
		.name = "manifest",
		.summary = "say what was woven into a program that is built",
		.usage = "[FLAGS] FILE",
		.text = "Reads it from the file, which is not run: the version of otel, the woven packages with\n"
			"their versions, rules and digests, the hooks, and extensions of your own; with --weight\n"
			"how much of the program is ours. ELF, Mach-O and PE.\n",
		.examples = "otel manifest ./myapp\n"
			    "otel manifest --format=cyclonedx ./myapp  a fragment for an SBOM\n",
		.flags =
			{
				{"format", "FORMAT", "text (default), json, cyclonedx or spdx",
					"text json cyclonedx spdx"},
				{"weight", NULL,
					"also the bytes that each of our modules takes (ELF)",
					NULL},
			},
		.run = cmd_manifest,
	},
	{
		.name = "env",
		.summary = "print the variables by which any go builds woven",
		.usage = "[FLAGS] [GO FLAGS] [PACKAGES]",
		.text = "For builds that cannot put otel in front of go, nor a link to it into PATH: GOFLAGS, GOWORK\n"
			"and what else the build of these packages takes, as lines for a shell. They hold for these\n"
			"packages, until their imports, go.mod or the rules change.\n",
		.examples = "eval \"$(otel env ./...)\" && make  whatever make builds with go\n"
			    "otel env --json\n",
		.flags =
			{
				{"json", NULL, "one object, for programs", NULL},
			},
		.go_flags = true,
		.run = cmd_env,
	},
	{
		.name = "cache",
		.summary = "show our cache folder, trim it or empty it",
		.usage = "[trim|clean]",
		.text = "Without a word: where it is, and how large. trim removes what was not used for ten days, as\n"
			"builds do themselves once a day; clean removes everything. Woven packages are not there but\n"
			"in go's cache: 'go clean -cache'.\n",
		.examples = "otel cache\n"
			    "otel cache trim\n",
		.words = "clean trim",
		.run = cmd_cache,
	},
	{
		.name = "doctor",
		.summary = "look for what keeps telemetry from working here",
		.usage = "[FLAGS]",
		.text = "Checks go, our cache folder, the OTEL_* variables, the place that traces are sent to, and\n"
			"the clock. Run it where and as the program runs. The exit status is 1 if something is\n"
			"wrong.\n",
		.examples = "otel doctor\n"
			    "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317 otel doctor\n",
		.flags = {COLOR},
		.run = cmd_doctor,
	},
	{
		.name = "completion",
		.summary = "print the completions for a shell",
		.usage = "bash|zsh|fish",
		.examples = "source <(otel completion bash)\n"
			    "otel completion zsh >\"${fpath[1]}/_otel\"\n"
			    "otel completion fish | source\n",
		.words = "bash fish zsh",
		.run = cmd_completion,
	},
	{
		.name = "help",
		.summary = "explain a command",
		.usage = "[COMMAND]",
		.examples = "otel help go\n",
		.run = cmd_help,
	},
	{
		.name = "version",
		.summary = "print the version",
		.usage = "",
		.run = cmd_version,
	},
	{
		.name = "toolexec",
		.summary = "what go calls for each compile and link",
		.usage = "TOOL ARGUMENTS...",
		.text = "go runs the tools of a woven build through this command, by its -toolexec flag. A compile\n"
			"or link that is not marked runs as it is.\n",
		.inner = true,
		.run = run_toolexec,
	},
	{
		.name = "exec",
		.summary = "what go calls for the programs that it starts",
		.usage = "PROGRAM ARGUMENTS...",
		.text = "go run starts the program through this command, by its -exec flag. It gives back the\n"
			"environment that we changed for go.\n",
		.inner = true,
		.run = run_exec,
	},
	{
		.name = "debug",
		.summary = "print what the parser sees in Go files",
		.usage = "tokens|decls|calls FILE...",
		.text = "For bug reports, and for our tests, which hold it against Go's own parser.\n",
		.inner = true,
		.run = run_debug,
	},
	{
		.name = "man",
		.summary = "print the man page",
		.usage = "",
		.inner = true,
		.run = cmd_man,
	},
};
// clang-format on

const isize ncommands = countof(commands);

const Command *command_find(Str name)
{
	for (isize i = 0; i < ncommands; i++)
		if (str_eq(name, str_from(commands[i].name)))
			return &commands[i];
	return NULL;
}

// ---- flags

StrList words_of(Arena *a, const char *words)
{
	StrList list = {.arena = a};
	Str rest = str_from(words);

	while (rest.len > 0)
		strlist_add(&list, str_cut(&rest, ' '));
	return list;
}

int unknown_word(const char *command, Str word)
{
	Arena a = {0};
	const Command *c = command_find(str_from(command));
	StrList known = words_of(&a, c->words);
	int status = EXIT_USAGE;

	if (nearest(&known, word).len == 0)
		status = usage_of(command, "unknown word '%.*s', expected one of: %s",
			STR_ARG(word), c->words);
	else
		status = usage_near(&known, word, "%s: unknown word '%.*s', expected one of: %s",
			command, STR_ARG(word), c->words);
	arena_free(&a);
	return status;
}

bool is_global_flag(Str arg)
{
	Str name = str_cut(&arg, '=');

	for (const CommandFlag *f = global_flags; f->name; f++)
		if (str_starts(name, S("--")) &&
			str_eq(str_slice(name, 2, name.len), str_from(f->name)))
			return !str_eq(name, S("--help")) && !str_eq(name, S("--version"));
	return false;
}

int unknown_flag(Str arg, const CommandFlag *known, const char *command)
{
	Arena a = {0};
	StrList names = {.arena = &a};
	Str word = str_cut(&arg, '=');
	int status = EXIT_USAGE;

	for (; known->name; known++)
		strlist_add(&names, str_format(&a, "--%s", known->name));
	if (command && is_global_flag(word))
		status = usage_wrong(
			str_format(&a, "it stands in front of the command: 'otel %.*s %s'",
				STR_ARG(word), command),
			"%s: unknown flag '%.*s'", command, STR_ARG(word));
	else if (command && nearest(&names, word).len == 0)
		status = usage_of(command, "unknown flag '%.*s'", STR_ARG(word));
	else
		status = usage_near(&names, word, "%s%sunknown flag '%.*s'", command ? command : "",
			command ? ": " : "", STR_ARG(word));
	arena_free(&a);
	return status;
}

static const CommandFlag *find_flag(const Command *c, Str name)
{
	for (const CommandFlag *f = c->flags; f->name; f++)
		if (str_eq(name, str_from(f->name)))
			return f;
	return NULL;
}

static int wrong_value(Arena *a, const Command *c, const CommandFlag *f, Str value)
{
	StrList words = words_of(a, f->words);

	if (nearest(&words, value).len > 0)
		return usage_near(&words, value, "%s: '--%s=%.*s': expected one of: %s", c->name,
			f->name, STR_ARG(value), f->words);
	return usage_of(
		c->name, "'--%s=%.*s': expected one of: %s", f->name, STR_ARG(value), f->words);
}

static bool is_one_of(Arena *a, const char *words, Str value)
{
	StrList list = words_of(a, words);

	return strlist_has(&list, value);
}

// read_flag reads args[*i], and moves *i over its value. False if it is not a flag of the
// command's; *status is not 0 if it is one with a fault.
static bool read_flag(
	Arena *a, const Command *c, const StrList *args, isize *i, Flags *out, int *status)
{
	Str arg = args->v[*i], value = str_slice(arg, str_starts(arg, S("--")) ? 2 : 1, arg.len);
	bool joined = str_find(value, S("=")) >= 0;
	Str name = str_cut(&value, '=');
	const CommandFlag *f = find_flag(c, name);

	if (!f)
		return false;
	if (f->value && !joined && ++*i < args->n)
		value = args->v[*i];
	if (f->value && value.len == 0)
		*status = usage_of(c->name, "'--%s' needs a value: %s", f->name, f->value);
	else if (!f->value && joined)
		*status = usage_of(c->name, "'--%s' takes no value", f->name);
	else if (f->words && !is_one_of(a, f->words, value))
		*status = wrong_value(a, c, f, value);
	Str *kept = arena_new(a, Str);
	*kept = value;
	map_put(&out->given, str_from(f->name), kept);
	return true;
}

bool flags_read(Arena *a, const char *command, const StrList *args, Flags *out, int *status)
{
	const Command *c = command_find(str_from(command));
	isize i = 0;

	ensure(c);
	*out = (Flags){.given.arena = a, .words.arena = a};
	*status = 0;
	for (; i < args->n && *status == 0; i++) {
		Str arg = args->v[i];
		bool flag = arg.len > 1 && arg.p[0] == '-';
		if (str_eq(arg, S("--"))) {
			i += !c->go_flags;
			break;
		}
		if (flag && read_flag(a, c, args, &i, out, status))
			continue;
		if (flag && !c->go_flags)
			*status = unknown_flag(arg, c->flags, c->name);
		strlist_add(&out->words, arg);
		if (c->ends_at_word) {
			i++;
			break;
		}
	}
	for (; i < args->n; i++)
		strlist_add(&out->words, args->v[i]);
	return *status == 0;
}

bool flags_has(const Flags *f, const char *name)
{
	return map_get(&f->given, str_from(name)) != NULL;
}

Str flags_value(const Flags *f, const char *name)
{
	const Str *value = map_get(&f->given, str_from(name));

	return value ? *value : S("");
}
