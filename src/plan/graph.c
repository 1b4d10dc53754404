#include "plan/graph.h"

#include "os/file.h"
#include "plan/version.h"

// note_file notes what a go.mod requires, if there is that file: the highest version of each
// module. The lines go into *lines, if it is not NULL.
static void note_file(Planner *p, Str path, StrList *lines)
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
		const Str *known = map_get(&p->graph, r.path);
		if (!known || version_cmp(r.version, *known) > 0)
			map_put(&p->graph, r.path, planner_str(p, r.version));
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

void graph_read(Planner *p)
{
	Arena *a = p->arena;
	StrList lines = {.arena = a};
	StrMap seen = {.arena = a};

	p->graph = (StrMap){.arena = a};
	for (isize i = 0; i < p->workspace.uses.n; i++)
		note_file(p,
			p->modfile.len > 0 ? p->modfile
					   : path_join(a, p->workspace.uses.v[i], S("go.mod")),
			&lines);
	if (p->workspace.vendored)
		return;
	for (isize i = 0; i < lines.n; i++)
		note_file(p, in_cache(p, lines.v[i]), NULL);
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (!pkg->module || map_get(&seen, pkg->module->path))
			continue;
		map_put(&seen, pkg->module->path, pkg->module);
		note_file(p, path_join(a, pkg->module->dir, S("go.mod")), NULL);
	}
}

Str graph_version(const Planner *p, Str module)
{
	const Str *v = map_get(&p->graph, module);

	return v ? *v : S("");
}

Str graph_go_mod(Planner *p, Str go_mod)
{
	StrBuf b = {.arena = p->arena};

	while (go_mod.len > 0) {
		Str line = str_cut(&go_mod, '\n');
		Requirement r;
		if (requirement_parse(line, &r) && is_otel_family(r.path) &&
			version_cmp(graph_version(p, r.path), r.version) > 0)
			line = requirement_line(p->arena, line, graph_version(p, r.path));
		buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_str(&b);
}
