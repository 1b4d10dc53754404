#include "os/env.h"
#include "os/path.h"
#include "plan/gcflags.h"
#include "plan/planner.h"

// ---- go's command line

// A -toolexec of the user's own runs each tool inside of ours, which is told how
// many words it is.
static Str chained(Arena *a, Str toolexec)
{
	StrList words = {.arena = a};

	goargs_words(toolexec, &words);
	return words.n == 0 ? S("")
			    : str_format(a, " --chain=%td %.*s", words.n, STR_ARG(toolexec));
}

static void add_marks(Planner *p, StrList *argv)
{
	for (const GoFlag *f = p->args->flags; f; f = f->next)
		if (f->words > 0 && str_eq(f->name, S("gcflags")))
			strlist_add(argv, str_format(p->arena, "-gcflags=%.*s", STR_ARG(f->value)));
	// What debuggers read of our packages is a part of the program that nobody asked for.
	strlist_add(argv, S("-gcflags=otel.tool/...=-dwarf=0"));
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		Str users = gcflags_for(p->args, w->package);
		strlist_add(argv, str_format(p->arena, "-gcflags=%.*s=%.*s%s-otel=%.*s",
					  STR_ARG(package_path(w->package)), STR_ARG(users),
					  users.len ? " " : "", STR_ARG(w->mark)));
	}
}

// our_flag tells whether a flag of the user's is replaced by what we give.
static bool our_flag(const GoFlag *f)
{
	return f->use == FLAG_OURS || str_eq(f->name, S("C")) || str_eq(f->name, S("mod")) ||
	       str_eq(f->name, S("modfile"));
}

static bool covers(const GoArgs *args)
{
	return goargs_last(args, S("cover")).len > 0 || goargs_last(args, S("covermode")).len > 0;
}

// Without -coverpkg, `go build -cover` counts in all modules that are worked on.
// Ours are among them for go, and the user's package list must leave them out.
static void add_coverpkg(Planner *p, StrList *argv)
{
	StrList paths = {.arena = p->arena};

	if (str_eq(p->args->command, S("test")) || !covers(p->args) ||
		goargs_last(p->args, S("coverpkg")).len > 0)
		return;
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		bool local = pkg->module ? pkg->module->is_main : !pkg->standard;
		if (local)
			strlist_add(&paths, package_path(pkg));
	}
	Str list = str_join(p->arena, &paths, S(","));
	strlist_add(argv, str_format(p->arena, "-coverpkg=%.*s", STR_ARG(list)));
}

static void add_user_args(Planner *p, StrList *argv)
{
	const GoArgs *args = p->args;
	const GoFlag *f = args->flags;
	isize last = args->packages.n - 1;

	while (f && f->words == 0)
		f = f->next;
	for (isize i = 0; i < args->all.n;) {
		while (f && f->at < i)
			f = f->next;
		if (f && f->at == i && our_flag(f)) {
			i += f->words;
			continue;
		}
		strlist_add(argv, args->all.v[i]);
		if (last >= 0 && args->all.v[i].p == args->packages.v[last].p)
			for (isize k = 0; k < p->extra.n; k++)
				strlist_add(argv, p->extra.v[k]);
		i++;
	}
}

static void add_args(Planner *p)
{
	Arena *a = p->arena;
	StrList *argv = &p->out->args;
	Str self = goargs_quote(a, p->in->self);
	Str chdir = goargs_last(p->args, S("C")), exec = goargs_last(p->args, S("exec"));
	Str toolexec = goargs_last(p->args, S("toolexec"));

	if (chdir.len > 0)
		strlist_add(argv, str_format(a, "-C=%.*s", STR_ARG(chdir)));
	if (goargs_last(p->args, S("mod")).len > 0)
		strlist_add(argv, S("-mod=readonly"));
	strlist_add(argv, str_format(a, "-overlay=%.*s/overlay.json", STR_ARG(p->out->dir)));
	strlist_add(argv, str_format(a, "-toolexec=%.*s toolexec%.*s", STR_ARG(self),
				  STR_ARG(chained(a, toolexec))));
	// Tests restore their environment themselves: with -exec go would not cache results.
	if (str_eq(p->args->command, S("run")) || exec.len > 0)
		strlist_add(argv, str_format(a, "-exec=%.*s exec%s%.*s", STR_ARG(self),
					  exec.len ? " " : "", STR_ARG(exec)));
	add_marks(p, argv);
	add_coverpkg(p, argv);
	add_user_args(p, argv);
}

// ---- the export data of packages

bool planner_has_imports(const Planner *p)
{
	for (isize i = 0; i < p->woven.n; i++)
		if (p->woven.v[i].imports.n > 0)
			return true;
	return false;
}

