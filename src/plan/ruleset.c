#include "plan/ruleset.h"

#include "golang/imports.h"
#include "os/file.h"
#include "plan/workspace.h"

// Our own modules, by the prefix of their import paths, and where they are in the bundle.
static const struct {
	Str prefix;
	const char *folder;
} our_modules[] = {
	{{"otel.tool/", 10}, "go"},
	{{"go.opentelemetry.io/otelc/", 26}, "go/otelc"},
};

// ---- finding hooks

bool module_has(Arena *a, Str root, Str path, HookPackage *out)
{
	Str module = module_path(a, root);

	if (module.len == 0 || !str_starts(path, module))
		return false;
	Str rest = str_slice(path, module.len, path.len);
	if (rest.len > 0 && rest.p[0] != '/')
		return false;
	out->module_dir = root;
	out->dir = rest.len > 0 ? path_join(a, root, str_slice(rest, 1, rest.len)) : root;
	return file_is_dir(out->dir);
}

// under finds the package of a path that has the prefix; its module is the nearest go.mod above.
static bool under(const RuleSet *set, Str path, Str prefix, const char *folder, HookPackage *out)
{
	Arena *a = set->arena;

	if (!str_starts(path, prefix))
		return false;
	Str rest = str_slice(path, prefix.len, path.len);
	Str top = path_join(a, set->bundle, str_from(folder));
	out->dir = path_join(a, top, rest);
	for (Str dir = out->dir; dir.len > top.len; dir = path_dir(dir)) {
		out->module_dir = dir;
		if (file_exists(path_join(a, dir, S("go.mod"))))
			return true;
	}
	return false;
}

static bool inside_bundle(const RuleSet *set, Str path, HookPackage *out)
{
	for (isize i = 0; i < countof(our_modules); i++)
		if (under(set, path, our_modules[i].prefix, our_modules[i].folder, out))
			return true;
	return false;
}

// Rules and hook packages find what is in their own module.
static bool beside(const RuleSet *set, Str from, Str path, HookPackage *out)
{
	for (Str dir = path_dir(from); dir.len > 1; dir = path_dir(dir))
		if (file_exists(path_join(set->arena, dir, S("go.mod"))))
			return module_has(set->arena, dir, path, out);
	return false;
}

bool ruleset_find(const RuleSet *set, Str from, Str path, HookPackage *out)
{
	*out = (HookPackage){.path = path,
		.hooks.arena = set->arena,
		.modules.arena = set->arena,
		.aliases.arena = set->arena};
	if (inside_bundle(set, path, out) || beside(set, from, path, out))
		return true;
	for (isize i = 0; i < set->roots.n; i++)
		if (module_has(set->arena, set->roots.v[i], path, out))
			return true;
	return false;
}

bool is_hook_source(Str name)
{
	return str_ends(name, S(".go")) && !str_ends(name, S("_test.go"));
}

Str ruleset_package_name(Arena *a, Str dir)
{
	Diags none = {.arena = a};
	StrList names = {.arena = a};

	dir_list(dir, &names, &none);
	for (isize i = 0; i < names.n; i++) {
		Source src = {.name = path_join(a, dir, names.v[i])};
		File f;
		if (is_hook_source(names.v[i]) && imports_read(a, &src, &f, &none))
			return f.package;
	}
	return S("");
}

HookPackage *ruleset_package(RuleSet *set, const Rule *rule, Diags *d)
{
	HookPackage *p = map_get(&set->packages, rule->hook_path);

	if (p)
		return p;
	p = arena_new(set->arena, HookPackage);
	if (!ruleset_find(set, rule->src->name, rule->hook_path, p)) {
		set->incomplete = true;
		diag_error(d, rule->src, rule->at, "rule '%.*s': cannot find the package '%.*s'",
			STR_ARG(rule->name), STR_ARG(rule->hook_path));
		diag_help(d, "a hook package lives in the module of its rule file, or in one that "
			     "is being built");
		return NULL;
	}
	p->name = ruleset_package_name(set->arena, p->dir);
	map_put(&set->packages, p->path, p);
	return p;
}

// index_file notes the functions of a file of hooks. One that does not parse matters only to hooks
// that may be in it.
static bool index_file(RuleSet *set, HookPackage *p, Str path, Diags *d)
{
	Diags broken = {.arena = set->arena};
	Source *src = arena_new(set->arena, Source);
	File *f = arena_new(set->arena, File);

	src->name = path;
	if (!file_read(set->arena, path, &src->text, d))
		return false;
	if (!parse_file(set->arena, src, (ParseOptions){.no_bodies = true}, f, &broken)) {
		map_put(&p->broken, path, src);
		return true;
	}
	for (const Node *n = func_next(f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(set->arena, f, n);
		if (!fn.is_method && !map_get(&p->functions, fn.name))
			map_put(&p->functions, fn.name, f);
	}
	return true;
}

// index_package does so for all files of a package, once.
static bool index_package(RuleSet *set, HookPackage *p, Diags *d)
{
	StrList names = {.arena = set->arena};

	if (p->indexed)
		return true;
	p->functions.arena = p->broken.arena = set->arena;
	if (!dir_list(p->dir, &names, d))
		return false;
	for (isize i = 0; i < names.n; i++)
		if (is_hook_source(names.v[i]) &&
			!index_file(set, p, path_join(set->arena, p->dir, names.v[i]), d))
			return false;
	p->indexed = true;
	return true;
}

// tell_broken tells what is wrong with the file that may have the hook; false if there is one.
static bool tell_broken(RuleSet *set, const HookPackage *p, Str name, Diags *d)
{
	for (isize i = 0; i < p->broken.n; i++) {
		const Source *src = p->broken.v[i].value;
		File f;
		if (may_declare(src->text, name, false) &&
			!parse_file(set->arena, src, (ParseOptions){.no_bodies = true}, &f, d))
			return false;
	}
	return true;
}

bool ruleset_hook(RuleSet *set, const Rule *rule, Str name, Hook **out, Diags *d)
{
	HookPackage *p = ruleset_package(set, rule, d);

	if (!p)
		return false;
	*out = map_get(&p->hooks, name);
	if (*out)
		return true;
	if (!index_package(set, p, d))
		return false;
	const File *f = map_get(&p->functions, name);
	HookFile in = {f, p->path, &p->aliases};
	if (f ? !hook_read(set->arena, &in, name, out, d) : !tell_broken(set, p, name, d))
		return false;
	if (!*out)
		return diag_error(d, rule->src, rule->at,
			"rule '%.*s': there is no function '%.*s' in %.*s", STR_ARG(rule->name),
			STR_ARG(name), STR_ARG(p->dir));
	map_put(&p->hooks, name, *out);
	return true;
}

bool ruleset_function(RuleSet *set, const Rule *rule, Str name, const File **out, Diags *d)
{
	HookPackage *p = ruleset_package(set, rule, d);

	if (!p || !index_package(set, p, d))
		return false;
	*out = map_get(&p->functions, name);
	return true;
}

bool ruleset_bundles(const RuleSet *set, Str package)
{
	return str_find(set->bundled, str_format(set->arena, " %.*s\n", STR_ARG(package))) >= 0;
}
