#include "plan/golist.h"

#include <unistd.h>

#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"

static bool is_ourselves(Arena *a, Str path)
{
	Diags quiet = {.arena = a};
	Str self, other;

	return path_real(a, S("/proc/self/exe"), &self, &quiet) &&
	       path_real(a, path, &other, &quiet) && str_eq(self, other);
}

bool go_find(Arena *a, Str *out, Diags *d)
{
	Str rest = env_get(S("PATH"));
	CPath c;

	while (rest.len > 0) {
		Str dir = str_cut(&rest, ':');
		Str path = path_join(a, dir.len > 0 ? dir : S("."), S("go"));

		if (file_is_dir(path) || access(path_c(&c, path), X_OK) != 0 ||
			is_ourselves(a, path))
			continue;
		*out = path_abs(a, path);
		return true;
	}
	diag_fault(d, "cannot find 'go' in PATH");
	return diag_help(
		d, "install Go 1.24 or newer (https://go.dev/dl), or add its bin folder to PATH");
}

static void add_text(StrList *argv, const char *arg)
{
	strlist_add(argv, str_from(arg));
}

// -C has to stand first.
static void add_chdir(Arena *a, StrList *argv, const GoArgs *args)
{
	Str dir = goargs_last(args, S("C"));

	if (dir.len > 0 && args->home.len == 0)
		strlist_add(argv, str_format(a, "-C=%.*s", STR_ARG(dir)));
}

static bool run_go(Arena *a, const StrList *argv, Str dir, ProcResult *res, Diags *d)
{
	ProcSpec spec = {.argv = argv, .dir = dir, .capture_out = true, .capture_err = true};

	return proc_run(a, &spec, res, d);
}

// ask_go runs go where the packages are. Whoever is at home elsewhere has no go.work.
static bool ask_go(Arena *a, const StrList *argv, const GoArgs *args, ProcResult *res, Diags *d)
{
	StrList off = {.arena = a};
	ProcSpec spec = {.argv = argv,
		.env = &off,
		.dir = args->home,
		.capture_out = true,
		.capture_err = true};

	if (args->home.len > 0)
		strlist_add(&off, S("GOWORK=off"));
	return proc_run(a, &spec, res, d);
}

static bool go_failed(const StrList *argv, const ProcResult *res, Diags *d)
{
	Str said = str_trim(res->err);

	return diag_fault(d, "'go %.*s' failed: %.*s", STR_ARG(argv->v[1]), STR_ARG(said));
}

// one_json reads the one value that go has printed.
static bool one_json(const StrList *argv, const ProcResult *res, json_t **out, Diags *d)
{
	JsonStream s = {0};
	json_t *value;

	if (res->status != 0)
		return go_failed(argv, res, d);

	Source src = {S("go"), res->out};
	s.src = &src;
	if (!json_next(&s, &value, d))
		return false;
	*out = json_incref(value);
	json_stop(&s);
	return *out || diag_fault(d, "'go %.*s' said nothing", STR_ARG(argv->v[1]));
}

bool go_output(Arena *a, Str go, const StrList *args, Str dir, Str *out, Diags *d)
{
	StrList argv = {.arena = a};
	ProcResult res;

	strlist_add(&argv, go);
	for (isize i = 0; i < args->n; i++)
		strlist_add(&argv, args->v[i]);
	if (!run_go(a, &argv, dir, &res, d))
		return false;
	*out = res.out;
	return true;
}

bool go_json(Arena *a, Str go, const StrList *args, Str dir, json_t **out, Diags *d)
{
	StrList argv = {.arena = a};
	ProcResult res;

	strlist_add(&argv, go);
	for (isize i = 0; i < args->n; i++)
		strlist_add(&argv, args->v[i]);
	return run_go(a, &argv, dir, &res, d) && one_json(&argv, &res, out, d);
}