// shapes tells whether a flag has a part in what becomes of a package.
static bool shapes(Str name)
{
	static const char *const names[] = {"asan", "asmflags", "buildmode", "compiler", "cover",
		"covermode", "coverpkg", "gccgoflags", "installsuffix", "linkshared", "modcacherw",
		"msan", "pgo", "pkgdir", "race", "tags", "trimpath"};

	for (int i = 0; i < countof(names); i++)
		if (str_eq(name, str_from(names[i])))
			return true;
	return false;
}

Str planner_exports(Planner *p)
{
	Arena *a = p->arena;
	StrList argv = {.arena = a};
	Str toolexec = goargs_last(p->args, S("toolexec"));

	strlist_add(&argv, p->env.go);
	strlist_add(&argv, S("list"));
	strlist_add(&argv, S("-export"));
	strlist_add(&argv, S("-f={{.Export}}"));
	strlist_add(&argv, str_format(a, "-overlay=%.*s/overlay.json", STR_ARG(p->out->dir)));
	strlist_add(&argv,
		str_format(a, "-toolexec=%.*s toolexec%.*s", STR_ARG(goargs_quote(a, p->in->self)),
			STR_ARG(chained(a, toolexec))));
	add_marks(p, &argv);
	for (const GoFlag *f = p->args->flags; f; f = f->next)
		if (f->words > 0 && shapes(f->name))
			strlist_add(&argv, str_format(a, f->has_value ? "-%.*s=%.*s" : "-%.*s",
						   STR_ARG(f->name), STR_ARG(f->value)));
	return str_join(a, &argv, S("\n"));
}

// ---- go's environment

static Str file_url(Arena *a, Str path)
{
	StrBuf b = {.arena = a};

	buf_add(&b, S("file://"));
	for (isize i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool plain_char = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				  (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' ||
				  c == '_';
		buf_addf(&b, plain_char ? "%c" : "%%%02X", c);
	}
	return buf_str(&b);
}

static void set_env(Planner *p, const char *name, Str value)
{
	Arena *a = p->arena;
	Str users = env_get(str_from(name));

	strlist_add(&p->out->env, str_format(a, "%s=%.*s", name, STR_ARG(value)));
	strlist_add(&p->out->saved,
		users.len > 0 ? str_format(a, "%s=%.*s", name, STR_ARG(users)) : str_from(name));
}

// goflags returns GOFLAGS without -modfile, which a workspace does not take.
static Str goflags(Planner *p)
{
	StrList words = {.arena = p->arena}, kept = {.arena = p->arena};

	goargs_words(p->env.flags, &words);
	for (isize i = 0; i < words.n; i++) {
		if (str_starts(words.v[i], S("-modfile=")) ||
			str_starts(words.v[i], S("--modfile=")))
			continue;
		strlist_add(&kept, goargs_quote(p->arena, words.v[i]));
	}
	return str_join(p->arena, &kept, S(" "));
}

// The go command is short-lived and spends a fifth of its time in collecting garbage,
// and it has our packages to look at as well. It gets some memory to save that time with; its tools
// and programs do not (cmd/toolexec.c, cmd_exec). A test binary could not be told.
static void set_collector(Planner *p)
{
	if (env_get(S("GOGC")).len == 0 && !str_eq(p->args->command, S("test")))
		set_env(p, "GOGC", S("200"));
}

// name_hooks tells our toolexec which packages are hooks, beside those that travel with
// the tool: the build does without those that don't compile.
static void name_hooks(Planner *p)
{
	StrList hooks = {.arena = p->arena};

	for (const Program *program = p->out->programs; program; program = program->next)
		for (isize i = 0; i < program->hooks.n; i++)
			if (!str_starts(program->hooks.v[i], S("otel.tool/")) &&
				!strlist_has(&hooks, program->hooks.v[i]))
				strlist_add(&hooks, program->hooks.v[i]);
	if (hooks.n > 0)
		set_env(p, "OTEL_GO_HOOKS", str_join(p->arena, &hooks, S(",")));
}

static void add_env(Planner *p)
{
	Arena *a = p->arena;
	Str proxy = file_url(a, path_join(a, p->bundle, S("proxy")));

	set_env(p, "GOWORK", path_join(a, p->out->dir, S("go.work")));
	set_env(p, "GOPROXY", str_format(a, "%.*s,%.*s", STR_ARG(proxy), STR_ARG(p->env.proxy)));
	set_env(p, "OTEL_GO_PLAN", p->out->dir);
	set_env(p, "OTEL_GO_STORE", p->env.cache);
	name_hooks(p);
	set_collector(p);
	p->out->goflags = goflags(p);
	if (str_find(p->env.flags, S("-modfile=")) >= 0)
		set_env(p, "GOFLAGS", p->out->goflags);
}

void planner_add_command(Planner *p)
{
	add_args(p);
	add_env(p);
}
