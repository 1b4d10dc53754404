#include "plan/laterlog.h"

#include "os/file.h"
#include "plan/version.h"

#define OTEL_LOG S("go.opentelemetry.io/otel/log")
#define LOGVALUE "go/runtime/internal/logvalue"

// A module's version, as a go.mod has it.
typedef struct {
	Str path, version;
} Line;

static Line next_line(Str *list)
{
	Line l = {.version = str_cut(list, '\n')};

	l.path = str_cut(&l.version, ' ');
	return l;
}

// note_file notes what a go.mod requires, if there is that file: the highest version of each
// module. The lines go into *lines, if it is not NULL.
static void note_file(Planner *p, Str path, StrMap *highest, StrList *lines)
{
	Diags unread = {.arena = p->arena};
	Requirement r;
	Str text;

	if (!file_exists(path) || !file_read(p->arena, path, &text, &unread))
		return;
	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		if (!requirement_parse(line, &r))
			continue;
		const Str *known = map_get(highest, r.path);
		if (!known || version_cmp(r.version, *known) > 0)
			map_put(highest, r.path, planner_str(p, r.version));
		if (lines)
			strlist_add(lines, line);
	}
}

// in_cache returns where go's module cache has the go.mod of a module that a line requires.
// Capital letters are escaped there (go.dev/ref/mod#module-cache).
static Str in_cache(Planner *p, Str line)
{
	StrBuf b = {.arena = p->arena};
	Requirement r;

	requirement_parse(line, &r);
	buf_addf(&b, "%.*s/cache/download/", STR_ARG(p->env.modules));
	Str name = str_format(p->arena, "%.*s/@v/%.*s.mod", STR_ARG(r.path), STR_ARG(r.version));
	for (isize i = 0; i < name.len; i++) {
		bool capital = name.p[i] >= 'A' && name.p[i] <= 'Z';
		char c = (char)(capital ? name.p[i] - 'A' + 'a' : name.p[i]);
		buf_addf(&b, "%s%c", capital ? "!" : "", c);
	}
	return buf_str(&b);
}

// required notes what is required by the user's own go.mod files, and by those of the modules that
// these name or that packages of the build are of: the part of go's graph that a workspace has
// of them. Modules are there that no package of the build is of.
static void required(Planner *p, StrMap *highest)
{
	Arena *a = p->arena;
	StrList lines = {.arena = a};
	StrMap seen = {.arena = a};

	highest->arena = a;
	for (isize i = 0; i < p->workspace.uses.n; i++)
		note_file(p,
			p->modfile.len > 0 ? p->modfile
					   : path_join(a, p->workspace.uses.v[i], S("go.mod")),
			highest, &lines);
	if (p->workspace.vendored)
		return;
	for (isize i = 0; i < lines.n; i++)
		note_file(p, in_cache(p, lines.v[i]), highest, NULL);
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (!pkg->module || map_get(&seen, pkg->module->path))
			continue;
		map_put(&seen, pkg->module->path, pkg->module);
		note_file(p, path_join(a, pkg->module->dir, S("go.mod")), highest, NULL);
	}
}

static Str highest_of(const StrMap *highest, Str module)
{
	const Str *v = map_get(highest, module);

	return v ? *v : S("");
}

// has_own_values tells whether the package log declares the values of records itself. A fork, or a
// version between two releases, may do either.
static bool has_own_values(Planner *p, const Package *log)
{
	for (isize i = 0; i < log->files.n; i++) {
		Diags unread = {.arena = p->arena};
		Str text;
		if (file_read(p->arena, path_join(p->arena, log->dir, log->files.v[i]), &text,
			    &unread) &&
			str_find(text, S("\ntype KeyValue struct")) >= 0)
			return true;
	}
	return false;
}

bool laterlog_read(Planner *p, Str *later)
{
	const Package *log = map_get(&p->packages, OTEL_LOG);
	Str list;

	*later = S("");
	if (log && has_own_values(p, log))
		return true;
	if (!file_read(p->arena, path_join(p->arena, p->bundle, S("later")), &list, p->diags))
		return false;
	Str all = list, first = next_line(&all).version;
	StrMap highest = {0};
	if (!log)
		required(p, &highest);
	if (log || version_cmp(highest_of(&highest, OTEL_LOG), first) >= 0)
		*later = list;
	return true;
}

// ours returns the version that we bring of a module, "" if we don't.
static Str ours(Str requirements, Str module)
{
	Str highest = S("");

	while (requirements.len > 0) {
		Line l = next_line(&requirements);
		if (str_eq(l.path, module) && version_cmp(l.version, highest) > 0)
			highest = l.version;
	}
	return highest;
}

void laterlog_add(Planner *p, Str later, Str requirements)
{
	Arena *a = p->arena;
	StrList *excludes = &p->workspace.excludes;
	StrMap highest = {0};

	required(p, &highest);
	map_put(&p->overlay, path_join(a, p->bundle, S(LOGVALUE "/logvalue.go")),
		planner_str(p, path_join(a, p->bundle, S(LOGVALUE "/attribute/logvalue.go"))));
	next_line(&later);
	while (later.len > 0) {
		Line l = next_line(&later);
		const Module *m = module_named(&p->packages, l.path);
		Str have = m ? m->version : highest_of(&highest, l.path);
		Str line = str_format(a, "%.*s %.*s", STR_ARG(l.path), STR_ARG(l.version));
		if (have.len == 0 && !m)
			have = ours(requirements, l.path);
		if (have.len > 0 && version_cmp(have, l.version) < 0 &&
			!strlist_has(excludes, line))
			strlist_add(excludes, line);
	}
}

Str laterlog_go_mod(Arena *a, Str later, Str go_mod)
{
	Line sdk = next_line(&later);
	StrBuf b = {.arena = a};

	while (go_mod.len > 0) {
		Str line = str_cut(&go_mod, '\n');
		Requirement r;
		if (requirement_parse(line, &r) && str_eq(r.path, sdk.path))
			line = str_format(a, "%s%.*s %.*s",
				str_starts(line, S("require ")) ? "require " : "\t",
				STR_ARG(r.path), STR_ARG(sdk.version));
		buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_str(&b);
}
