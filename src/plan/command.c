#include "base/hash.h"
#include "os/env.h"
#include "os/file.h"
#include "os/path.h"
#include "plan/added.h"
#include "plan/gcflags.h"
#include "plan/planner.h"

// ---- go's command line

Str planner_toolexec(Planner *p, const char *own)
{
	Arena *a = p->arena;
	Str toolexec = goargs_last(p->args, S("toolexec")), chain = S("");
	StrList words = {.arena = a};

	goargs_words(toolexec, &words);
	if (words.n > 0)
		chain = str_format(a, " --chain=%td %.*s", words.n, STR_ARG(toolexec));
	return str_format(a, "-toolexec=%.*s toolexec%s%.*s", STR_ARG(goargs_quote(a, p->in->self)),
		own, STR_ARG(chain));
}

bool planner_is_in_place(Planner *p, const Package *pkg)
{
	const Module *m = pkg->module;

	if (pkg->standard)
		return str_starts(pkg->dir, str_format(p->arena, "%.*s/", STR_ARG(p->env.root)));
	if (!m || m->is_main || m->version.len == 0 || p->workspace.vendored ||
		!str_starts(pkg->dir, str_format(p->arena, "%.*s/", STR_ARG(p->env.modules))))
		return false;
	Str moved = str_format(p->arena, "%.*s ", STR_ARG(m->path));
	for (isize i = 0; i < p->out->moved.n; i++)
		if (str_starts(p->out->moved.v[i], moved))
			return false;
	return !strlist_has(&p->moved, m->path);
}

// A folder as a pattern of go's is relative to where go works. There are ways up enough to lead
// to the root from anywhere.
static Str folder_pattern(Planner *p, Str dir)
{
	Str places[] = {
		env_get(S("PWD")), path_abs(p->arena, S(".")), goargs_last(p->args, S("C"))};
	isize depth = 8;
	StrBuf b = {.arena = p->arena};

	for (isize i = 0; i < countof(places); i++)
		for (isize k = 0; k < places[i].len; k++)
			depth += places[i].p[k] == '/';
	buf_add(&b, S(".."));
	for (isize i = 1; i < depth; i++)
		buf_add(&b, S("/.."));
	buf_add(&b, dir);
	return buf_str(&b);
}

// What means something in a pattern, or in what stands around it.
static bool is_plain_folder(Str dir)
{
	return str_find(dir, S("=")) < 0 && str_find(dir, S("...")) < 0 &&
	       str_eq(str_trim(dir), dir);
}

// pattern_for returns the pattern by which go finds a package. For an import path go compiles a
// regular expression, again for each package of the build, which took a tenth of all that go
// does where there is nothing to build; a folder it compares. But a folder has the tests of the
// package, too, where those are built; and of what only the main package of a test imports, Go 1.27
// does not know the folder when it asks which flags are its (load.loadImport).
static Str pattern_for(Planner *p, const Package *pkg)
{
	bool late = pkg->standard && str_eq(p->args->command, S("test"));

	if (!late && !pkg->named && planner_is_in_place(p, pkg) && is_plain_folder(pkg->dir))
		return folder_pattern(p, pkg->dir);
	return package_path(pkg);
}

static void add_gcflags(Planner *p, StrList *argv, Str pattern, Str flags)
{
	strlist_add(
		argv, str_format(p->arena, "-gcflags=%.*s=%.*s", STR_ARG(pattern), STR_ARG(flags)));
}

// A user's OpenTelemetry is compiled as it would be without us.
static bool has_opentelemetry(const Planner *p)
{
	for (isize i = 0; i < p->packages.n; i++)
		if (str_starts(p->packages.v[i].key, S("go.opentelemetry.io/")))
			return true;
	return false;
}

// What debuggers read of the packages that we add is a part of the program that nobody asked for.
static void add_bare(Planner *p, StrList *argv)
{
	Arena *a = p->arena;
	Str ours = path_join(a, p->bundle, S("go")),
	    theirs = path_join(a, p->env.modules, S("go.opentelemetry.io"));

	ours = is_plain_folder(ours) ? folder_pattern(p, ours) : S("otel.tool");
	add_gcflags(p, argv, str_format(a, "%.*s/...", STR_ARG(ours)), S("-dwarf=0"));
	if (is_plain_folder(theirs) && !has_opentelemetry(p)) {
		theirs = folder_pattern(p, theirs);
		add_gcflags(p, argv, str_format(a, "%.*s/...", STR_ARG(theirs)), S("-dwarf=0"));
	}
}

