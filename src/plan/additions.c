#include "plan/planner.h"

#include "os/file.h"
#include "plan/apart.h"
#include "plan/graph.h"
#include "plan/hidden.h"
#include "plan/laterlog.h"
#include "plan/vendor.h"
#include "weave/adapter.h"

static void add_file(Planner *p, Str name, Str text)
{
	map_put(&p->files, name, planner_str(p, text));
}

bool planner_is_part(const Package *main, const Package *p)
{
	Str path = package_path(p);

	if (p == main)
		return true;
	for (isize i = 0; i < main->deps.n; i++) {
		Str dep = main->deps.v[i];
		if (str_starts(dep, path) && (dep.len == path.len || dep.p[path.len] == ' '))
			return true;
	}
	return false;
}

// hooks_of adds the packages of the hooks that are woven into what main is made of.
static void hooks_of(const Planner *p, const Package *main, StrList *out)
{
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (planner_is_part(main, w->package))
			spec_packages(&w->spec, out);
	}
}

// imports_of adds the packages that code woven into what main is made of imports, beyond what
// main has anyway.
static void imports_of(const Planner *p, const Package *main, StrList *out)
{
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (!planner_is_part(main, w->package))
			continue;
		for (isize k = 0; k < w->imports.n; k++)
			if (!strlist_has(&main->deps, w->imports.v[k]) &&
				!strlist_has(out, w->imports.v[k]))
				strlist_add(out, w->imports.v[k]);
	}
}

static void add_import(StrBuf *b, Str package)
{
	buf_addf(b, "\t_ \"%.*s\"\n", STR_ARG(package));
}

// add_signals imports what serves the chosen signals beside traces, which the runtime does. By
// name, if extensions are handed over.
static void add_signals(Planner *p, StrBuf *b, bool named)
{
	for (isize i = 0; i < p->out->signals.n; i++) {
		Str signal = p->out->signals.v[i];
		if (str_eq(signal, S("traces")))
			continue;
		if (named)
			buf_addf(b, "\totel_%.*s_ \"otel.tool/runtime/%.*s\"\n", STR_ARG(signal),
				STR_ARG(signal));
		else
			add_import(
				b, str_format(p->arena, "otel.tool/runtime/%.*s", STR_ARG(signal)));
	}
}

// ---- extensions

// Those that one main package links.
typedef struct {
	const Extension **v;
	isize n;
} Linked;

static Linked extensions_of(Planner *p, const Package *home)
{
	Diags wrong = {.arena = p->arena};
	Linked l = {0};
	isize n = 0;

	for (const Extension *e = p->extensions; e; e = e->next)
		n++;
	l.v = arena_array(p->arena, const Extension *, n + 1);
	for (const Extension *e = p->extensions; e; e = e->next) {
		if (extension_may_import(e, home)) {
			l.v[l.n++] = e;
			continue;
		}
		diag_error(&wrong, NULL, (Span){0},
			"the extension '%.*s' is left out of '%.*s', which may not import it",
			STR_ARG(e->package->path), STR_ARG(home->path));
		diag_help(&wrong, "packages below 'internal' are for what is beside that");
	}
	diag_soften(p->diags, &wrong); // a program and its test are told of once
	return l;
}

// hand_over calls what sets a signal up, with the functions that are for it.
static void hand_over(StrBuf *b, const Linked *l, Str package, Str signal)
{
	buf_addf(b, "\nvar _ = otel_%.*s_.Extend(", STR_ARG(package));
	for (isize i = 0; i < l->n; i++) {
		const Extension *e = l->v[i];
		bool begun = false;
		for (isize k = 0; k < e->functions.n; k++) {
			if (!str_eq(extension_signal(e, k), signal))
				continue;
			if (!begun)
				buf_addf(b, "otel_%.*s_.Extension{Name: \"%.*s\"", STR_ARG(package),
					STR_ARG(e->package->path));
			begun = true;
			buf_addf(b, ", %.*s: otel_extension%td_.%.*s", STR_ARG(e->functions.v[k]),
				i, STR_ARG(e->functions.v[k]));
		}
		buf_add(b, begun ? S("}, ") : S(""));
	}
	buf_add(b, S(")\n"));
}

