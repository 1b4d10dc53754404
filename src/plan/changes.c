// changes.c - the rules without hooks, made ready for a package: the file that one adds is read,
// and what its code imports is held against the build.
#include "golang/imports.h"
#include "os/file.h"
#include "plan/candidate.h"
#include "plan/hookmod.h"
#include "plan/version.h"

// ---- files

// read_added reads the file of add_file into the change.
static bool read_added(const Match *m, Candidate *c, Change *change)
{
	const Rule *r = c->rule;
	HookPackage where;
	Diags none = {.arena = m->arena};
	Str path;

	if (!ruleset_find(m->rules, r->src->name, r->hook_path, &where)) {
		candidate_refuse(c, VERDICT_UNFIT,
			str_format(m->arena, "there is no package '%.*s'", STR_ARG(r->hook_path)));
		return false;
	}
	path = path_join(m->arena, where.dir, change->file);
	if (str_find(change->file, S("/")) < 0 &&
		file_read(m->arena, path, &change->code.text, &none))
		return true;
	candidate_refuse(
		c, VERDICT_UNFIT, str_format(m->arena, "cannot read '%.*s'", STR_ARG(path)));
	return false;
}

// ---- imports

static isize index_of(const Match *m, Str path)
{
	for (isize i = 0; i < m->packages->n; i++)
		if (str_eq(m->packages->v[i].key, path))
			return i;
	return -1;
}

static bool in_goroot(const Match *m, Str path)
{
	return is_standard(path) &&
	       file_is_dir(path_join(m->arena, path_join(m->arena, m->env->root, S("src")), path));
}

// is_free: the package cannot depend on the target, which is to import it.
static bool is_free(const Match *m, const Package *target, Str path)
{
	isize at = index_of(m, path), target_at = index_of(m, target->path);
	const Package *p = at < 0 ? NULL : m->packages->v[at].value;

	if (at >= 0 && at < target_at)
		return true; // dependencies come first in the list
	if (target->standard)
		return false;
	if (is_standard(path) || ruleset_bundles(m->rules, path))
		return true;
	return candidate_is_root(target) && !(p && candidate_is_root(p));
}

// is_there tells whether the build can have the package at all. One of the rule's own module
// comes with that.
static bool is_there(const Match *m, const Candidate *c, Str path, bool *imports_library)
{
	HookPackage *hp = arena_new(m->arena, HookPackage);
	Str why;

	if (map_get(m->packages, path) || in_goroot(m, path) || ruleset_bundles(m->rules, path))
		return true;
	if (!ruleset_find(m->rules, c->rule->src->name, path, hp))
		return false;
	if (!map_get(&m->rules->packages, path)) {
		hp->name = ruleset_package_name(m->arena, hp->dir);
		map_put(&m->rules->packages, path, hp);
	}
	hp = map_get(&m->rules->packages, path);
	bool linkable = hook_links(m->rules, m->packages, path, &why, m->diags);
	*imports_library = hp->imports_library;
	return linkable;
}

static bool import_fits(const Match *m, const Package *target, Candidate *c, Str path)
{
	bool imports_library = false;

	if (str_eq(path, S("unsafe")) || str_eq(path, S("C")))
		return true;
	if (!is_there(m, c, path, &imports_library)) {
		candidate_refuse(c, VERDICT_UNLINKABLE,
			str_format(m->arena, "this build does not have the package '%.*s'",
				STR_ARG(path)));
		return false;
	}
	if (!imports_library && is_free(m, target, path))
		return true;
	candidate_refuse(c, VERDICT_UNLINKABLE,
		str_format(m->arena, "'%.*s', which its code imports, may depend on %.*s",
			STR_ARG(path), STR_ARG(target->path)));
	return false;
}

static void add_file_imports(const Match *m, const Change *change, StrList *paths)
{
	Diags none = {.arena = m->arena};
	Source src = {change->file, change->code.text};
	File f;

	if (!parse_file(m->arena, &src, (ParseOptions){.imports_only = true}, &f, &none))
		return;
	for (const Import *imp = f.imports; imp; imp = imp->next)
		strlist_add(paths, imp->path);
}

// selected names what a rule is about that is no function, for otel explain.
static Str selected(const Where *where)
{
	static const WhereKind kinds[] = {
		WHERE_STRUCT, WHERE_IDENTIFIER, WHERE_CALL, WHERE_LITERAL, WHERE_DIRECTIVE};

	for (int i = 0; i < countof(kinds); i++) {
		const Where *w = where_find(where, kinds[i]);
		if (w)
			return w->text;
	}
	return S("");
}

void change_join(const Match *m, const Candidates *all, Candidate *c)
{
	Change *change = arena_new(m->arena, Change);
	StrList paths = {.arena = m->arena};

	*change = c->rule->change;
	if (c->func.len == 0)
		c->func = selected(change->where);
	c->join = (Join){.kind = JOIN_CHANGE, .rule = c->rule->name, .change = change};
	if (change->modifier == DO_FILE) {
		if (!read_added(m, c, change))
			return;
		add_file_imports(m, change, &paths);
	}
	for (isize i = 0; i < change->import_paths.n; i++)
		strlist_add(&paths, change->import_paths.v[i]);
	for (isize i = 0; i < paths.n; i++)
		if (!import_fits(m, all->package, c, paths.v[i]))
			return;
	c->imports = paths;
}