bool go_env(Arena *a, Str go, const GoArgs *args, GoEnv *out, Diags *d)
{
	static const char *const names[] = {"GOVERSION", "GOROOT", "GOOS", "GOCACHE", "GOMODCACHE",
		"GOMOD", "GOWORK", "GOPROXY", "GOFLAGS", "GOCACHEPROG"};
	StrList argv = {.arena = a};
	ProcResult res;
	json_t *env;

	strlist_add(&argv, go);
	add_text(&argv, "env");
	add_chdir(a, &argv, args);
	add_text(&argv, "-json");
	for (isize i = 0; i < countof(names); i++)
		add_text(&argv, names[i]);
	if (!ask_go(a, &argv, args, &res, d) || !one_json(&argv, &res, &env, d))
		return false;

	Str version = jstr(env, "GOVERSION"), mod = jstr(env, "GOMOD"), work = jstr(env, "GOWORK");
	*out = (GoEnv){
		.go = go,
		.version = str_dup(a, str_cut(&version, ' ')), // behind a space: GOEXPERIMENT
		.root = str_dup(a, jstr(env, "GOROOT")),
		.os = str_dup(a, jstr(env, "GOOS")),
		.cache = str_dup(a, jstr(env, "GOCACHE")),
		.modules = str_dup(a, jstr(env, "GOMODCACHE")),
		.mod = str_eq(mod, S("/dev/null")) ? S("") : str_dup(a, mod),
		.work = str_eq(work, S("off")) ? S("") : str_dup(a, work),
		.proxy = str_dup(a, jstr(env, "GOPROXY")),
		.flags = str_dup(a, jstr(env, "GOFLAGS")),
		.cacheprog = str_dup(a, jstr(env, "GOCACHEPROG")),
		.gopath = mod.len == 0 && work.len == 0, // without a go.mod it is /dev/null
	};
	json_decref(env);
	return true;
}

static Module *read_module(Arena *a, const json_t *obj)
{
	const json_t *replace = jobj(obj, "Replace");

	if (!obj)
		return NULL;
	Module *m = arena_new(a, Module);
	*m = (Module){
		.path = str_dup(a, jstr(obj, "Path")),
		.version = str_dup(a, jstr(obj, "Version")),
		.dir = str_dup(a, jstr(obj, "Dir")),
		.sum = str_dup(a, jstr(obj, "Sum")),
		.go = str_dup(a, jstr(obj, "GoVersion")),
		.replace_path = str_dup(a, jstr(replace, "Path")),
		.replace_version = str_dup(a, jstr(replace, "Version")),
		.is_main = jbool(obj, "Main"),
	};
	return m;
}

static Package *read_package(Arena *a, const json_t *obj, bool deps)
{
	Package *p = arena_new(a, Package);

	*p = (Package){
		.path = str_dup(a, jstr(obj, "ImportPath")),
		.name = str_dup(a, jstr(obj, "Name")),
		.dir = str_dup(a, jstr(obj, "Dir")),
		.for_test = str_dup(a, jstr(obj, "ForTest")),
		.shared = str_dup(a, jstr(obj, "Shlib")),
		.module = read_module(a, jobj(obj, "Module")),
		.files = {.arena = a},
		.deps = {.arena = a},
		.standard = jbool(obj, "Standard"),
		.named = !jbool(obj, "DepOnly"),
		.error = str_dup(a, jstr(jobj(obj, "Error"), "Err")),
	};
	jstrs(obj, "GoFiles", &p->files);
	jstrs(obj, "CgoFiles", &p->files);
	// Mostly we ask only of main packages what they are made of.
	if (deps || str_eq(p->name, S("main")) || p->for_test.len > 0)
		jstrs(obj, "Deps", &p->deps);
	return p;
}

