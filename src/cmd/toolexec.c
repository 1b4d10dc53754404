#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cmd/answer.h"
#include "cmd/apart.h"
#include "cmd/cmd.h"
#include "cmd/show.h"
#include "cmd/tool.h"
#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"
#include "text/json.h"

isize tool_flag(const Tool *t, const char *name)
{
	Str flag = str_from(name);

	for (isize i = t->tool + 1; i < t->argv.n; i++) {
		Str arg = t->argv.v[i];
		if (str_starts(arg, S("--")))
			arg = str_slice(arg, 1, arg.len);
		if (str_eq(arg, flag) && i + 1 < t->argv.n)
			return i + 1;
		if (str_starts(arg, flag) && arg.len > flag.len && arg.p[flag.len] == '=')
			return i;
	}
	return -1;
}

// The value in an argument that is a value, or "-name=value".
static Str value_of(Str arg)
{
	isize eq = str_starts(arg, S("-")) ? str_find(arg, S("=")) : -1;

	return str_slice(arg, eq + 1, arg.len);
}

Str tool_value(const Tool *t, const char *name)
{
	isize i = tool_flag(t, name);

	return i < 0 ? S("") : value_of(t->argv.v[i]);
}

StrList tool_copy(Arena *a, const Tool *t)
{
	StrList copy = {.arena = a};

	for (isize i = 0; i < t->argv.n; i++)
		strlist_add(&copy, t->argv.v[i]);
	return copy;
}

void tool_set(Arena *a, const Tool *t, StrList *argv, const char *name, Str value)
{
	isize i = tool_flag(t, name);

	if (i < 0)
		return;
	bool joined = value_of(argv->v[i]).len != argv->v[i].len;
	argv->v[i] = joined ? str_format(a, "%s=%.*s", name, STR_ARG(value)) : value;
}

void tool_insert(Tool *t, Str flag)
{
	strlist_add(&t->argv, S(""));
	for (isize i = t->argv.n - 1; i > t->tool + 1; i--)
		t->argv.v[i] = t->argv.v[i - 1];
	t->argv.v[t->tool + 1] = flag;
}

Str tool_goroot(const Tool *t)
{
	Str root = env_get(S("GOROOT")), tool = t->argv.v[t->tool];
	isize at = str_find(tool, S("/pkg/tool/"));

	if (root.len > 0)
		return root;
	return at < 0 ? S("") : str_slice(tool, 0, at);
}

static bool has_path_prefix(Str path, Str prefix)
{
	return prefix.len > 0 && str_starts(path, prefix) &&
	       (path.len == prefix.len || path.p[prefix.len] == '/' ||
		       prefix.p[prefix.len - 1] == '/');
}

// Source: cmd/internal/objabi.AbsFile.
Str tool_recorded(Arena *a, const Tool *t, Str path)
{
	Str rewrites = tool_value(t, "-trimpath"), root = tool_goroot(t);

	path = path_abs(a, str_starts(path, S("./")) ? str_slice(path, 2, path.len) : path);
	while (rewrites.len > 0) {
		Str rewrite = str_cut(&rewrites, ';');
		isize arrow = str_find(rewrite, S("=>"));
		Str from = arrow < 0 ? rewrite : str_slice(rewrite, 0, arrow);
		Str to = arrow < 0 ? S("") : str_slice(rewrite, arrow + 2, rewrite.len);
		if (!has_path_prefix(path, from))
			continue;
		Str rest = str_slice(path, from.len, path.len);
		if (to.len == 0 && str_starts(rest, S("/")))
			rest = str_slice(rest, 1, rest.len);
		return str_format(a, "%.*s%.*s", STR_ARG(to), STR_ARG(rest));
	}
	if (has_path_prefix(path, root))
		return str_format(a, "$GOROOT%.*s", STR_ARG(str_slice(path, root.len, path.len)));
	return path;
}

int tool_exec(Arena *a, const Tool *t)
{
	Diags d = {.arena = a};

	proc_exec(&t->argv, NULL, &d);
	diag_help(&d, "-toolexec names it, on the command line or in GOFLAGS");
	return finish(&d);
}