// add_extensions hands the functions over. That there are any, the runtime knows before it is
// initialised, by data of ours in the place of a variable of its own; so it waits for them.
static void add_extensions(Planner *p, StrBuf *b, const Linked *l)
{
	if (l->n == 0)
		return;
	buf_add(b, S("\n//go:linkname otel_extended_ otel.tool/runtime/internal/setup.extended\n"
		     "var otel_extended_ = true\n"));
	hand_over(b, l, S("runtime"), S("traces"));
	for (isize i = 0; i < p->out->signals.n; i++)
		if (!str_eq(p->out->signals.v[i], S("traces")))
			hand_over(b, l, p->out->signals.v[i], p->out->signals.v[i]);
}

// main_file returns the Go file that links the runtime, the hooks and the extensions in.
static Str main_file(Planner *p, Str package_name, const Package *main, const Program *program,
	const Linked *extensions)
{
	StrBuf b = {.arena = p->arena};
	StrList imports = {.arena = p->arena};

	buf_addf(&b, "package %.*s\n\nimport (\n\totel_runtime_ \"otel.tool/runtime\"\n",
		STR_ARG(package_name));
	add_signals(p, &b, extensions->n > 0);
	for (isize i = 0; i < extensions->n; i++)
		buf_addf(&b, "\totel_extension%td_ \"%.*s\"\n", i,
			STR_ARG(extensions->v[i]->package->path));
	if (extensions->n > 0)
		add_import(&b, S("unsafe"));
	for (isize i = 0; i < program->hooks.n; i++)
		add_import(&b, program->hooks.v[i]);
	imports_of(p, main, &imports);
	for (isize i = 0; i < imports.n; i++)
		if (!strlist_has(&program->hooks, imports.v[i]))
			add_import(&b, imports.v[i]);
	buf_add(&b, S(")\n\nvar _ = otel_runtime_.Manifest("));
	json_quote(&b, planner_manifest(p, main, &program->extensions));
	buf_add(&b, S(")\n"));
	add_extensions(p, &b, extensions);
	return buf_str(&b);
}

static void overlay_file(Planner *p, Str at, Str name, Str text)
{
	add_file(p, name, text);
	map_put(&p->overlay, at, planner_str(p, name));
}

// A test binary's main package is made by go; ours comes in by the package under test.
static const Package *package_under_test(const Planner *p, const Package *test_main)
{
	Str path = str_slice(test_main->path, 0, test_main->path.len - 5);

	return map_get(&p->packages, path);
}

// is_local tells whether go lets us add a file to a package.
static bool is_local(const Planner *p, const Package *pkg)
{
	const Module *m = pkg->module;

	return m && (m->version.len == 0 || str_eq(m->path, p->elsewhere.path)) && !pkg->standard;
}

// What a file inside the package under test must not import: anything that imports that
// package, as hooks of a library do, or our runtime, when it is one of those that that
// is made of. Such a file goes beside the package, into NAME_test.
static bool is_imported_by_ours(
	const Planner *p, const Package *home, const StrList *hooks, const Linked *extensions)
{
	for (isize i = 0; i < extensions->n; i++)
		if (extension_needs(extensions->v[i], package_path(home)))
			return true;
	for (isize i = 0; i < hooks->n; i++) {
		const HookPackage *hp = map_get(&p->rules.packages, hooks->v[i]);
		if (hp->imports_library)
			return true;
	}
	return ruleset_bundles(&p->rules, package_path(home));
}

// A test that calls go has to give it the user's environment back.
static bool may_call_go(const Package *main)
{
	return str_ends(main->path, S(".test")) && strlist_has(&main->deps, S("os/exec"));
}

static Str restore_file(Planner *p, Str package_name)
{
	return str_format(p->arena, "package %.*s\n\nimport _ \"otel.tool/runtime/restore\"\n",
		STR_ARG(package_name));
}

// The folder of .go files that were named on the command line, as it was written there.
static Str named_folder(const Planner *p)
{
	return p->args->packages.n > 0 ? path_dir(p->args->packages.v[0]) : S(".");
}

static const Program *add_program(Planner *p, Str path, StrList hooks, const Linked *extensions)
{
	Program **link = &p->out->programs;

	while (*link)
		link = &(*link)->next;
	*link = arena_new(p->arena, Program);
	**link = (Program){.path = path, .hooks = hooks, .extensions.arena = p->arena};
	for (isize i = 0; i < extensions->n; i++)
		strlist_add(&(*link)->extensions, extensions->v[i]->package->path);
	return *link;
}

