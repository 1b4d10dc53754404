// sources.c - where the rules of a build come from.
#include "golang/imports.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/rulemod.h"
#include "plan/ruleset.h"
#include "plan/signals.h"

typedef struct {
	Arena *arena;
	const RuleSources *from;
	RuleSet *set;
	StrList tools; // tool files that were read
	StrMap used;   // path of a module that `use:` names -> RuleUse *
	Diags *diags;
} Reader;

// ---- rule files

// read_file reads a rule file. Of a file that is not the user's own only the rules count.
static bool read_file(Reader *r, Str path, bool own)
{
	Source *src = arena_new(r->arena, Source);
	RuleSet *set = r->set;
	Arena *a = r->arena;

	if (strlist_has(&set->files, path))
		return true;
	src->name = path;
	strlist_add(&set->files, path);
	if (!file_read(a, path, &src->text, r->diags))
		return false;
	if (own)
		return rules_read(a, src, &set->rules, r->diags);
	Rules theirs = {
		.first = set->rules.first, .exclude.arena = a, .off.arena = a, .trust.arena = a};
	bool ok = rules_read(a, src, &theirs, r->diags);
	set->rules.first = theirs.first;
	return ok;
}

// Folders that belong to another module, or to tests.
static bool is_apart(Reader *r, Str name, Str path)
{
	return name.p[0] == '.' || name.p[0] == '_' || str_eq(name, S("testdata")) ||
	       str_eq(name, S("vendor")) || file_exists(path_join(r->arena, path, S("go.mod")));
}

typedef enum { FLAT, IN_MODULE, DEEP } Depth;

// is_plain_file tells by the name alone, which spares us to ask for most of what lies in a module.
static bool is_plain_file(Str name)
{
	return str_ends(name, S(".go")) || str_ends(name, S(".md")) || str_ends(name, S(".mod")) ||
	       str_ends(name, S(".sum"));
}

// read_folder reads the rule files in a folder, and in those below it that are in the same
// module, or in all. It returns how many there are.
static isize read_folder(Reader *r, Str dir, Depth depth, bool own)
{
	StrList names = {.arena = r->arena};
	isize n = 0;

	if (!dir_list(dir, &names, r->diags))
		return 0;
	for (isize i = 0; i < names.n; i++) {
		Str name = names.v[i], path = path_join(r->arena, dir, name);
		bool rules = rulemod_is_rule_file(name);
		if (rules)
			read_file(r, path, own);
		else if (depth == FLAT || name.p[0] == '.' || is_plain_file(name) ||
			 !file_is_dir(path))
			continue;
		else if (depth == DEEP || !is_apart(r, name, path))
			n += read_folder(r, path, depth, own);
		n += rules;
	}
	return n;
}

static void read_named(Reader *r, Str named)
{
	for (isize i = 0; i < named.len;) {
		isize from = i;
		while (i < named.len && named.p[i] != ',' && named.p[i] != ':')
			i++;
		Str path = str_trim(str_slice(named, from, i++));
		if (path.len == 0)
			continue;
		path = path_clean(r->arena, path_abs(r->arena, path));
		if (file_is_dir(path))
			read_folder(r, path, DEEP, true);
		else if (!read_file(r, path, true) && !file_exists(path))
			diag_help(r->diags, "--rules or OTEL_GO_RULES names it");
	}
}

// ---- tool files

// A package that a tool file imports.
typedef struct {
	const Source *src; // the file, and the place in it
	Span at;
	Str path;
	Str dir, module_dir; // "" as long as it is not found
} Imported;

typedef struct {
	Imported *v;
	isize n;
} ImportedList;

static void read_tool_file(Reader *r, Str path);

