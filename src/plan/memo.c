#include "plan/memo.h"

#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/release.h"
#include "golang/parse.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/cache.h"
#include "plan/sums.h"
#include "text/bundle.h"
#include "text/json.h"

extern char **environ;

// ---- the name

static void add_stat(Arena *a, Hash *h, Str path)
{
	FileInfo info = {0};

	file_stat(path, &info);
	hash_add(h, path);
	hash_add(h, str_format(a, "%lld %lld", (long long)info.size, (long long)info.mtime_ns));
}

static void add_text(Arena *a, Hash *h, Str path)
{
	Diags none = {.arena = a};
	Str text = {0};

	hash_add(h, path);
	if (file_exists(path) && file_read(a, path, &text, &none))
		hash_add(h, text);
}

// Any variable may matter that go or we read.
static void add_environment(Arena *a, Hash *h)
{
	static const char *const prefixes[] = {"GO", "CGO_", "OTEL_GO_", "OTELC_", "XDG_", "HOME="};
	StrList vars = {.arena = a};

	for (char **e = environ; *e; e++)
		for (isize i = 0; i < countof(prefixes); i++)
			if (str_starts(str_from(*e), str_from(prefixes[i])))
				strlist_add(&vars, str_from(*e));
	strlist_sort(&vars);
	for (isize i = 0; i < vars.n; i++)
		hash_add(h, vars.v[i]);
}

// The module files from here upwards: which of them is used is go's to say, and
// they all are few.
static void add_module_files(Arena *a, Hash *h, Str dir)
{
	static const char *const names[] = {
		"go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt"};

	for (;; dir = path_dir(dir)) {
		for (isize i = 0; i < countof(names); i++)
			if (file_exists(path_join(a, dir, str_from(names[i]))))
				add_text(a, h, path_join(a, dir, str_from(names[i])));
		if (dir.len <= 1)
			return;
	}
}

static Str go_env_file(Arena *a)
{
	Str named = env_get(S("GOENV")), config = env_get(S("XDG_CONFIG_HOME"));

	if (named.len > 0)
		return named;
	if (config.len == 0)
		config = path_join(a, env_get(S("HOME")), S(".config"));
	return path_join(a, config, S("go/env"));
}

Str memo_name(Arena *a, const PlanInput *in, const GoArgs *args)
{
	Str dir = path_abs(a, goargs_last(args, S("C")));
	Hash h;

	hash_init(&h);
	hash_add(&h, S(OTEL_VERSION));
	hash_add(&h, bundle_digest());
	add_stat(a, &h, in->self);
	add_stat(a, &h, in->go);
	hash_add(&h, in->rules);
	hash_add(&h, in->only_rules ? S("only") : S(""));
	hash_add(&h, in->without_ours ? S("theirs") : S(""));
	hash_add(&h, in->strict ? S("strict") : S(""));
	hash_add(&h, in->together ? S("together") : S(""));
	hash_add(&h, dir);
	hash_add(&h, args->home);
	hash_add(&h, args->command);
	for (isize i = 0; i < args->all.n; i++)
		hash_add(&h, args->all.v[i]);
	add_environment(a, &h);
	add_text(a, &h, go_env_file(a));
	add_module_files(a, &h, dir);
	Str digest = str_slice(hash_hex(a, &h), 0, 32);
	return str_format(a, "%.*s/memo/%.*s", STR_ARG(in->cache), STR_ARG(digest));
}

// ---- what a plan was made from

static Str text_digest(Arena *a, Str text)
{
	return str_slice(hash_text(a, text), 0, 32);
}

// head_of returns a Go file down to its last import; all of it if we cannot read it.
static Str head_of(Arena *a, Str text)
{
	Diags none = {.arena = a};
	Source src = {S(""), text};
	File f;

	if (!parse_file(a, &src, (ParseOptions){.imports_only = true}, &f, &none))
		return text;
	int32_t end = f.clause_at.to;
	for (const Import *imp = f.imports; imp; imp = imp->next)
		end = imp->at.to;
	return str_slice(text, 0, end);
}

// asked_of returns the comments of a Go file that ask something of us, a line each.
static Str asked_of(Arena *a, Str text)
{
	StrBuf b = {.arena = a};

	for (isize at; (at = str_find(text, S("//otel:"))) >= 0;) {
		text = str_slice(text, at, text.len);
		buf_addf(&b, "%.*s\n", STR_ARG(str_cut(&text, '\n')));
	}
	return buf_str(&b);
}

