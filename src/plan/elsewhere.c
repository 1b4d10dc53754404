#include "plan/elsewhere.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "os/file.h"
#include "os/proc.h"
#include "plan/rulemod.h"
#include "plan/version.h"

bool elsewhere_is_named(const GoArgs *args)
{
	bool takes = str_eq(args->command, S("install")) || str_eq(args->command, S("run"));

	for (isize i = 0; takes && i < args->packages.n; i++)
		if (str_find(args->packages.v[i], S("@")) > 0)
			return true;
	return false;
}

// ---- the arguments

// query_of returns what stands behind the @ of all packages, "" if go does not take them.
static Str query_of(const GoArgs *args)
{
	Str first = args->packages.v[0], query = first;

	str_cut(&query, '@');
	for (isize i = 0; i < args->packages.n; i++) {
		Str version = args->packages.v[i], path = str_cut(&version, '@');
		if (!str_eq(version, query) || rulemod_is_folder(path))
			return S("");
	}
	return query;
}

// is_refused tells of flags that go does not take with such packages.
static bool is_refused(Arena *a, const GoEnv *env, const GoArgs *given)
{
	GoArgs args = *given;

	goargs_from_env(a, env->flags, &args);
	return env->gopath || str_eq(goargs_last(&args, S("mod")), S("vendor")) ||
	       goargs_last(&args, S("modfile")).len > 0;
}

// has_word tells whether a word of the command is, there and not by its text, one of a list.
static bool has_word(const StrList *words, Str word)
{
	for (isize i = 0; i < words->n; i++)
		if (words->v[i].p == word.p)
			return true;
	return false;
}

// without_versions returns the words, those that are packages without their versions.
static StrList without_versions(Arena *a, const StrList *words, const StrList *packages)
{
	StrList out = {.arena = a};

	for (isize i = 0; i < words->n; i++) {
		Str word = words->v[i], path = word;
		strlist_add(&out, has_word(packages, word) ? str_cut(&path, '@') : word);
	}
	return out;
}

// ---- the module

// fetch finds the module with a package, or with the folder that a pattern begins with: of those
// that it may lie in, that with the longest path.
static bool fetch(Arena *a, const GoEnv *env, Str package, Str query, RuleModule *out)
{
	Diags none = {.arena = a};
	isize dots = str_find(package, S("..."));

	if (str_eq(query, S("upgrade"))) // from no version
		query = S("latest");
	if (dots >= 0)
		package = path_dir(str_slice(package, 0, dots + 1));
	for (Str path = package; path.len > 1; path = path_dir(path)) {
		Str name = str_format(a, "%.*s@%.*s", STR_ARG(path), STR_ARG(query));
		Str below = str_slice(package, path.len, package.len);
		if (rulemod_fetch(a, env, name, out, &none) &&
			file_is_dir(str_format(a, "%.*s%.*s", STR_ARG(out->dir), STR_ARG(below))))
			return true;
	}
	return false;
}

// ask runs go outside of any module.
static bool ask(Arena *a, const GoEnv *env, StrList *args, ProcResult *res)
{
	StrList argv = {.arena = a}, changes = {.arena = a};
	ProcSpec spec = {.argv = &argv,
		.env = &changes,
		.dir = S("/"),
		.capture_out = true,
		.capture_err = true};
	Diags none = {.arena = a};

	strlist_add(&argv, env->go);
	for (isize i = 0; i < args->n; i++)
		strlist_add(&argv, args->v[i]);
	strlist_add(&changes, S("GOWORK=off"));
	strlist_add(&changes, S("GOFLAGS="));
	return proc_run(a, &spec, res, &none);
}

