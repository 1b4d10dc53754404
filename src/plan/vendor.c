#include "plan/vendor.h"

#include "os/file.h"

// A module as vendor/modules.txt has it.
typedef struct {
	Str path, version; // version is "" if it is replaced by a folder
	Str go;            // its language version, "" if not said
} Vendored;

Str vendor_root(Planner *p)
{
	Str root = path_dir(p->env.work.len > 0 ? p->env.work : p->env.mod);
	Str prefix = path_join(p->arena, root, S("vendor/"));

	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (pkg->module && str_starts(pkg->dir, prefix))
			return root;
	}
	return S("");
}

// Module = "# " path " " version [ " => " path [ " " version ] ] .
static Vendored parse_module(Str line)
{
	Vendored m = {0};

	line = str_slice(line, 2, line.len);
	m.path = str_cut(&line, ' ');
	if (str_starts(line, S("v")))
		m.version = str_cut(&line, ' ');
	return m;
}

// Notes = "## " note { ";" note } .  One note is "go 1.21".
static Str parse_go(Str line)
{
	line = str_slice(line, 3, line.len);
	while (line.len > 0) {
		Str note = str_trim(str_cut(&line, ';'));
		if (str_starts(note, S("go ")))
			return str_slice(note, 3, note.len);
	}
	return S("");
}

// has_ours tells whether the folder has all packages of a module that our own modules
// import; a module that they don't import has them.
static bool has_ours(Planner *p, Str list, Str root, Str module)
{
	Arena *a = p->arena;

	while (list.len > 0) {
		Str package = str_cut(&list, '\n');
		if (!str_eq(str_cut(&package, ' '), p->env.os) ||
			!str_eq(str_cut(&package, ' '), module))
			continue;
		Str dir = str_format(a, "%.*s/vendor/%.*s", STR_ARG(root), STR_ARG(package));
		if (!file_is_dir(dir))
			return false;
	}
	return true;
}

static void replace_module(Planner *p, Str root, const Vendored *m)
{
	Arena *a = p->arena;
	Str dir = str_format(a, "%.*s/vendor/%.*s", STR_ARG(root), STR_ARG(m->path));
	Str name = str_format(a, "vendor-%td.mod", p->files.n);
	StrBuf line = {.arena = a}, mod = {.arena = a};

	buf_addf(&line, "%.*s => ", STR_ARG(m->path));
	json_quote(&line, dir);
	strlist_add(&p->workspace.replaces, buf_str(&line));

	buf_addf(&mod, "module %.*s\n", STR_ARG(m->path));
	if (m->go.len > 0)
		buf_addf(&mod, "\ngo %.*s\n", STR_ARG(m->go));
	map_put(&p->files, name, planner_str(p, buf_str(&mod)));
	map_put(&p->overlay, path_join(a, dir, S("go.mod")), planner_str(p, name));
}

bool vendor_replace(Planner *p, Str root)
{
	Arena *a = p->arena;
	Str text, ours;
	StrList done = {.arena = a};
	Vendored m = {0};

	if (!file_read(a, path_join(a, root, S("vendor/modules.txt")), &text, p->diags) ||
		!file_read(a, path_join(a, p->bundle, S("packages")), &ours, p->diags))
		return false;
	// The last line closes the last module.
	for (text = str_format(a, "%.*s\n# \n", STR_ARG(text)); text.len > 0;) {
		Str line = str_cut(&text, '\n');
		if (str_starts(line, S("## "))) {
			m.go = parse_go(line);
			continue;
		}
		if (!str_starts(line, S("# ")))
			continue;
		// A replacement of all versions repeats the module at the end of the list.
		if (m.path.len > 0 && !strlist_has(&done, m.path) &&
			has_ours(p, ours, root, m.path)) {
			strlist_add(&done, m.path);
			replace_module(p, root, &m);
		}
		m = parse_module(line);
	}
	return true;
}