// read_tool_files reads those of a module's root; it returns how many there are beside `but`.
static isize read_tool_files(Reader *r, Str dir, Str but)
{
	static const char *const names[] = {"otel.instrumentation.go", "otelc.tool.go"};
	isize n = 0;

	for (isize i = 0; i < countof(names); i++) {
		Str path = path_join(r->arena, dir, str_from(names[i]));
		if (str_eq(path, but) || !file_exists(path))
			continue;
		read_tool_file(r, path);
		n++;
	}
	return n;
}

// read_imported reads the rules of one package of which the folder is known. Our copy stands
// for a folder of go's module cache.
static void read_imported(Reader *r, Imported *p)
{
	Arena *a = r->arena;
	Str root;

	if (!rulemod_copy(a, r->from->cache, r->from->env ? r->from->env->modules : S(""),
		    p->module_dir, &root, r->diags))
		return;
	Str dir = str_format(a, "%.*s%.*s", STR_ARG(root),
		STR_ARG(str_slice(p->dir, p->module_dir.len, p->dir.len)));
	bool own = strlist_has(&r->set->roots, root);
	isize rules = read_folder(r, dir, IN_MODULE, own);
	if (read_tool_files(r, root, p->src->name) == 0 && rules == 0)
		diag_error(r->diags, p->src, p->at,
			"the package '%.*s' has no rule file in its folder, and its module no tool "
			"file",
			STR_ARG(p->path));
}

// find_here looks where nobody has to be asked: in the bundle, beside the file, in the modules
// that are worked on, and among the packages of the build.
static bool find_here(Reader *r, Imported *p)
{
	HookPackage hp;
	const Package *pkg = r->from->packages ? map_get(r->from->packages, p->path) : NULL;

	if (ruleset_find(r->set, p->src->name, p->path, &hp) && file_is_dir(hp.dir)) {
		p->dir = hp.dir;
		p->module_dir = hp.module_dir;
	} else if (pkg && pkg->module && pkg->module->dir.len > 0) {
		p->dir = pkg->dir;
		p->module_dir = pkg->module->dir;
	}
	return p->dir.len > 0;
}

static void take_answer(Reader *r, const json_t *obj, ImportedList *all)
{
	Str path = jstr(obj, "ImportPath"), dir = jstr(obj, "Dir"),
	    module_dir = jstr(jobj(obj, "Module"), "Dir");

	for (isize i = 0; i < all->n; i++) {
		Imported *p = &all->v[i];
		if (!str_eq(p->path, path) || module_dir.len == 0)
			continue;
		p->dir = str_dup(r->arena, dir);
		p->module_dir = str_dup(r->arena, module_dir);
	}
}

// ask_go asks for packages that are in the build list, but not in the build.
static void ask_go(Reader *r, ImportedList *all)
{
	StrList args = {.arena = r->arena};
	Diags none = {.arena = r->arena};
	Str out = S("");

	strlist_add(&args, S("list"));
	strlist_add(&args, S("-find"));
	strlist_add(&args, S("-e"));
	strlist_add(&args, S("-json=ImportPath,Dir,Module"));
	strlist_add(&args, S("--"));
	for (isize i = 0; i < all->n; i++)
		if (all->v[i].dir.len == 0)
			strlist_add(&args, all->v[i].path);
	if (!r->from->env || args.n == 5 || r->from->roots.n == 0 ||
		!go_output(r->arena, r->from->env->go, &args, r->from->roots.v[0], &out, &none))
		return;
	Source src = {S("go list"), out};
	JsonStream s = {.src = &src};
	for (json_t *obj; json_next(&s, &obj, &none) && obj;)
		take_answer(r, obj, all);
}

