#include "os/file.h"
#include "plan/planner.h"

static bool is_local(const Package *p)
{
	const Module *m = p->module;

	if (p->standard || p->dir.len == 0)
		return false;
	return !m || m->version.len == 0 ||
	       (m->replace_path.len > 0 && m->replace_version.len == 0);
}

static void add_once(StrList *l, Str s)
{
	if (!strlist_has(l, s))
		strlist_add(l, s);
}

// add_sources adds the Go files of a package.
static void add_sources(Planner *p, StrList *files, Str dir)
{
	StrList names = {.arena = p->arena};
	Diags none = {.arena = p->arena};

	dir_list(dir, &names, &none);
	for (isize i = 0; i < names.n; i++)
		if (str_ends(names.v[i], S(".go")))
			add_once(files, path_join(p->arena, dir, names.v[i]));
}

static void add_trees(Planner *p, PlanBasis *b)
{
	for (isize i = 0; i < p->args->packages.n; i++) {
		Str pattern = p->args->packages.v[i];
		isize dots = str_find(pattern, S("..."));
		if (dots < 0)
			continue;
		for (isize k = 0; k < p->rules.roots.n; k++)
			add_once(&b->trees, p->rules.roots.v[k]);
		if (str_starts(pattern, S("./")) || str_starts(pattern, S("../")) || dots == 0)
			add_once(&b->trees, path_abs(p->arena, goargs_last(p->args, S("C"))));
	}
}

static bool in_bundle(const Planner *p, Str path)
{
	return str_starts(path, p->bundle);
}

Str planner_modfile_sum(Planner *p)
{
	Str stem = p->modfile;

	if (str_ends(stem, S(".mod")))
		stem = str_slice(stem, 0, stem.len - 4);
	return str_format(p->arena, "%.*s.sum", STR_ARG(stem));
}

// looks_inside tells whether a rule selects by what is in the bodies of functions.
static bool looks_inside(const Decision *c)
{
	static const Modifier inside[] = {DO_CODE, DO_WRAP, DO_LITERAL};

	for (int i = 0; i < countof(inside); i++)
		if (str_eq(c->hook, str_from(modifier_name(inside[i]))))
			return true;
	return false;
}

// add_targets: where rules select something, or might, by what a package declares, or by all of it.
static void add_targets(Planner *p, PlanBasis *b)
{
	StrMap targets = {.arena = p->arena}, whole = {.arena = p->arena};

	for (const Decision *c = p->out->decisions.first; c; c = c->next)
		if (c->verdict != VERDICT_NOT_BUILT)
			map_put(looks_inside(c) ? &whole : &targets, c->package, p);
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		Str path = package_path(pkg);
		if (is_local(pkg) && map_get(&whole, path))
			add_sources(p, &b->files, pkg->dir);
		else if (is_local(pkg) && map_get(&targets, path))
			add_sources(p, &b->shapes, pkg->dir);
	}
}

// add_rule_file adds a rule file, and what else there is in its folder.
static void add_rule_file(Planner *p, PlanBasis *b, Str path)
{
	if (in_bundle(p, path))
		return;
	if (file_exists(path))
		add_once(&b->files, path);
	add_once(&b->dirs, path_dir(path));
}

PlanBasis planner_basis(Planner *p)
{
	Arena *a = p->arena;
	PlanBasis b = {.files.arena = a, .shapes.arena = a, .dirs.arena = a, .trees.arena = a};

	b.tests = str_eq(p->args->command, S("test"));
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (!is_local(pkg))
			continue;
		add_once(&b.dirs, pkg->dir);
		if (pkg->module && pkg->module->dir.len > 0)
			add_once(&b.files, path_join(a, pkg->module->dir, S("go.mod")));
	}
	add_targets(p, &b);
	for (const Extension *e = p->extensions; e; e = e->next)
		add_sources(p, &b.shapes, e->package->dir);
	for (isize i = 0; i < p->rules.roots.n; i++) {
		add_once(&b.dirs, p->rules.roots.v[i]);
		add_once(&b.files, path_join(a, p->rules.roots.v[i], S("go.mod")));
	}
	for (isize i = 0; i < p->rules.files.n; i++)
		add_rule_file(p, &b, p->rules.files.v[i]);
	for (isize i = 0; i < p->rules.packages.n; i++) {
		const HookPackage *hp = p->rules.packages.v[i].value;
		if (in_bundle(p, hp->dir))
			continue;
		add_sources(p, &b.files, hp->dir);
		add_once(&b.dirs, hp->dir);
	}
	if (p->modfile.len > 0) {
		add_once(&b.files, p->modfile);
		if (file_exists(planner_modfile_sum(p)))
			add_once(&b.files, planner_modfile_sum(p));
	}
	add_trees(p, &b);
	return b;
}
