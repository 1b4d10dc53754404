#include "plan/hidden.h"

#include "os/file.h"

// may_have collects the paths that a module with one of the packages can have.
static void may_have(const Planner *p, StrMap *out)
{
	for (isize i = 0; i < p->packages.n; i++) {
		Package *pkg = p->packages.v[i].value;
		if (!pkg->module)
			continue;
		for (Str path = package_path(pkg); path.len > 1 && !map_get(out, path);
			path = path_dir(path))
			map_put(out, path, pkg);
	}
}

static void modules_of_build(const Planner *p, StrMap *out)
{
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (pkg->module)
			map_put(out, pkg->module->path, pkg->module);
	}
}

static void hide(Planner *p, Str module)
{
	Str name = str_format(p->arena, "hidden-%td.mod", p->files.n);
	Str dir = str_format(p->arena, "%.*s/hidden/%.*s", STR_ARG(p->bundle), STR_ARG(module));
	StrBuf line = {.arena = p->arena};

	buf_addf(&line, "%.*s => ", STR_ARG(module));
	json_quote(&line, dir);
	strlist_add(&p->workspace.replaces, buf_str(&line));
	map_put(&p->files, name,
		planner_str(p, str_format(p->arena, "module %.*s\n", STR_ARG(module))));
	map_put(&p->overlay, path_join(p->arena, dir, S("go.mod")), planner_str(p, name));
}

void hidden_replace(Planner *p)
{
	Arena *a = p->arena;
	Str sums = p->modfile.len > 0 ? planner_modfile_sum(p)
				      : path_join(a, path_dir(p->env.mod), S("go.sum"));
	StrMap paths = {.arena = a}, done = {.arena = a};
	Diags none = {.arena = a};
	Str text;

	if (!file_exists(sums) || !file_read(a, sums, &text, &none))
		return;
	may_have(p, &paths);
	modules_of_build(p, &done);
	Str requirements = str_format(a, "\n%.*s", STR_ARG(p->requirements));
	while (text.len > 0) {
		Str line = str_cut(&text, '\n'), module = str_cut(&line, ' ');
		if (map_get(&done, module) || !map_get(&paths, module))
			continue;
		map_put(&done, module, p);
		if (str_find(requirements, str_format(a, "\n%.*s ", STR_ARG(module))) < 0)
			hide(p, module);
	}
}