// read_tool_file reads the rules of the packages that the blank imports of a file name.
static void read_tool_file(Reader *r, Str path)
{
	Source *src = arena_new(r->arena, Source);
	ImportedList all = {0};
	isize n = 0;
	File f;

	if (strlist_has(&r->tools, path))
		return;
	strlist_add(&r->tools, path);
	strlist_add(&r->set->files, path);
	src->name = path;
	if (!imports_read(r->arena, src, &f, r->diags))
		return;
	for (const Import *imp = f.imports; imp; imp = imp->next)
		n++;
	all.v = arena_array(r->arena, Imported, n + 1);
	for (const Import *imp = f.imports; imp; imp = imp->next) {
		if (!str_eq(imp->name, S("_")))
			continue;
		all.v[all.n] = (Imported){.src = src, .at = imp->at, .path = imp->path};
		find_here(r, &all.v[all.n++]);
	}
	ask_go(r, &all);
	for (isize i = 0; i < all.n; i++) {
		Imported *p = &all.v[i];
		if (p->dir.len > 0) {
			read_imported(r, p);
			continue;
		}
		r->set->incomplete = true;
		diag_error(
			r->diags, src, p->at, "cannot find the package '%.*s'", STR_ARG(p->path));
		diag_help(r->diags,
			"'go get' adds its module to go.mod, 'otel add' to otel.yaml alone");
	}
}

// ---- modules that an otel.yaml uses

// may_fetch tells whether the build lets go fetch anything.
static bool may_fetch(const GoEnv *env)
{
	return !str_eq(env->proxy, S("off")) && str_find(env->flags, S("-mod=vendor")) < 0;
}

static bool cannot_fetch(Reader *r, const RuleUse *use, Str why)
{
	r->set->incomplete = true;
	diag_error(r->diags, use->src, use->entry.at, "the rules of '%.*s' are not here: %.*s",
		STR_ARG(use->entry.text), STR_ARG(why));
	return diag_help(r->diags, "'otel add %.*s' fetches them", STR_ARG(use->entry.text));
}

// built_folder finds a module that the program is made of anyway: that stays at its version.
static bool built_folder(Reader *r, const RuleUse *use, Str module, Str version, Str *out)
{
	const StrMap *packages = r->from->packages;
	const Module *m = packages ? module_named(packages, module) : NULL;

	if (!m || m->dir.len == 0)
		return false;
	*out = m->dir;
	if (!str_eq(m->version, version))
		diag_error(r->diags, use->src, use->entry.at,
			"this build has '%.*s' at %.*s: the rules are those of that version",
			STR_ARG(module), STR_ARG(m->version.len > 0 ? m->version : S("(devel)")));
	return true;
}

// module_folder returns the folder of a module at a version; it is fetched if need be.
static bool module_folder(Reader *r, const RuleUse *use, Str module, Str version, Str *out)
{
	const GoEnv *env = r->from->env;
	Diags fault = {.arena = r->arena};
	RuleModule fetched;

	if (built_folder(r, use, module, version, out))
		return true;
	*out = rulemod_cached(r->arena, env->modules, module, version);
	if (file_is_dir(*out))
		return true;
	if (!may_fetch(env))
		return cannot_fetch(r, use, S("this build may fetch nothing"));
	if (!rulemod_fetch(r->arena, env, use->entry.text, &fetched, &fault))
		return cannot_fetch(r, use, fault.last->text);
	*out = fetched.dir;
	return true;
}

static bool is_second(Reader *r, RuleUse *use, Str module)
{
	const RuleUse *before = map_get(&r->used, module);

	if (!before) {
		map_put(&r->used, module, use);
		return false;
	}
	if (str_eq(before->entry.text, use->entry.text))
		return true;
	return !diag_error(r->diags, use->src, use->entry.at, "'%.*s' is used already, as '%.*s'",
		STR_ARG(module), STR_ARG(before->entry.text));
}

