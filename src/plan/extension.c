#include "plan/extension.h"

#include "golang/parse.h"
#include "golang/type.h"
#include "os/file.h"

#define OTEL "go.opentelemetry.io/otel"
#define SDK OTEL "/sdk"

// What an extension may declare, by name.
static const struct {
	const char *name, *signal, *type;
} functions[] = {
	{"LogProcessors", "logs", "func() ([]" SDK "/log.Processor, error)"},
	{"MetricReaders", "metrics", "func() ([]" SDK "/metric.Reader, error)"},
	{"Propagator", "traces",
		"func(" OTEL "/propagation.TextMapPropagator) " OTEL
		"/propagation.TextMapPropagator"},
	{"Resource", "traces", "func(context.Context) (*" SDK "/resource.Resource, error)"},
	{"Sampler", "traces", "func(" SDK "/trace.Sampler) " SDK "/trace.Sampler"},
	{"SpanExporters", "traces", "func() ([]" SDK "/trace.SpanExporter, error)"},
	{"SpanProcessors", "traces", "func() []" SDK "/trace.SpanProcessor"},
	{"SpanStarting", "traces",
		"func(string, string, " OTEL "/trace.SpanKind) []" OTEL "/attribute.KeyValue"},
	{"Views", "metrics", "func() []" SDK "/metric.View"},
};

static isize function_named(Str name)
{
	for (isize i = 0; i < countof(functions); i++)
		if (str_eq(name, str_from(functions[i].name)))
			return i;
	return -1;
}

Str extension_signal(const Extension *e, isize i)
{
	return str_from(functions[function_named(e->functions.v[i])].signal);
}

// ---- what go says of the packages

typedef struct {
	const ExtensionSearch *search;
	StrMap packages; // import path -> Package *
	Diags *diags;
} Finder;

static bool is_folder(Str entry)
{
	return str_starts(entry, S("."));
}

static Str folder_of(Arena *a, const RuleExtension *e)
{
	return path_clean(a, path_join(a, path_dir(e->src->name), e->entry.text));
}

static bool wrong(const Finder *f, const RuleExtension *e, Str why)
{
	return diag_error(f->diags, e->src, e->entry.at, "the extension '%.*s' is left out: %.*s",
		STR_ARG(e->entry.text), STR_ARG(why));
}

static const Package *package_of(const Finder *f, const RuleExtension *e)
{
	if (!is_folder(e->entry.text))
		return map_get(&f->packages, e->entry.text);
	Str dir = folder_of(f->search->arena, e);
	for (isize i = 0; i < f->packages.n; i++) {
		const Package *p = f->packages.v[i].value;
		if (p->named && str_eq(p->dir, dir))
			return p;
	}
	return NULL;
}

// What go says has its advice on a second line, behind a semicolon.
static Str fault_of(Str error)
{
	Str line = str_cut(&error, '\n');
	isize advice = str_find(line, S("; to add"));

	return advice < 0 ? line : str_slice(line, 0, advice);
}

static bool check_error(const Finder *f, const RuleExtension *e, const Package *p)
{
	if (p->error.len == 0)
		return true;
	wrong(f, e, fault_of(p->error));
	if (str_starts(p->path, S("otel.tool/")))
		return diag_help(f->diags, "an extension imports OpenTelemetry's own packages, and "
					   "none of ours, so that plain go builds it too");
	if (p->named && p->name.len == 0)
		return diag_help(f->diags, "it is to be a package of a module that is being built, "
					   "or that go.mod requires");
	if (str_find(p->error, S("no required module provides")) >= 0)
		return diag_help(f->diags, "'go get %.*s' adds it to go.mod", STR_ARG(p->path));
	return diag_help(f->diags, "'go build %.*s' has to work", STR_ARG(e->entry.text));
}

static bool check_package(const Finder *f, const RuleExtension *e, const Package *p)
{
	if (!p && is_folder(e->entry.text) && !file_is_dir(folder_of(f->search->arena, e)))
		return wrong(f, e, S("there is no such folder"));
	if (!p)
		return wrong(f, e, S("go finds no such package")) ||
		       diag_help(f->diags, "'go list -deps %.*s' has to work",
			       STR_ARG(e->entry.text));
	if (!check_error(f, e, p))
		return false;
	for (isize i = 0; i < p->deps.n; i++) {
		const Package *dep = map_get(&f->packages, p->deps.v[i]);
		if (dep && !check_error(f, e, dep))
			return false;
	}
	return !str_eq(p->name, S("main")) || wrong(f, e, S("it is a program"));
}

// ---- its functions

static Str type_of(Arena *a, const File *f, const Func *fn, Str package)
{
	TypeNames names = type_names(a, f, package, NULL);
	Str params = params_canonical(a, f, &fn->params, false, &names),
	    results = params_canonical(a, f, &fn->results, false, &names);

	if (fn->results.n > 1)
		results = str_format(a, "(%.*s)", STR_ARG(results));
	return str_format(a, "func(%.*s)%s%.*s", STR_ARG(params), results.len > 0 ? " " : "",
		STR_ARG(results));
}