// shape_of returns a Go file without the bodies of its functions; all of it if we cannot read it.
static Str shape_of(Arena *a, Str text)
{
	Diags none = {.arena = a};
	Source src = {S(""), text};
	StrBuf b = {.arena = a};
	int32_t from = 0;
	File f;

	if (!parse_file(a, &src, (ParseOptions){0}, &f, &none))
		return text;
	for (const Node *n = func_next(f.decls); n; n = func_next(n->next)) {
		Func fn = func_view(a, &f, n);
		if (!fn.block)
			continue;
		buf_add(&b, str_slice(text, from, fn.body.from));
		from = fn.body.to;
	}
	buf_add(&b, str_slice(text, from, text.len));
	return buf_str(&b);
}

// How much of a file counts.
typedef enum { EXTENT_WHOLE, EXTENT_HEAD, EXTENT_SHAPE } Extent;

static Str extent_of(Arena *a, Str text, Extent extent)
{
	switch (extent) {
	case EXTENT_WHOLE: return text;
	case EXTENT_SHAPE: return shape_of(a, text);
	case EXTENT_HEAD: break;
	}
	return str_format(a, "%.*s\n%.*s", STR_ARG(head_of(a, text)), STR_ARG(asked_of(a, text)));
}

static bool file_digest(Arena *a, Str path, Extent extent, Str *out)
{
	Diags none = {.arena = a};
	Str text;

	if (!file_read(a, path, &text, &none))
		return false;
	*out = text_digest(a, extent_of(a, text, extent));
	return true;
}

static bool counts_name(Str name, bool tests)
{
	if (str_ends(name, S(".yaml")) || str_ends(name, S(".yml")))
		return str_find(name, S("otel")) >= 0;
	if (str_eq(name, S("default.pgo"))) // plan/apart.h
		return true;
	return str_ends(name, S(".go")) && (tests || !str_ends(name, S("_test.go")));
}

// Folders that go does not look into for "...".
static bool is_package_folder(Str name)
{
	return name.p[0] != '.' && name.p[0] != '_' && !str_eq(name, S("testdata"));
}

// names_in lists what counts in a folder: its Go and rule files and, for a tree,
// its folders, each with a slash behind it.
static bool names_in(Arena *a, Str dir, bool tree, bool tests, StrList *out)
{
	Diags none = {.arena = a};
	StrList all = {.arena = a};

	if (!dir_list(dir, &all, &none))
		return false;
	for (isize i = 0; i < all.n; i++) {
		if (counts_name(all.v[i], tests))
			strlist_add(out, all.v[i]);
		else if (tree && is_package_folder(all.v[i]) &&
			 file_is_dir(path_join(a, dir, all.v[i])))
			strlist_add(out, str_format(a, "%.*s/", STR_ARG(all.v[i])));
	}
	return true;
}

// ---- keeping

typedef struct {
	Arena *arena;
	StrBuf text;
	const PlanBasis *basis;
	StrMap done; // folders
} Keeper;

static void put_list(StrBuf *b, const char *key, const StrList *l)
{
	buf_addf(b, "\"%s\":[", key);
	for (isize i = 0; i < l->n; i++) {
		buf_add(b, i ? S(",") : S(""));
		json_quote(b, l->v[i]);
	}
	buf_add(b, S("],\n"));
}

static bool put_file(Keeper *k, Str path, Str name, Extent extent)
{
	FileInfo info;
	Str digest;

	if (!file_stat(path, &info) || !file_digest(k->arena, path, extent, &digest))
		return false;
	buf_add(&k->text, S("["));
	json_quote(&k->text, name);
	buf_addf(&k->text, ",%lld,%lld,\"%.*s\"]", (long long)info.size, (long long)info.mtime_ns,
		STR_ARG(digest));
	return true;
}

// What a build reads in our cache folder is noted as [path, size, mtime]. Two kinds may get
// a new time (plan/cache.h), and have these sizes: a folder, the bundle, only has to
// be there; a mark's text must have the digest that is its name. go.work.sum may have changed
// to what plan/sums.h has kept.
enum { SIZE_FOLDER = -1, SIZE_MARK = -2, SIZE_SUMS = -3 };

static void put_needs(Keeper *k, const StrList *needs)
{
	buf_add(&k->text, S("\"needs\":["));
	for (isize i = 0; i < needs->n; i++) {
		FileInfo f = {0};
		file_stat(needs->v[i], &f);
		bool mark = str_eq(path_base(path_dir(needs->v[i])), S("mark"));
		bool sums = str_eq(path_base(needs->v[i]), S("go.work.sum"));
		buf_add(&k->text, i ? S(",\n[") : S("\n["));
		json_quote(&k->text, needs->v[i]);
		buf_addf(&k->text, ",%lld,%lld]",
			f.is_dir ? SIZE_FOLDER
			: mark   ? SIZE_MARK
			: sums   ? SIZE_SUMS
				 : (long long)f.size,
			(long long)f.mtime_ns);
	}
	buf_add(&k->text, S("],\n"));
}