static void read_used(Reader *r, RuleUse *use)
{
	Arena *a = r->arena;
	Str entry = use->entry.text, version = entry, module = str_cut(&version, '@'), dir;
	bool folder = rulemod_is_folder(entry);

	if (is_second(r, use, folder ? entry : module))
		return;
	if (folder)
		dir = path_clean(a, path_join(a, path_dir(use->src->name), entry));
	else if (!r->from->env || !module_folder(r, use, module, version, &dir) ||
		 !rulemod_copy(a, r->from->cache, r->from->env->modules, dir, &dir, r->diags))
		return;
	bool is_dir = file_is_dir(dir);
	bool rules = is_dir && read_folder(r, dir, IN_MODULE, false) > 0;
	if (is_dir && read_tool_files(r, dir, S("")) > 0)
		rules = true;
	if (rules)
		return;
	r->set->incomplete = true;
	diag_error(r->diags, use->src, use->entry.at,
		is_dir ? "there is no rule file in '%.*s'" : "there is no folder '%.*s'",
		STR_ARG(dir));
}

// ---- libraries that ship rules

static bool is_trusted(Reader *r, Str module)
{
	const StrList *trust = &r->set->rules.trust;

	for (isize i = 0; i < trust->n; i++)
		if (glob_matches(trust->v[i], module))
			return true;
	return false;
}

static bool ships_rules(Reader *r, const Module *m)
{
	static const char *const names[] = {"otel.yaml", "otelc.yaml", "otelc.yml"};

	for (isize i = 0; i < countof(names); i++)
		if (file_exists(path_join(r->arena, m->dir, str_from(names[i]))))
			return true;
	return false;
}

static void read_library(Reader *r, const Module *m)
{
	Str dir;

	if (!ships_rules(r, m))
		return;
	if (!is_trusted(r, m->path))
		strlist_add(&r->set->untrusted, m->path);
	else if (rulemod_copy(
			 r->arena, r->from->cache, r->from->env->modules, m->dir, &dir, r->diags))
		read_folder(r, dir, IN_MODULE, false);
}

static void read_libraries(Reader *r)
{
	StrMap done = {.arena = r->arena};
	const StrMap *packages = r->from->packages;

	for (isize i = 0; packages && i < packages->n; i++) {
		const Package *p = packages->v[i].value;
		bool library = p->module && !p->module->is_main && p->module->dir.len > 0;
		if (!library || map_get(&done, p->module->path) ||
			map_get(&r->used, p->module->path))
			continue;
		map_put(&done, p->module->path, p->module);
		read_library(r, p->module);
	}
}

// ---- all

// drop_wrong leaves out the rules for a signal that there is not.
static void drop_wrong(Reader *r)
{
	for (Rule **link = &r->set->rules.first; *link;) {
		if (signals_check(r->arena, *link, r->diags))
			link = &(*link)->next;
		else
			*link = (*link)->next;
	}
}

static void read_default(Reader *r)
{
	const RuleSources *from = r->from;

	if (!from->without_ours)
		read_folder(r, path_join(r->arena, from->bundle, S("go/hooks")), DEEP, true);
	for (isize i = 0; i < from->roots.n; i++)
		read_folder(r, from->roots.v[i], FLAT, true);
	for (isize i = 0; i < from->roots.n; i++)
		read_tool_files(r, from->roots.v[i], S(""));
}

void ruleset_read(Arena *a, const RuleSources *from, RuleSet *out, Diags *d)
{
	Diags wrong = {.arena = a}, none = {.arena = a};
	Reader r = {.arena = a,
		.from = from,
		.set = out,
		.tools.arena = a,
		.used.arena = a,
		.diags = &wrong};
	Str list = path_join(a, from->bundle, S("packages"));

	*out = (RuleSet){.arena = a,
		.packages.arena = a,
		.files.arena = a,
		.untrusted.arena = a,
		.rules = {.exclude.arena = a, .off.arena = a, .trust.arena = a},
		.bundle = from->bundle,
		.cache = from->cache,
		.roots = from->roots};
	if (from->bundle.len > 0 && file_exists(list))
		file_read(a, list, &out->bundled, &none);
	if (!from->only)
		read_default(&r);
	read_named(&r, from->named);
	for (RuleUse *use = out->rules.use; use; use = use->next)
		read_used(&r, use);
	if (!from->only)
		read_libraries(&r);
	drop_wrong(&r);
	diag_soften(d, &wrong);
}