Str woven_archive(Arena *a, const Tool *t, Str action)
{
	return store_path(a, t->store, "archive", action);
}

Str woven_record(Arena *a, const Tool *t, Str action)
{
	return store_path(a, t->store, "record", action);
}

static bool is_version_question(const Tool *t)
{
	return t->tool + 1 < t->argv.n && str_starts(t->argv.v[t->tool + 1], S("-V"));
}

// tool_cover names the real file behind each one of ours: go hands its overlay to
// the compiler, but not to the coverage tool.
static int tool_cover(Arena *a, Tool *t)
{
	Diags d = {.arena = a};
	Source src = {.name = path_join(a, env_get(S("OTEL_GO_PLAN")), S("overlay.json"))};
	JsonStream s = {.src = &src};
	json_t *overlay;

	if (!file_read(a, src.name, &src.text, &d) || !json_next(&s, &overlay, &d))
		return finish(&d);
	for (isize i = t->tool + 1; i < t->argv.n; i++) {
		Str real = jstr(jobj(overlay, "Replace"), str_cstr(a, t->argv.v[i]));
		if (real.len > 0)
			t->argv.v[i] = str_dup(a, real);
	}
	json_stop(&s);
	return tool_exec(a, t);
}

// What we add is compiled against the user's versions of libraries and OpenTelemetry.
static bool is_ours(const Tool *t)
{
	Str package = tool_value(t, "-p"), hooks = env_get(S("OTEL_GO_HOOKS"));

	if (str_starts(package, S("otel.tool/")))
		return true;
	while (hooks.len > 0)
		if (str_eq(str_cut(&hooks, ','), package))
			return true;
	return false;
}

// tool_ours compiles a package of ours. If that fails, the front is told to do without.
static int tool_ours(Arena *a, const Tool *t)
{
	Diags d = {.arena = a};
	ProcSpec spec = {.argv = &t->argv};
	ProcResult res;
	Str package = tool_value(t, "-p"),
	    dir = path_join(a, env_get(S("OTEL_GO_PLAN")), S("refused"));
	Hash h;

	if (!proc_run(a, &spec, &res, &d))
		return finish(&d);
	hash_init(&h);
	hash_add(&h, package);
	if (res.status != 0 && dir_make_all(dir, &d))
		file_write_atomic(path_join(a, dir, hash_hex(a, &h)), package, 0600, &d);
	diag_print(stderr, &d);
	return res.status;
}

// refuse_known is for the question which archives go's cache has (plan/ready.h): what go has not
// compiled yet is not to be compiled for it. Tools of others answer what the archives' names
// are made of (gcc -###, for cgo).
static int refuse_known(Arena *a, const Tool *t)
{
	static const char *const tools[] = {
		"asm", "cgo", "compile", "cover", "link", "pack", "preprofile"};

	for (isize i = 0; i < countof(tools); i++)
		if (str_eq(t->name, str_from(tools[i])))
			return 1;
	return tool_exec(a, t);
}

// record_elsewhere has the files of a copied module, "COPY=>DIR", recorded as those of go's
// module cache (plan/elsewhere.h). The first rewrite that fits a file counts, and those of go's
// overlay come first: what they lead to the copy is led on.
static void record_elsewhere(Arena *a, Tool *t)
{
	Str to = env_get(S("OTEL_GO_ELSEWHERE")), whole = to, rest = tool_value(t, "-trimpath");
	isize arrow = str_find(to, S("=>"));
	StrBuf b = {.arena = a};

	if (arrow < 0)
		return;
	Str copy = str_format(a, "=>%.*s/", STR_ARG(str_slice(to, 0, arrow)));
	to = str_slice(to, arrow, to.len);
	for (isize at; (at = str_find(rest, copy)) >= 0;
		rest = str_slice(rest, at + copy.len, rest.len))
		buf_addf(&b, "%.*s%.*s/", (int)at, rest.p, STR_ARG(to));
	buf_addf(&b, "%.*s;%.*s", STR_ARG(rest), STR_ARG(whole));
	tool_set(a, t, &t->argv, "-trimpath", buf_str(&b));
}