// say_deprecated adds what the newest go.mod of the module says of it, as go passes it on.
static void say_deprecated(Arena *a, const GoEnv *env, const RuleModule *m, StrBuf *said)
{
	StrList args = {.arena = a};
	ProcResult res;

	strlist_add(&args, S("list"));
	strlist_add(&args, S("-m"));
	strlist_add(&args, S("-u"));
	strlist_add(&args, S("-f={{.Deprecated}}"));
	strlist_add(&args, str_format(a, "%.*s@%.*s", STR_ARG(m->path), STR_ARG(m->version)));
	if (!ask(a, env, &args, &res) || res.status != 0)
		return;
	Str text = str_trim(res.out), line = str_cut(&text, '\n');
	if (line.len > 0)
		buf_addf(said, "go: module %.*s is deprecated: %.*s\n", STR_ARG(m->path),
			STR_ARG(line));
}

// switched returns the release of Go that go changes to for a module which needs a newer one, and
// adds what it says of that; "" if it doesn't.
static Str switched(Arena *a, const GoEnv *env, Str named, StrBuf *said)
{
	Str key = S("; switching to go");
	StrList args = {.arena = a};
	ProcResult res;

	strlist_add(&args, S("install"));
	strlist_add(&args, S("-n"));
	strlist_add(&args, named);
	if (!ask(a, env, &args, &res))
		return S("");
	while (res.err.len > 0) {
		Str line = str_trim(str_cut(&res.err, '\n'));
		isize at = str_find(line, key);
		if (at < 0)
			continue;
		buf_addf(said, "%.*s\n", STR_ARG(line));
		return str_slice(line, at + key.len, line.len);
	}
	return S("");
}

// What a go.mod says that matters here.
typedef struct {
	Str go;         // its language version, "" if it has none
	bool redirects; // it replaces or excludes modules
} GoMod;

static GoMod read_go_mod(Str text)
{
	GoMod m = {0};

	while (text.len > 0) {
		Str line = str_trim(str_cut(&text, '\n')), word = str_cut(&line, ' ');
		m.redirects |= str_eq(word, S("replace")) || str_eq(word, S("exclude"));
		if (str_eq(word, S("go")))
			m.go = str_cut(&line, ' ');
	}
	return m;
}

// ---- its home

// home_text returns the go.mod that requires the module, for a release of Go. Programs have the
// GODEBUG defaults of their module's go line, without one those of Go 1.20, the last that had none.
static Str home_text(Arena *a, const RuleModule *m, Str release, Str go)
{
	Str minor = go.len > 0 ? go : S("1.20"), major = str_cut(&minor, '.');
	StrBuf b = {.arena = a};

	buf_addf(&b, "module elsewhere\n\ngo %.*s\n\n", STR_ARG(release));
	buf_addf(&b, "godebug default=go%.*s.%d\n\n", STR_ARG(major), atoi(str_cstr(a, minor)));
	buf_addf(&b, "require %.*s %.*s\n", STR_ARG(m->path), STR_ARG(m->version));
	return buf_str(&b);
}

static bool fill_home(Arena *a, const RuleModule *m, Str home, Str name, Str text, Diags *d)
{
	Str copy = path_join(a, home, name), go_mod = path_join(a, copy, S("go.mod"));

	if (!dir_copy(m->dir, copy, d) ||
		!file_write_atomic(path_join(a, home, S("go.mod")), text, 0600, d))
		return false;
	// A module from before there were any.
	return file_exists(go_mod) ||
	       file_write_atomic(go_mod, str_format(a, "module %.*s\n", STR_ARG(m->path)), 0600, d);
}

static bool make_home(
	Arena *a, const RuleModule *m, Str name, Str text, const Elsewhere *e, Diags *d)
{
	Str temp;

	if (file_is_dir(e->home)) {
		file_touch(e->home);
		return true;
	}
	if (!dir_make_all(path_dir(e->home), d) || !dir_make_temp(a, e->home, &temp, d))
		return false;
	if (!fill_home(a, m, temp, name, text, d)) {
		Diags none = {.arena = a};
		file_remove_tree(temp, &none);
		return false;
	}
	return dir_publish(temp, e->home, d);
}