static bool put_dir(Keeper *k, Str dir, bool tree)
{
	StrList names = {.arena = k->arena};
	bool ok = true;

	if (map_get(&k->done, dir))
		return true;
	if (!names_in(k->arena, dir, tree, k->basis->tests, &names))
		return false;
	buf_add(&k->text, k->done.n > 0 ? S(",\n{\"dir\":") : S("\n{\"dir\":"));
	map_put(&k->done, dir, k);
	json_quote(&k->text, dir);
	buf_addf(&k->text, ",\"tree\":%s,\"names\":[", tree ? "true" : "false");
	for (isize i = 0; i < names.n && ok; i++) {
		buf_add(&k->text, i ? S(",") : S(""));
		if (str_ends(names.v[i], S(".go")))
			ok = put_file(
				k, path_join(k->arena, dir, names.v[i]), names.v[i], EXTENT_HEAD);
		else
			buf_add(&k->text, S("[")), json_quote(&k->text, names.v[i]),
				buf_add(&k->text, S("]"));
	}
	buf_add(&k->text, S("]}"));
	for (isize i = 0; i < names.n && ok && tree; i++)
		if (str_ends(names.v[i], S("/")))
			ok = put_dir(k,
				path_join(k->arena, dir,
					str_slice(names.v[i], 0, names.v[i].len - 1)),
				true);
	return ok;
}

static bool put_files(Keeper *k, const char *key, const StrList *files, Extent extent)
{
	bool ok = true;

	buf_addf(&k->text, "\"%s\":[", key);
	for (isize i = 0; i < files->n && ok; i++) {
		buf_add(&k->text, i ? S(",\n") : S("\n"));
		ok = put_file(k, files->v[i], files->v[i], extent);
	}
	buf_add(&k->text, S("],\n"));
	return ok;
}

static bool put_basis(Keeper *k)
{
	bool ok = put_files(k, "files", &k->basis->files, EXTENT_WHOLE) &&
		  put_files(k, "shapes", &k->basis->shapes, EXTENT_SHAPE);

	buf_add(&k->text, S("\"dirs\":["));
	for (isize i = 0; i < k->basis->trees.n && ok; i++)
		ok = put_dir(k, k->basis->trees.v[i], true);
	for (isize i = 0; i < k->basis->dirs.n && ok; i++)
		ok = put_dir(k, k->basis->dirs.v[i], false);
	buf_add(&k->text, S("]}\n"));
	return ok;
}

void memo_keep(Arena *a, Str name, const Plan *plan, const PlanBasis *basis)
{
	Keeper k = {.arena = a, .text.arena = a, .basis = basis, .done.arena = a};
	Diags none = {.arena = a};

	buf_addf(&k.text, "{\"plain\":%s,\"dir\":", plan->plain ? "true" : "false");
	json_quote(&k.text, plan->dir);
	buf_add(&k.text, S(",\n"));
	put_list(&k.text, "args", &plan->args);
	put_list(&k.text, "env", &plan->env);
	put_list(&k.text, "saved", &plan->saved);
	put_list(&k.text, "adding", &plan->adding);
	put_list(&k.text, "adding_env", &plan->adding_env);
	put_list(&k.text, "moved", &plan->moved);
	put_needs(&k, &plan->needs);
	put_list(&k.text, "signals", &plan->signals);
	buf_add(&k.text, S("\"added\":"));
	json_quote(&k.text, plan->added);
	buf_add(&k.text, S(",\n\"goflags\":"));
	json_quote(&k.text, plan->goflags);
	buf_add(&k.text, S(",\n\"go\":"));
	json_quote(&k.text, plan->go);
	buf_add(&k.text, S(",\n\"decisions\":"));
	decisions_write(&k.text, &plan->decisions);
	buf_add(&k.text, S(",\n\"programs\":"));
	programs_write(&k.text, plan->programs);
	buf_add(&k.text, S(",\n"));
	if (put_basis(&k) && dir_make_all(path_dir(name), &none))
		file_write_atomic(name, buf_str(&k.text), 0600, &none);
}

// ---- finding

// same_file holds an entry [name, size, mtime, digest] against the file.
static bool same_file(Arena *a, const json_t *entry, Str path, Extent extent)
{
	FileInfo info;
	Str digest;

	if (!file_stat(path, &info))
		return false;
	if (json_integer_value(json_array_get(entry, 1)) == info.size &&
		json_integer_value(json_array_get(entry, 2)) == info.mtime_ns)
		return true;
	return file_digest(a, path, extent, &digest) &&
	       str_eq(digest, str_from(json_string_value(json_array_get(entry, 3))));
}