// folder_of_ours returns where a package that travels with the tool lies, "" if none of its files
// is there.
static Str folder_of_ours(Arena *a, const Tool *t, Str package)
{
	Str ours = S("otel.tool/");

	if (!str_starts(package, ours))
		return S("");
	Str end = str_format(a, "/go/%.*s", STR_ARG(str_slice(package, ours.len, package.len)));
	for (isize i = t->tool + 1; i < t->argv.n; i++) {
		Str file = t->argv.v[i], dir = path_dir(file);
		if ((str_ends(file, S(".go")) || str_ends(file, S(".s"))) && str_ends(dir, end))
			return path_abs(a, dir);
	}
	return S("");
}

// record_ours has its files recorded by its import path, as with go's -trimpath: no program needs
// to know where our cache folder is.
static void record_ours(Arena *a, Tool *t)
{
	Str package = tool_value(t, "-p"), trim = tool_value(t, "-trimpath");
	Str dir = folder_of_ours(a, t, package);

	if (dir.len > 0)
		tool_set(a, t, &t->argv, "-trimpath",
			str_format(a, "%.*s%s%.*s=>%.*s", STR_ARG(trim), trim.len > 0 ? ";" : "",
				STR_ARG(dir), STR_ARG(package)));
}

// read_args tells our own flags from the tool and its arguments.
static bool read_args(Arena *a, const StrList *args, Tool *t)
{
	isize i = 0;

	t->known = args->n > 0 && str_eq(args->v[0], S("--known"));
	i += t->known;
	if (i < args->n && str_starts(args->v[i], S("--chain="))) {
		t->tool = atoi(str_cstr(a, str_slice(args->v[i], 8, args->v[i].len)));
		i++;
	}
	for (; i < args->n; i++) {
		if (str_starts(args->v[i], S("-otel=")))
			t->mark = str_slice(args->v[i], 6, args->v[i].len);
		else
			strlist_add(&t->argv, args->v[i]);
	}
	return t->argv.v && 0 <= t->tool && t->tool < t->argv.n;
}

int cmd_toolexec(Arena *a, const StrList *args)
{
	Tool t = {.argv.arena = a};
	Diags d = {.arena = a};

	if (!read_args(a, args, &t))
		return usage_error("otel toolexec: no tool given");
	t.name = path_base(t.argv.v[t.tool]);
	if (str_ends(t.name, S(".exe")))
		t.name = str_slice(t.name, 0, t.name.len - 4);

	if (t.known)
		return is_version_question(&t) ? answer_version(a, &t) : refuse_known(a, &t);

	bool compile = t.mark.len > 0 && str_eq(t.name, S("compile"));
	bool link = str_eq(t.name, S("link"));
	if (str_eq(t.name, S("cover")) && env_get(S("OTEL_GO_PLAN")).len > 0)
		return tool_cover(a, &t);
	if (is_version_question(&t))
		return answer_version(a, &t);
	if (str_eq(t.name, S("compile")))
		progress_count();
	if (str_eq(t.name, S("compile")) || str_eq(t.name, S("asm"))) {
		record_elsewhere(a, &t);
		record_ours(a, &t);
	}
	if (!compile && str_eq(t.name, S("compile")) && is_ours(&t) &&
		env_get(S("OTEL_GO_PLAN")).len > 0)
		return tool_ours(a, &t);
	if (str_eq(t.name, S("compile")) && !apart_compile(a, &t, &d))
		return finish(&d);
	if (!compile && !link)
		return tool_exec(a, &t);
	if (!cache_dir(a, &t.cache, &d))
		return finish(&d);
	t.store = env_get(S("OTEL_GO_STORE"));
	if (t.store.len == 0)
		t.store = path_join(a, t.cache, S("woven"));
	return compile ? tool_compile(a, &t) : tool_link(a, &t);
}
