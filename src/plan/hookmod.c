#include "plan/hookmod.h"

#include "golang/imports.h"
#include "os/file.h"
#include "plan/version.h"
#include "plan/workspace.h"

typedef struct {
	RuleSet *rules;
	const StrMap *packages;
	HookPackage *top; // what the verdict is about
	StrMap seen;      // import paths that were looked at
} Judge;

static bool refuse(Judge *j, Str why)
{
	j->top->unlinkable = why;
	return false;
}

bool is_standard(Str path)
{
	return str_find(str_cut(&path, '/'), S(".")) < 0;
}

// A package that the build has not, of a module that it has, go would have to read and to
// check against a sum that the user may not have.
static bool library_has(const Judge *j, const HookPackage *hp, Str package)
{
	if (map_get(j->packages, package))
		return true;
	// A hook module of the user's own may bring further modules along.
	if (str_starts(hp->dir, j->rules->bundle))
		return false;
	for (Str module = package; module.len > 1; module = path_dir(module)) {
		const Module *m = module_named(j->packages, module);
		if (m)
			return m->dir.len > 0 &&
			       file_is_dir(path_join(j->rules->arena, m->dir,
				       str_slice(package, module.len, package.len)));
	}
	return true;
}

static bool provides(Str module, Str package)
{
	return str_starts(package, module) &&
	       (package.len == module.len || package.p[module.len] == '/');
}

// new_enough holds the library that has this package against what the hooks' go.mod requires.
// (What that requires for tests does not count.)
static bool new_enough(Judge *j, const HookPackage *hp, Str package)
{
	Arena *a = j->rules->arena;
	Diags none = {.arena = a};
	Str text;

	if (!file_read(a, path_join(a, hp->module_dir, S("go.mod")), &text, &none))
		return true; // go will say it
	while (text.len > 0) {
		Requirement r;
		if (!requirement_parse(str_cut(&text, '\n'), &r) || !provides(r.path, package))
			continue;
		const Module *m = module_named(j->packages, r.path);
		bool older = m && m->version.len > 0 && m->replace_path.len == 0 &&
			     version_cmp(m->version, r.version) < 0;
		if (older)
			return refuse(j,
				str_format(a,
					"%.*s %.*s is older than %.*s, the oldest that they know",
					STR_ARG(m->path), STR_ARG(m->version), STR_ARG(r.version)));
	}
	return true;
}

static bool judge_package(Judge *j, const HookPackage *hp);

static bool judge_import(Judge *j, const HookPackage *hp, Str path)
{
	HookPackage other;

	if (is_standard(path) || str_starts(path, S("otel.tool/runtime")) ||
		ruleset_bundles(j->rules, path))
		return true;
	// A library that is worked on is found, too, but is not ours to judge.
	if (!map_get(j->packages, path) &&
		ruleset_find(
			j->rules, path_join(j->rules->arena, hp->dir, S("x.go")), path, &other))
		return judge_package(j, &other);
	j->top->imports_library = true;
	if (!new_enough(j, hp, path))
		return false;
	return library_has(j, hp, path) ||
	       refuse(j, str_format(j->rules->arena,
				 "they need the package '%.*s', which this "
				 "build does not have",
				 STR_ARG(path)));
}

static bool judge_file(Judge *j, const HookPackage *hp, Str name)
{
	Diags none = {.arena = j->rules->arena};
	Source src = {.name = path_join(j->rules->arena, hp->dir, name)};
	File f;

	if (!imports_read(j->rules->arena, &src, &f, &none))
		return true; // the compiler will say it
	for (const Import *imp = f.imports; imp; imp = imp->next)
		if (!judge_import(j, hp, str_dup(j->rules->arena, imp->path)))
			return false;
	return true;
}

static bool judge_package(Judge *j, const HookPackage *hp)
{
	StrList names = {.arena = j->rules->arena};
	Diags none = {.arena = j->rules->arena};

	if (map_get(&j->seen, hp->path))
		return true;
	map_put(&j->seen, hp->path, j);
	if (!strlist_has(&j->top->modules, hp->module_dir))
		strlist_add(&j->top->modules, hp->module_dir);
	dir_list(hp->dir, &names, &none);
	for (isize i = 0; i < names.n; i++)
		if (is_hook_source(names.v[i]) && !judge_file(j, hp, names.v[i]))
			return false;
	return true;
}

bool hook_links(RuleSet *rules, const StrMap *packages, Str path, Str *why, Diags *d)
{
	HookPackage *hp = map_get(&rules->packages, path);
	Judge j = {.rules = rules, .packages = packages, .top = hp, .seen.arena = rules->arena};

	if (!hp->judged && !judge_package(&j, hp))
		diag_warn(d, NULL, (Span){0}, "the hooks of '%.*s' are left out: %.*s",
			STR_ARG(path), STR_ARG(hp->unlinkable));
	hp->judged = true;
	*why = hp->unlinkable;
	return hp->unlinkable.len == 0;
}