static Str entry_name(const json_t *entry)
{
	return str_from(json_string_value(json_array_get(entry, 0)));
}

static bool same_files(Arena *a, const json_t *files, Extent extent)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *entry = json_array_get(files, i);
		if (!same_file(a, entry, entry_name(entry), extent))
			return false;
	}
	return true;
}

static bool same_dir(Arena *a, const json_t *dir, bool tests)
{
	const json_t *entries = jlist(dir, "names");
	StrList names = {.arena = a};
	Str path = jstr(dir, "dir");

	if (!names_in(a, path, jbool(dir, "tree"), tests, &names) ||
		names.n != (isize)json_array_size(entries))
		return false;
	for (isize i = 0; i < names.n; i++) {
		const json_t *entry = json_array_get(entries, (size_t)i);
		if (!str_eq(names.v[i], entry_name(entry)))
			return false;
		if (json_array_size(entry) > 1 &&
			!same_file(a, entry, path_join(a, path, names.v[i]), EXTENT_HEAD))
			return false;
	}
	return true;
}

// The sums are as they were when the plan was made, or as go has left them.
static bool same_sums(Arena *a, Str path, bool same_time)
{
	const Str *kept = sums_kept(a, path_dir(path));
	Diags none = {.arena = a};
	Str text;

	return kept ? file_read(a, path, &text, &none) && str_eq(text, *kept) : same_time;
}

static bool is_unchanged(Arena *a, const json_t *need)
{
	Diags none = {.arena = a};
	Str path = entry_name(need), text;
	long long size = json_integer_value(json_array_get(need, 1));
	FileInfo f;

	if (!file_stat(path, &f))
		return false;
	if (size == SIZE_FOLDER)
		return f.is_dir;
	if (size == SIZE_MARK)
		return file_read(a, path, &text, &none) &&
		       str_eq(spec_digest(a, text), path_base(path));
	bool same_time = json_integer_value(json_array_get(need, 2)) == f.mtime_ns;
	return size == SIZE_SUMS ? same_sums(a, path, same_time) : f.size == size && same_time;
}

static bool still_true(Arena *a, const json_t *memo, bool tests)
{
	const json_t *dirs = jlist(memo, "dirs"), *needs = jlist(memo, "needs");

	if (!dirs || !needs || !jlist(memo, "files") || !jlist(memo, "args"))
		return false;

	for (size_t i = 0; i < json_array_size(needs); i++)
		if (!is_unchanged(a, json_array_get(needs, i)))
			return false;
	for (size_t i = 0; i < json_array_size(dirs); i++)
		if (!same_dir(a, json_array_get(dirs, i), tests))
			return false;
	return same_files(a, jlist(memo, "files"), EXTENT_WHOLE) &&
	       same_files(a, jlist(memo, "shapes"), EXTENT_SHAPE);
}

// What a plan that is used again has in our cache folder stays there.
static void note_used(Str name, const json_t *memo)
{
	const json_t *needs = jlist(memo, "needs");

	cache_used(name);
	if (jstr(memo, "dir").len > 0)
		cache_used(jstr(memo, "dir"));
	for (size_t i = 0; i < json_array_size(needs); i++) {
		const json_t *need = json_array_get(needs, i);
		long long size = json_integer_value(json_array_get(need, 1));
		if (size == SIZE_FOLDER || size == SIZE_MARK)
			cache_used(entry_name(need));
	}
}

bool memo_find(Arena *a, Str name, bool tests, Plan *out)
{
	Diags none = {.arena = a};
	Source src = {.name = name};
	JsonStream s = {.src = &src};
	json_t *memo;

	if (!file_exists(name) || !file_read(a, name, &src.text, &none) ||
		!json_next(&s, &memo, &none) || !memo)
		return false;
	*out = plan_empty(a);
	bool found = still_true(a, memo, tests);
	if (found) {
		note_used(name, memo);
		out->kept = true;
		out->plain = jbool(memo, "plain");
		out->dir = str_dup(a, jstr(memo, "dir"));
		jstrs(memo, "args", &out->args);
		jstrs(memo, "env", &out->env);
		jstrs(memo, "saved", &out->saved);
		jstrs(memo, "adding", &out->adding);
		jstrs(memo, "adding_env", &out->adding_env);
		out->added = str_dup(a, jstr(memo, "added"));
		jstrs(memo, "moved", &out->moved);
		jstrs(memo, "signals", &out->signals);
		out->goflags = str_dup(a, jstr(memo, "goflags"));
		out->go = str_dup(a, jstr(memo, "go"));
		decisions_read(jlist(memo, "decisions"), &out->decisions);
		out->programs = programs_read(a, jlist(memo, "programs"));
	}
	json_stop(&s);
	return found;
}
