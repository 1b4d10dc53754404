#include "plan/rulemod.h"

#include "base/hash.h"
#include "os/file.h"
#include "os/proc.h"

bool rulemod_is_rule_file(Str name)
{
	return str_eq(name, S("otel.yaml")) || str_eq(name, S("otelc.yml")) ||
	       str_eq(name, S("otelc.yaml")) || str_ends(name, S(".otel.yaml")) ||
	       str_ends(name, S(".otelc.yml")) || str_ends(name, S(".otelc.yaml"));
}

bool rulemod_is_folder(Str entry)
{
	return str_starts(entry, S(".")) || str_starts(entry, S("/"));
}

// escaped writes "!x" for a letter X. Source: golang.org/x/mod/module.EscapePath.
static Str escaped(Arena *a, Str s)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			buf_addf(&b, "!%c", c - 'A' + 'a');
		else
			buf_add(&b, str_slice(s, i, i + 1));
	}
	return buf_str(&b);
}

Str rulemod_cached(Arena *a, Str modcache, Str path, Str version)
{
	return str_format(a, "%.*s/%.*s@%.*s", STR_ARG(modcache), STR_ARG(escaped(a, path)),
		STR_ARG(escaped(a, version)));
}

// ---- fetching

// why_failed returns what go says of a module that it could not fetch.
static Str why_failed(Arena *a, const ProcResult *res, const json_t *said)
{
	Str error = str_dup(a, str_trim(jstr(said, "Error")));

	return error.len > 0 ? error : str_trim(res->err);
}

bool rulemod_fetch(Arena *a, const GoEnv *env, Str query, RuleModule *out, Diags *d)
{
	StrList argv = {.arena = a}, changes = {.arena = a};
	bool writable = str_find(env->flags, S("-modcacherw")) >= 0;
	// In a folder that is in no module: go would look at its go.mod.
	ProcSpec spec = {.argv = &argv,
		.env = &changes,
		.dir = S("/"),
		.capture_out = true,
		.capture_err = true};
	ProcResult res;
	json_t *said;

	strlist_add(&argv, env->go);
	strlist_add(&argv, S("mod"));
	strlist_add(&argv, S("download"));
	strlist_add(&argv, S("-json"));
	strlist_add(&argv, query);
	strlist_add(&changes, S("GOWORK=off"));
	strlist_add(&changes, writable ? S("GOFLAGS=-modcacherw") : S("GOFLAGS="));
	if (!proc_run(a, &spec, &res, d))
		return false;
	Source src = {S("go mod download"), res.out};
	JsonStream s = {.src = &src};
	Diags none = {.arena = a};
	if (!json_next(&s, &said, &none))
		said = NULL;
	*out = (RuleModule){.path = str_dup(a, jstr(said, "Path")),
		.version = str_dup(a, jstr(said, "Version")),
		.dir = str_dup(a, jstr(said, "Dir")),
		.sum = str_dup(a, jstr(said, "Sum"))};
	Str why = why_failed(a, &res, said);
	json_stop(&s);
	return (res.status == 0 && out->dir.len > 0) ||
	       diag_fault(d, "cannot fetch '%.*s': %.*s", STR_ARG(query), STR_ARG(why));
}

// ---- copying

// The digest of a module in go's module cache: of its name, and of the sum that go checks.
static Str module_digest(Arena *a, Str modcache, Str name)
{
	isize at = str_find(name, S("@"));
	Str sum = str_format(a, "%.*s/cache/download/%.*s/@v/%.*s.ziphash", STR_ARG(modcache),
		STR_ARG(str_slice(name, 0, at)), STR_ARG(str_slice(name, at + 1, name.len)));
	Diags none = {.arena = a};
	Str text = S("");
	Hash h;

	if (file_exists(sum))
		file_read(a, sum, &text, &none);
	hash_init(&h);
	hash_add(&h, name);
	hash_add(&h, text);
	return hash_hex(a, &h);
}

Str rulemod_copied(Arena *a, Str cache, Str path)
{
	enum { DIGEST = 64 };
	Str prefix = str_format(a, "%.*s/rules/", STR_ARG(cache));
	isize end = prefix.len + DIGEST;

	return str_starts(path, prefix) && path.len > end ? str_slice(path, 0, end) : S("");
}

bool rulemod_copy(Arena *a, Str cache, Str modcache, Str dir, Str *out, Diags *d)
{
	Str prefix = str_format(a, "%.*s/", STR_ARG(modcache)), temp;

	*out = dir;
	if (modcache.len == 0 || !str_starts(dir, prefix))
		return true;
	Str name = str_slice(dir, prefix.len, dir.len);
	if (str_find(name, S("@")) < 0)
		return true;
	Str top = str_format(
		a, "%.*s/rules/%.*s", STR_ARG(cache), STR_ARG(module_digest(a, modcache, name)));
	*out = path_join(a, top, name);
	if (file_is_dir(top)) {
		file_touch(top);
		return true;
	}
	if (!dir_make_all(path_dir(top), d) || !dir_make_temp(a, top, &temp, d))
		return false;
	if (!dir_copy(dir, path_join(a, temp, name), d)) {
		Diags none = {.arena = a};
		file_remove_tree(temp, &none);
		return false;
	}
	return dir_publish(temp, top, d);
}