// add_flags adds the flags of the build that go list has to have. In a home of ours go may write
// down what the packages need.
static void add_flags(Arena *a, const GoArgs *args, bool all, StrList *argv)
{
	bool home = args->home.len > 0;

	for (const GoFlag *f = args->flags; f; f = f->next) {
		bool own = f->words > 0 && !str_eq(f->name, S("C")) &&
			   !(home && str_eq(f->name, S("mod"))) &&
			   (f->use == FLAG_BUILD || (all && goargs_shapes(f->name)));
		Str value = f->value;
		if (home && str_eq(f->name, S("overlay")))
			value = path_join(a, path_abs(a, goargs_last(args, S("C"))), value);
		if (own && f->has_value)
			strlist_add(argv,
				str_format(a, "-%.*s=%.*s", STR_ARG(f->name), STR_ARG(value)));
		else if (own)
			strlist_add(argv, str_format(a, "-%.*s", STR_ARG(f->name)));
		else if (f->words > 0 && str_eq(f->name, S("overlay")))
			strlist_add(argv, str_format(a, "-overlay=%.*s", STR_ARG(value)));
	}
	if (home)
		add_text(argv, "-mod=mod");
}

static void list_args(Arena *a, const GoEnv *env, const GoArgs *args, bool more, StrList *argv)
{
	strlist_add(argv, env->go);
	add_text(argv, "list");
	add_chdir(a, argv, args);
	add_text(argv, "-deps");
	if (more)
		add_text(argv, "-e");
	else if (str_eq(args->command, S("test")))
		add_text(argv, "-test");
	strlist_add(argv,
		str_format(a,
			"-json=ImportPath,Name,Dir,Standard,DepOnly,ForTest,Shlib,Module,GoFiles,"
			"CgoFiles,Deps%s",
			more ? ",Error" : ""));
	add_flags(a, args, false, argv);
	add_text(argv, "--");
}

static bool read_list(Arena *a, Str text, bool more, StrMap *packages, Diags *d)
{
	Source src = {S("go list"), text};
	JsonStream s = {.src = &src};

	for (json_t *obj; json_next(&s, &obj, d);) {
		if (!obj)
			return true;
		Package *p = read_package(a, obj, more);
		map_put(packages, p->path, p);
	}
	return false;
}

bool go_list(
	Arena *a, const GoEnv *env, const GoArgs *args, StrMap *packages, int *status, Diags *d)
{
	StrList argv = {.arena = a};
	ProcResult res;

	list_args(a, env, args, false, &argv);
	for (isize i = 0; i < args->packages.n; i++)
		strlist_add(&argv, args->packages.v[i]);
	if (!ask_go(a, &argv, args, &res, d))
		return false;
	*status = res.status;
	return res.status != 0 || read_list(a, res.out, false, packages, d);
}

bool go_list_more(Arena *a, const GoEnv *env, const GoArgs *args, const StrList *further,
	StrMap *packages, Diags *d)
{
	StrList argv = {.arena = a};
	ProcResult res;

	list_args(a, env, args, true, &argv);
	for (isize i = 0; i < further->n; i++)
		strlist_add(&argv, further->v[i]);
	return ask_go(a, &argv, args, &res, d) && read_list(a, res.out, true, packages, d);
}

bool go_archives(Arena *a, const GoEnv *env, const GoArgs *args, Str toolexec,
	const StrList *packages, Str *out)
{
	StrList argv = {.arena = a};
	Diags unsaid = {.arena = a};
	ProcResult res;

	strlist_add(&argv, env->go);
	add_text(&argv, "list");
	add_chdir(a, &argv, args);
	add_text(&argv, "-e");
	add_text(&argv, "-export");
	add_text(&argv, "-f={{.ImportPath}}={{.Export}}");
	strlist_add(&argv, toolexec);
	add_flags(a, args, true, &argv);
	add_text(&argv, "--");
	for (isize i = 0; i < packages->n; i++)
		strlist_add(&argv, packages->v[i]);
	if (!ask_go(a, &argv, args, &res, &unsaid))
		return false;
	*out = res.out;
	return true;
}

const Module *module_named(const StrMap *packages, Str path)
{
	for (isize i = 0; i < packages->n; i++) {
		const Package *p = packages->v[i].value;
		if (p->module && str_eq(p->module->path, path))
			return p->module;
	}
	return NULL;
}