// is_changed tells whether something in what main is made of is woven.
static bool is_changed(const Planner *p, const Package *main)
{
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (planner_is_part(main, w->package))
			return true;
	}
	return false;
}

// links_ours tells whether a program gets our file: if something that is woven is in it.
static bool links_ours(const Planner *p, const Package *main)
{
	StrList hooks = {.arena = p->arena};

	hooks_of(p, main, &hooks);
	return hooks.n > 0 || is_changed(p, main);
}

void planner_add_main(Planner *p, Package *main)
{
	bool test = str_ends(main->path, S(".test"));
	const Package *home = test ? package_under_test(p, main) : main;
	StrList hooks = {.arena = p->arena};
	Arena *a = p->arena;
	bool files = main->module == NULL && str_eq(main->path, S("command-line-arguments"));

	bool links = links_ours(p, main);
	if ((!links && !may_call_go(main)) || !home)
		return;
	if (!is_local(p, home) && !files && !(p->apart && !home->standard))
		return;
	Linked extensions = links ? extensions_of(p, home) : (Linked){0};
	for (isize i = 0; i < extensions.n; i++)
		extension_join(extensions.v[i], main);
	hooks_of(p, main, &hooks);
	strlist_sort(&hooks);
	const Program *program = add_program(p, main->path, hooks, &extensions);
	// A program under test has handed them over in its own file.
	if (test && str_eq(home->name, S("main")) && links_ours(p, home))
		extensions.n = 0;
	bool outside = test && is_imported_by_ours(p, home, &hooks, &extensions);
	Str package = str_format(a, "%.*s%s", STR_ARG(home->name), outside ? "_test" : "");
	Str name = test ? S("otel_runtime_test.go") : S("otel.runtime.go");
	Str text = links ? main_file(p, package, main, program, &extensions)
			 : restore_file(p, package);
	Str at = path_join(a, elsewhere_place(a, &p->elsewhere, home->dir), name);
	Str file = str_format(a, "main-%td.go", p->files.n);
	if (p->apart) {
		add_file(p, file, text);
		apart_main(p, main->path, file, at);
		return;
	}
	overlay_file(p, at, file, text);
	if (files)
		strlist_add(&p->extra, path_join(a, named_folder(p), name));
}

static void add_hook_package(Planner *p, const HookPackage *hp, StrList *modules)
{
	Arena *a = p->arena;
	const Spec **specs = arena_array(a, const Spec *, p->woven.n + 1);

	for (isize i = 0; i < p->woven.n; i++)
		specs[i] = &p->woven.v[i].spec;
	Str text = adapter_links(a, hp->name, hp->path, &hp->aliases, specs, p->woven.n);
	Str at = path_join(a, hp->dir, S("otel.links.go"));
	overlay_file(p, at, str_format(a, "links-%td.go", p->files.n), text);
	for (isize i = 0; i < hp->modules.n; i++)
		if (!strlist_has(modules, hp->modules.v[i]))
			strlist_add(modules, hp->modules.v[i]);
}

// Our requirements must not move what the user has: see workspace_keep.
static bool keep_versions(Planner *p)
{
	Str root = vendor_root(p);

	// A vendor folder may lack packages that ours need.
	p->workspace.vendored = root.len > 0;
	p->workspace.keep_family = root.len == 0 && !p->in->newer &&
				   workspace_has_family(&p->packages, &p->out->signals);
	if (root.len > 0 && !vendor_replace(p, root))
		return false;
	if (root.len == 0 && p->env.work.len == 0)
		hidden_replace(p);
	workspace_keep(&p->workspace, &p->packages, p->requirements, &p->out->moved);
	graph_read(p);
	if (!strlist_has(&p->out->signals, S("logs")))
		return true;
	if (!laterlog_read(p, &p->laterlog))
		return false;
	if (p->laterlog.len > 0)
		laterlog_add(p);
	return true;
}

// change_go_mod overlays the go.mod of a module that we add to the workspace, if this
// build needs another. The first one, the runtime's, gets the excludes.
static bool change_go_mod(Planner *p, Str dir, bool first)
{
	Str path = path_join(p->arena, dir, S("go.mod")), text;
	bool ours = str_starts(dir, p->bundle);

	if (!file_read(p->arena, path, &text, p->diags))
		return false;
	Str changed = workspace_go_mod(&p->workspace, &p->packages, p->requirements, ours, text);
	if (ours)
		changed = graph_go_mod(p, changed);
	if (ours && p->laterlog.len > 0)
		changed = laterlog_go_mod(p->arena, p->laterlog, changed);
	if (first)
		changed = str_format(p->arena, "%.*s%.*s", STR_ARG(changed),
			STR_ARG(workspace_excludes(&p->workspace)));
	if (!str_eq(changed, text))
		overlay_file(p, path, str_format(p->arena, "go-%td.mod", p->files.n), changed);
	return true;
}