static void add_marks(Planner *p, StrList *argv)
{
	Arena *a = p->arena;
	Hash marks;

	for (const GoFlag *f = p->args->flags; f; f = f->next)
		if (f->words > 0 && str_eq(f->name, S("gcflags")))
			strlist_add(argv, str_format(a, "-gcflags=%.*s", STR_ARG(f->value)));
	add_bare(p, argv);
	hash_init(&marks);
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		Str users = gcflags_for(p->args, w->package);
		hash_add(&marks, w->mark);
		if (w->led)
			continue;
		add_gcflags(p, argv, pattern_for(p, w->package),
			str_format(a, "%.*s%s-otel=%.*s", STR_ARG(users), users.len ? " " : "",
				STR_ARG(w->mark)));
	}
	// Go takes the last of them, as text, into what main is made of: one that stands for all,
	// matches nothing, and names no folder of this machine.
	strlist_add(argv, str_format(a, "%.*s%.*s", STR_ARG(PLAN_MARKS),
				  STR_ARG(str_slice(hash_hex(a, &marks), 0, 32))));
}

// our_flag tells whether a flag of the user's is replaced by what we give. Where the modules are,
// only a workspace of ours says otherwise.
static bool our_flag(const Planner *p, const GoFlag *f)
{
	bool modules = str_eq(f->name, S("mod")) || str_eq(f->name, S("modfile"));

	return f->use == FLAG_OURS || str_eq(f->name, S("C")) || (modules && !p->apart);
}

static bool covers(const GoArgs *args)
{
	return goargs_last(args, S("cover")).len > 0 || goargs_last(args, S("covermode")).len > 0;
}

