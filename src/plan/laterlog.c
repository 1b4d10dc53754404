#include "plan/laterlog.h"

#include "os/file.h"
#include "plan/graph.h"
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
	if (log || version_cmp(graph_version(p, OTEL_LOG), first) >= 0)
		*later = list;
	return true;
}

// is_api tells whether a module is a part of OpenTelemetry's API: where log is later, they all are.
static bool is_api(Str module)
{
	return is_otel_family(module) && !str_starts(module, S("go.opentelemetry.io/otel/sdk"));
}

void laterlog_add(Planner *p)
{
	Arena *a = p->arena;
	Str later = p->laterlog;
	StrList *excludes = &p->workspace.excludes;

	map_put(&p->overlay, path_join(a, p->bundle, S(LOGVALUE "/logvalue.go")),
		planner_str(p, path_join(a, p->bundle, S(LOGVALUE "/attribute/logvalue.go"))));
	next_line(&later);
	while (later.len > 0) {
		Line l = next_line(&later);
		if (is_api(l.path))
			continue;
		const Module *m = module_named(&p->packages, l.path);
		Str have = m ? m->version : graph_version(p, l.path);
		Str line = str_format(a, "%.*s %.*s", STR_ARG(l.path), STR_ARG(l.version));
		if (have.len == 0 && !m)
			have = workspace_brings(p->requirements, l.path);
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
		if (requirement_parse(line, &r) && str_eq(r.path, sdk.path) &&
			version_cmp(r.version, sdk.version) < 0)
			line = requirement_line(a, line, sdk.version);
		buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_str(&b);
}