static void look_at(const Finder *f, const File *file, const Func *fn, Extension *e, bool *any)
{
	Arena *a = f->search->arena;
	isize i = fn->is_method ? -1 : function_named(fn->name);

	if (i < 0)
		return;
	*any = true;
	Str type = type_of(a, file, fn, e->package->path), want = str_from(functions[i].type);
	if (fn->tparams.n > 0 || !str_eq(type, want)) {
		diag_error(f->diags, file->src, fn->name_at,
			"the function '%.*s' of an extension has another signature",
			STR_ARG(fn->name));
		diag_help(f->diags, "it is %.*s, expected %.*s", STR_ARG(type), STR_ARG(want));
	} else if (strlist_has(f->search->signals, str_from(functions[i].signal)) ||
		   str_eq(str_from(functions[i].signal), S("traces"))) {
		strlist_add(&e->functions, fn->name);
	}
}

// read_functions reads the declarations of a package. *any tells whether one has a name of the
// table.
static bool read_functions(const Finder *f, Extension *e, bool *any)
{
	Arena *a = f->search->arena;

	for (isize i = 0; i < e->package->files.n; i++) {
		Source *src = arena_new(a, Source);
		File file;
		src->name = path_join(a, e->package->dir, e->package->files.v[i]);
		if (!file_read(a, src->name, &src->text, f->diags) ||
			!parse_file(a, src, (ParseOptions){0}, &file, f->diags))
			return false;
		for (const Node *n = func_next(file.decls); n; n = func_next(n->next)) {
			Func fn = func_view(a, &file, n);
			look_at(f, &file, &fn, e, any);
		}
	}
	strlist_sort(&e->functions);
	return true;
}

static StrList known_functions(Arena *a)
{
	StrList l = {.arena = a};

	for (isize i = 0; i < countof(functions); i++)
		strlist_add(&l, str_from(functions[i].name));
	return l;
}

// join makes what the package is made of part of the build.
static void join(const Finder *f, const Package *p)
{
	for (isize i = 0; i <= p->deps.n; i++) {
		Str path = i < p->deps.n ? p->deps.v[i] : p->path;
		Package *dep = map_get(&f->packages, path);
		if (!dep || map_get(f->search->packages, path))
			continue;
		dep->named = false;
		map_put(f->search->packages, path, dep);
	}
}

void extension_join(const Extension *e, Package *main)
{
	for (isize i = 0; i <= e->package->deps.n; i++) {
		Str path = i < e->package->deps.n ? e->package->deps.v[i] : e->package->path;
		if (!strlist_has(&main->deps, path))
			strlist_add(&main->deps, path);
	}
}

static void take(const Finder *f, const RuleExtension *named, Extension **link)
{
	Arena *a = f->search->arena;
	const Package *p = package_of(f, named);
	bool any = false;

	if (!check_package(f, named, p) || !p)
		return;
	while (*link && (*link)->package != p)
		link = &(*link)->next;
	if (*link)
		return;
	Extension *e = arena_new(a, Extension);
	*e = (Extension){.package = p, .functions.arena = a};
	if (!read_functions(f, e, &any))
		return;
	StrList known = known_functions(a);
	if (!any) {
		wrong(f, named, S("it has no function that an extension may have"));
		diag_help(f->diags, "these are %.*s", STR_ARG(str_join(a, &known, S(", "))));
	}
	if (e->functions.n == 0)
		return;
	join(f, p);
	*link = e;
}

bool extensions_find(
	const ExtensionSearch *s, const RuleExtension *named, Extension **out, Diags *d)
{
	Finder f = {.search = s, .packages.arena = s->arena, .diags = d};
	StrList asked = {.arena = s->arena};

	*out = NULL;
	for (const RuleExtension *e = named; e; e = e->next) {
		Str dir = folder_of(s->arena, e);
		if (!is_folder(e->entry.text))
			strlist_add(&asked, e->entry.text);
		else if (file_is_dir(dir))
			strlist_add(&asked, dir);
	}
	if (asked.n > 0 && !go_list_more(s->arena, s->env, s->args, &asked, &f.packages, d))
		return false;
	for (const RuleExtension *e = named; e; e = e->next)
		take(&f, e, out);
	return true;
}

// ---- who may import it

// above_internal returns what stands before the last element `internal`; all of it without one.
static Str above_internal(Str path)
{
	static const Str element = {"/internal", 9};

	for (isize i = path.len - element.len; i >= 0; i--) {
		Str rest = str_slice(path, i, path.len);
		if (str_starts(rest, element) &&
			(rest.len == element.len || rest.p[element.len] == '/'))
			return str_slice(path, 0, i);
	}
	return path;
}

static bool is_below(Str path, Str top)
{
	return str_starts(path, top) && (path.len == top.len || path.p[top.len] == '/');
}

bool extension_may_import(const Extension *e, const Package *home)
{
	Str path = above_internal(e->package->path);

	if (path.len == e->package->path.len)
		return true;
	if (!home->module)
		return is_below(home->dir, above_internal(e->package->dir));
	return is_below(home->path, path);
}

bool extension_needs(const Extension *e, Str package)
{
	return str_eq(e->package->path, package) || strlist_has(&e->package->deps, package);
}