// A workspace does not take -modfile. That file, and the .sum beside it, lie
// over the module's own.
static void overlay_modfile(Planner *p)
{
	Arena *a = p->arena;
	Str root = path_dir(p->env.mod), sum = planner_modfile_sum(p);

	if (p->modfile.len == 0)
		return;
	map_put(&p->overlay, path_join(a, root, S("go.mod")), planner_str(p, p->modfile));
	if (file_exists(sum))
		map_put(&p->overlay, path_join(a, root, S("go.sum")), planner_str(p, sum));
}

// requires_otelc tells whether one of the modules is written for OpenTelemetry's own tool.
static bool requires_otelc(Planner *p, const StrList *modules)
{
	Diags none = {.arena = p->arena};
	Str text;

	for (isize i = 0; i < modules->n; i++)
		if (file_read(p->arena, path_join(p->arena, modules->v[i], S("go.mod")), &text,
			    &none) &&
			str_find(text, S("go.opentelemetry.io/otelc/")) >= 0)
			return true;
	return false;
}

// What such modules import of that tool, they get from us, whatever version they require.
static void add_otelc(Planner *p, StrList *modules)
{
	static const char *const ours[] = {"go/otelc/pkg", "go/otelc/pkg/runtime"};

	if (!requires_otelc(p, modules) && !requires_otelc(p, &p->workspace.uses))
		return;
	for (int i = 0; i < countof(ours); i++) {
		Str dir = path_join(p->arena, p->bundle, str_from(ours[i]));
		if (!strlist_has(modules, dir))
			strlist_add(modules, dir);
	}
}

static const Module *module_of(const Planner *p, Str path)
{
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (pkg->module && str_eq(pkg->module->path, path))
			return pkg->module;
	}
	return NULL;
}

// add_module opens the workspace to a module of hooks. A library of the build that has
// hooks itself comes from our copy, if it lies where no file can be overlaid.
static bool add_module(Planner *p, Str dir, bool first)
{
	const Module *m = module_of(p, module_path(p->arena, dir));
	StrBuf line = {.arena = p->arena};

	if (strlist_has(&p->workspace.uses, dir) || (m && str_eq(m->dir, dir)))
		return true;
	if (m && m->version.len > 0) {
		buf_addf(&line, "%.*s => ", STR_ARG(m->path));
		json_quote(&line, dir);
		strlist_add(&p->workspace.replaces, buf_str(&line));
		strlist_add(&p->moved, m->path);
		return true;
	}
	strlist_add(&p->workspace.uses, dir);
	return change_go_mod(p, dir, first);
}

// What was named path@version comes from our copy.
static void add_elsewhere(Planner *p)
{
	const Elsewhere *e = &p->elsewhere;
	StrBuf line = {.arena = p->arena};

	if (e->home.len == 0)
		return;
	buf_addf(&line, "%.*s => ", STR_ARG(e->path));
	json_quote(&line, e->copy);
	strlist_add(&p->workspace.replaces, buf_str(&line));
	strlist_add(&p->moved, e->path);
}

bool planner_add_hooks(Planner *p)
{
	StrList modules = {.arena = p->arena}, used = {.arena = p->arena};

	strlist_add(&modules, path_join(p->arena, p->bundle, S("go/runtime")));
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		spec_packages(&w->spec, &used);
		for (isize k = 0; k < w->imports.n; k++)
			if (map_get(&p->rules.packages, w->imports.v[k]) &&
				!strlist_has(&used, w->imports.v[k]))
				strlist_add(&used, w->imports.v[k]);
	}
	strlist_sort(&used);
	for (isize i = 0; i < used.n; i++)
		add_hook_package(p, map_get(&p->rules.packages, used.v[i]), &modules);
	add_otelc(p, &modules);
	overlay_modfile(p);
	add_elsewhere(p);
	if (!keep_versions(p))
		return false;
	for (isize i = 0; i < modules.n; i++)
		if (!add_module(p, modules.v[i], i == 0))
			return false;
	return true;
}