// home_of returns where a home lies: the names and texts of all that is compiled follow from it.
static Str home_of(Arena *a, Str cache, const RuleModule *m, Str text)
{
	Hash h;

	hash_init(&h);
	hash_add(&h, m->dir);
	hash_add(&h, m->sum);
	hash_add(&h, text);
	return str_format(a, "%.*s/elsewhere/%.*s", STR_ARG(cache), STR_ARG(hash_hex(a, &h)));
}

static GoMod module_says(Arena *a, const RuleModule *m)
{
	Str path = path_join(a, m->dir, S("go.mod")), text = S("");
	Diags none = {.arena = a};

	if (file_exists(path))
		file_read(a, path, &text, &none);
	return read_go_mod(text);
}

bool elsewhere_find(Arena *a, Str cache, const GoEnv *env, GoArgs *args, Elsewhere *out, Diags *d)
{
	Str query = query_of(args), named = args->packages.v[0], package = named;
	Str release = str_slice(env->version, 2, env->version.len);
	StrBuf said = {.arena = a};
	RuleModule m;

	*out = (Elsewhere){0};
	if (query.len == 0 || is_refused(a, env, args) ||
		!fetch(a, env, str_cut(&package, '@'), query, &m))
		return true;
	GoMod mod = module_says(a, &m);
	if (version_cmp(mod.go, release) > 0)
		release = switched(a, env, named, &said);
	if (mod.redirects || release.len == 0)
		return true;
	say_deprecated(a, env, &m, &said);
	Str name = str_slice(m.dir, env->modules.len + 1, m.dir.len),
	    text = home_text(a, &m, release, mod.go);
	*out = (Elsewhere){.path = m.path, .dir = m.dir, .said = buf_str(&said)};
	out->home = home_of(a, cache, &m, text);
	out->copy = path_join(a, out->home, name);
	args->all = without_versions(a, &args->all, &args->packages);
	args->packages = without_versions(a, &args->packages, &args->packages);
	args->home = out->home;
	return make_home(a, &m, name, text, out, d);
}

// ---- the build

Str elsewhere_place(Arena *a, const Elsewhere *e, Str dir)
{
	if (e->home.len == 0 || !str_starts(dir, e->dir))
		return dir;
	return str_format(
		a, "%.*s%.*s", STR_ARG(e->copy), STR_ARG(str_slice(dir, e->dir.len, dir.len)));
}

static bool is_pattern(Str package)
{
	return str_find(package, S("...")) >= 0;
}

static bool is_program(const Package *p)
{
	return p && str_eq(p->name, S("main"));
}

// name_programs has the command name these in the place of what it named before.
static void name_programs(Arena *a, const StrList *programs, GoArgs *args)
{
	StrList all = {.arena = a};

	for (isize i = 0; i < args->all.n; i++) {
		Str word = args->all.v[i];
		if (word.p == args->packages.v[0].p)
			for (isize k = 0; k < programs->n; k++)
				strlist_add(&all, programs->v[k]);
		else if (!has_word(&args->packages, word))
			strlist_add(&all, word);
	}
	args->all = all;
	args->packages = *programs;
}

bool elsewhere_choose(Arena *a, const Elsewhere *e, const StrMap *packages, GoArgs *args)
{
	StrList programs = {.arena = a};
	bool patterns = false;

	for (isize i = 0; i < packages->n; i++) {
		const Package *p = packages->v[i].value;
		if (!p->named)
			continue;
		if (!p->module || !str_eq(p->module->path, e->path))
			return false;
		if (is_program(p))
			strlist_add(&programs, p->path);
	}
	for (isize i = 0; i < args->packages.n; i++) {
		bool pattern = is_pattern(args->packages.v[i]);
		if (!pattern && !is_program(map_get(packages, args->packages.v[i])))
			return false;
		patterns |= pattern;
	}
	if (patterns)
		name_programs(a, &programs, args);
	return programs.n == 1 || (programs.n > 1 && str_eq(args->command, S("install")));
}