// Without -coverpkg, `go build -cover` counts in all modules that are worked on.
// Ours are among them for go, and the user's package list must leave them out. Where programs
// are named path@version there are none; runtime is never counted in.
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
	Str list = paths.n > 0 ? str_join(p->arena, &paths, S(",")) : S("runtime");
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
		if (f && f->at == i && our_flag(p, f)) {
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

static void add_chdir(Planner *p, StrList *argv)
{
	Str chdir = goargs_last(p->args, S("C"));

	if (chdir.len > 0)
		strlist_add(argv, str_format(p->arena, "-C=%.*s", STR_ARG(chdir)));
}

// add_workspace has go build what our workspace has.
static void add_workspace(Planner *p, StrList *argv)
{
	if (goargs_last(p->args, S("mod")).len > 0)
		strlist_add(argv, S("-mod=readonly"));
	strlist_add(argv, str_format(p->arena, "-overlay=%.*s/overlay.json", STR_ARG(p->out->dir)));
}

static void add_args(Planner *p)
{
	Arena *a = p->arena;
	StrList *argv = &p->out->args;
	Str self = goargs_quote(a, p->in->self), exec = goargs_last(p->args, S("exec"));

	add_chdir(p, argv);
	if (!p->apart)
		add_workspace(p, argv);
	strlist_add(argv, planner_toolexec(p, ""));
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

// add_compile adds all flags that shape what becomes of a package in our workspace.
static void add_compile(Planner *p, StrList *argv)
{
	add_workspace(p, argv);
	strlist_add(argv, planner_toolexec(p, ""));
	add_marks(p, argv);
	for (const GoFlag *f = p->args->flags; f; f = f->next)
		if (f->words > 0 && goargs_shapes(f->name))
			strlist_add(
				argv, str_format(p->arena, f->has_value ? "-%.*s=%.*s" : "-%.*s",
					      STR_ARG(f->name), STR_ARG(f->value)));
}

Str planner_exports(Planner *p)
{
	StrList argv = {.arena = p->arena};

	strlist_add(&argv, p->env.go);
	strlist_add(&argv, S("list"));
	strlist_add(&argv, S("-export"));
	strlist_add(&argv, S("-f={{.Export}}"));
	add_compile(p, &argv);
	return str_join(p->arena, &argv, S("\n"));
}

// ---- what we add, built apart

static void add_adding(Planner *p)
{
	static const char *const talk[] = {"p", "v", "x"};
	StrList *argv = &p->out->adding, packages = {.arena = p->arena};

	strlist_add(argv, p->env.go);
	strlist_add(argv, S("list"));
	add_chdir(p, argv);
	strlist_add(argv, S("-export"));
	strlist_add(argv, S("-deps"));
	strlist_add(argv, S(ADDED_FORMAT));
	for (isize i = 0; i < countof(talk); i++) {
		Str value = goargs_last(p->args, str_from(talk[i]));
		if (value.len > 0)
			strlist_add(
				argv, str_format(p->arena, "-%s=%.*s", talk[i], STR_ARG(value)));
	}
	add_compile(p, argv);
	strlist_add(argv, S("--"));
	plan_additions(p->out, &packages);
	for (isize i = 0; i < packages.n; i++)
		strlist_add(argv, packages.v[i]);
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

// set_workspace sets a variable for the go that builds what our workspace has.
static void set_workspace(Planner *p, const char *name, Str value)
{
	if (p->apart)
		strlist_add(
			&p->out->adding_env, str_format(p->arena, "%s=%.*s", name, STR_ARG(value)));
	else
		set_env(p, name, value);
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

// other_modules returns a module cache of ours, to stand in for one that is read-only: what we add
// could not be put there. Modules of the user's come from theirs, whose downloads lie there as in a
// file-tree proxy. It returns "" where the user's module cache serves.
static Str other_modules(Planner *p, Str *proxy)
{
	Arena *a = p->arena;
	Str downloads = path_join(a, p->env.modules, S("cache/download"));

	if (file_may_make(path_join(a, downloads, S("new"))))
		return S("");
	*proxy = str_format(a, "%.*s,%.*s", STR_ARG(*proxy), STR_ARG(file_url(a, downloads)));
	return str_format(a, "%.*s/modules/%.*s", STR_ARG(p->in->cache),
		STR_ARG(str_slice(hash_text(a, p->env.modules), 0, 16)));
}

static void add_env(Planner *p)
{
	Arena *a = p->arena;
	Str proxy = file_url(a, path_join(a, p->bundle, S("proxy")));
	Str modules = other_modules(p, &proxy);

	set_workspace(p, "GOWORK", path_join(a, p->out->dir, S("go.work")));
	set_workspace(
		p, "GOPROXY", str_format(a, "%.*s,%.*s", STR_ARG(proxy), STR_ARG(p->env.proxy)));
	if (modules.len > 0 && dir_make_all(modules, p->diags)) {
		set_workspace(p, "GOMODCACHE", modules);
		strlist_add(&p->out->needs, modules);
	}
	set_env(p, "OTEL_GO_PLAN", p->out->dir);
	set_env(p, "OTEL_GO_STORE", p->env.cache);
	if (p->ready.len > 0)
		set_env(p, "OTEL_GO_READY", p->ready);
	if (p->env.cacheprog.len > 0) // go env -w may have set it, which our toolexec does not read
		set_env(p, "GOCACHEPROG", p->env.cacheprog);
	if (p->elsewhere.home.len > 0)
		set_env(p, "OTEL_GO_ELSEWHERE",
			str_format(a, "%.*s=>%.*s", STR_ARG(p->elsewhere.copy),
				STR_ARG(p->elsewhere.dir)));
	name_hooks(p);
	p->out->goflags = goflags(p);
	if (modules.len > 0) // for us to trim
		p->out->goflags = str_format(a, "%.*s%s-modcacherw", STR_ARG(p->out->goflags),
			p->out->goflags.len > 0 ? " " : "");
	if (modules.len > 0 || str_find(p->env.flags, S("-modfile=")) >= 0)
		set_workspace(p, "GOFLAGS", p->out->goflags);
	if (p->out->added.len > 0)
		set_env(p, "OTEL_GO_ADDED", p->out->added);
}

void planner_add_command(Planner *p)
{
	add_args(p);
	if (p->apart && p->out->programs) {
		p->out->added = p->added;
		add_adding(p);
	}
	add_env(p);
}
