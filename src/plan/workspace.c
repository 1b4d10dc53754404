#include "plan/workspace.h"

#include "os/file.h"
#include "plan/version.h"

// go_mod_edit reads a go.mod or go.work file as JSON.
static bool go_mod_edit(
	Arena *a, const GoEnv *env, const char *command, Str file, json_t **out, Diags *d)
{
	StrList args = {.arena = a};

	strlist_add(&args, str_from(command));
	strlist_add(&args, S("edit"));
	strlist_add(&args, S("-json"));
	strlist_add(&args, file);
	return go_json(a, env->go, &args, path_dir(file), out, d);
}

// The GODEBUG defaults follow the go line, unless there is a line for them.
static void add_godebug_default(Arena *a, Str go, Workspace *w)
{
	for (isize i = 0; i < w->godebug.n; i++)
		if (str_starts(w->godebug.v[i], S("default=")))
			return;
	// A go.mod without a go line means Go 1.16.
	Str minor = go.len > 0 ? go : S("1.16");
	Str major = str_cut(&minor, '.'), second = str_cut(&minor, '.');
	isize digits = 0;
	while (digits < second.len && second.p[digits] >= '0' && second.p[digits] <= '9')
		digits++; // "27rc1" is 27
	strlist_add(&w->godebug,
		str_format(a, "default=go%.*s.%.*s", STR_ARG(major), (int)digits, second.p));
}

// Directive = word ( value | "(" newline { value newline } ")" ) .
void workspace_godebug(Str text, StrList *out)
{
	bool inside = false, ours = false; // a block, and one of godebug

	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		isize comment = str_find(line, S("//"));
		line = str_trim(comment < 0 ? line : str_slice(line, 0, comment));
		bool godebug = !inside && str_starts(line, S("godebug")) && line.len > 7 &&
			       str_find(S(" \t("), str_slice(line, 7, 8)) >= 0;
		Str value = godebug ? str_trim(str_slice(line, 7, line.len)) : line;
		if (!inside && str_ends(line, S("("))) {
			inside = true;
			ours = godebug;
		} else if (inside && str_eq(line, S(")"))) {
			inside = false;
		} else if (value.len > 0 && (godebug || (inside && ours))) {
			strlist_add(out, value);
		}
	}
}

static Str replace_line(Arena *a, const json_t *replace, Str dir)
{
	const json_t *old = jobj(replace, "Old"), *new = jobj(replace, "New");
	Str old_path = jstr(old, "Path"), old_version = jstr(old, "Version");
	Str new_path = jstr(new, "Path"), new_version = jstr(new, "Version");
	StrBuf b = {.arena = a};

	json_quote(&b, old_path);
	buf_addf(&b, " %.*s => ", STR_ARG(old_version));
	json_quote(&b, new_version.len > 0 ? new_path : path_clean(a, path_join(a, dir, new_path)));
	buf_addf(&b, " %.*s", STR_ARG(new_version));
	return buf_str(&b);
}

bool requirement_parse(Str line, Requirement *out)
{
	Str rest = str_trim(line);

	if (str_starts(rest, S("require ")))
		rest = str_trim(str_slice(rest, 8, rest.len));
	out->path = str_cut(&rest, ' ');
	out->version = str_cut(&rest, ' ');
	out->indirect = str_find(rest, S("// indirect")) >= 0;
	return out->version.len > 1 && out->version.p[0] == 'v' && out->version.p[1] >= '0' &&
	       out->version.p[1] <= '9';
}

Str requirement_line(Arena *a, Str line, Str version)
{
	Requirement r;

	if (!requirement_parse(line, &r))
		return line;
	isize from = r.version.p - line.p;
	return str_format(a, "%.*s%.*s%.*s", (int)from, line.p, STR_ARG(version),
		STR_ARG(str_slice(line, from + r.version.len, line.len)));
}

static void add_replace(Arena *a, Workspace *w, Str path, Str version, Str dir)
{
	StrBuf b = {.arena = a};

	buf_addf(&b, "%.*s %.*s => ", STR_ARG(path), STR_ARG(version));
	json_quote(&b, dir);
	if (!strlist_has(&w->replaces, buf_str(&b)))
		strlist_add(&w->replaces, buf_str(&b));
}

Str module_path(Arena *a, Str dir)
{
	Diags quiet = {.arena = a};
	Str text;

	if (!file_read(a, path_join(a, dir, S("go.mod")), &text, &quiet))
		return S("");
	while (text.len > 0) {
		Str line = str_trim(str_cut(&text, '\n'));
		if (!str_starts(line, S("module ")) && !str_starts(line, S("module\t")))
			continue;
		line = str_trim(str_slice(line, 7, line.len));
		isize comment = str_find(line, S("//"));
		line = comment < 0 ? line : str_trim(str_slice(line, 0, comment));
		bool quoted = line.len >= 2 && (line.p[0] == '"' || line.p[0] == '`');
		return quoted ? str_slice(line, 1, line.len - 1) : line;
	}
	return S("");
}

// A module of the workspace may require another at a version that exists nowhere.
// With packages of ours beside theirs go wants to see that version, too.
static void replace_siblings(Arena *a, Workspace *w)
{
	StrMap dirs = {.arena = a}; // module -> Str *, its folder
	Diags none = {.arena = a};

	for (isize i = 0; i < w->uses.n; i++)
		map_put(&dirs, module_path(a, w->uses.v[i]), &w->uses.v[i]);
	for (isize i = 0; i < w->uses.n; i++) {
		Str text;
		if (!file_read(a, path_join(a, w->uses.v[i], S("go.mod")), &text, &none))
			continue;
		while (text.len > 0) {
			Requirement r;
			if (!requirement_parse(str_cut(&text, '\n'), &r))
				continue;
			const Str *dir = map_get(&dirs, r.path);
			if (dir)
				add_replace(a, w, r.path, r.version, *dir);
		}
	}
}

static bool read_go_work(Arena *a, const GoEnv *env, Workspace *w, Diags *d)
{
	Str dir = path_dir(env->work), text;
	json_t *file;

	if (!file_read(a, env->work, &text, d) || !go_mod_edit(a, env, "work", env->work, &file, d))
		return false;
	const json_t *uses = jlist(file, "Use"), *replaces = jlist(file, "Replace");
	for (size_t i = 0; i < json_array_size(uses); i++)
		strlist_add(&w->uses,
			path_clean(
				a, path_join(a, dir, jstr(json_array_get(uses, i), "DiskPath"))));
	for (size_t i = 0; i < json_array_size(replaces); i++)
		strlist_add(&w->replaces, replace_line(a, json_array_get(replaces, i), dir));
	replace_siblings(a, w);
	workspace_godebug(text, &w->godebug);
	add_godebug_default(a, jstr(file, "Go"), w);
	json_decref(file);
	return true;
}

static bool read_go_mod(Arena *a, const GoEnv *env, Str modfile, Workspace *w, Diags *d)
{
	Str path = modfile.len > 0 ? modfile : env->mod, text;
	json_t *file;

	if (!file_read(a, path, &text, d) || !go_mod_edit(a, env, "mod", path, &file, d))
		return false;
	strlist_add(&w->uses, path_dir(env->mod));
	workspace_godebug(text, &w->godebug);
	add_godebug_default(a, jstr(file, "Go"), w);
	json_decref(file);
	return true;
}

bool workspace_read(Arena *a, const GoEnv *env, Str modfile, Workspace *out, Diags *d)
{
	*out = (Workspace){
		.uses.arena = a, .godebug.arena = a, .replaces.arena = a, .excludes.arena = a};
	out->go = str_starts(env->version, S("go")) ? str_slice(env->version, 2, env->version.len)
						    : S("1.24.0");
	return env->work.len > 0 ? read_go_work(a, env, out, d)
				 : read_go_mod(a, env, modfile, out, d);
}

// ---- versions

bool is_otel_family(Str module)
{
	return str_starts(module, S("go.opentelemetry.io/otel"));
}

static bool is_replaced(const Workspace *w, Str module)
{
	Str start = str_format(w->uses.arena, "%.*s => ", STR_ARG(module));

	for (isize i = 0; i < w->replaces.n; i++)
		if (str_starts(w->replaces.v[i], start))
			return true;
	return false;
}

// moves tells whether a module moves up to ours where ours is higher. OpenTelemetry's SDK does
// not compile with an x/sys from 2020.
static bool moves(const Workspace *w, const Module *m)
{
	if (is_otel_family(m->path))
		return !w->keep_family;
	if (str_eq(m->path, S("golang.org/x/sys")) &&
		version_cmp(m->version, S("v0.0.0-20210401")) < 0)
		return !is_replaced(w, m->path);
	return w->vendored && !is_replaced(w, m->path);
}

// A version that was replaced must not be raised either: the replacement may be for it alone.
static bool raises(const Module *m, Str required)
{
	bool forked = m->replace_path.len > 0 && is_otel_family(m->path);

	return !forked && m->version.len > 0 && version_cmp(m->version, required) < 0;
}

// What a program of ours links, for which signal ("" for all of them), and the oldest
// version that passes our tests.
static const struct {
	const char *module, *signal, *floor;
} family[] = {
	{"go.opentelemetry.io/otel", "", "v1.21.0"},
	{"go.opentelemetry.io/otel/metric", "", "v1.21.0"},
	{"go.opentelemetry.io/otel/sdk", "", "v1.21.0"},
	{"go.opentelemetry.io/otel/trace", "", "v1.21.0"},
	{"go.opentelemetry.io/otel/sdk/metric", "metrics", "v1.28.0"},
	{"go.opentelemetry.io/otel/log", "logs", "v0.17.0"},
	{"go.opentelemetry.io/otel/sdk/log", "logs", "v0.17.0"},
};

bool workspace_has_family(const StrMap *packages, const StrList *signals)
{
	for (isize i = 0; i < countof(family); i++) {
		Str signal = str_from(family[i].signal);
		const Module *m = module_named(packages, str_from(family[i].module));
		if (signal.len > 0 && !strlist_has(signals, signal))
			continue;
		if (!m || (m->version.len > 0 &&
				  version_cmp(m->version, str_from(family[i].floor)) < 0))
			return false;
	}
	return true;
}

void workspace_keep(Workspace *w, const StrMap *packages, Str requirements, StrList *moved)
{
	Arena *a = w->uses.arena;
	StrMap highest = {.arena = a}; // of the modules that move -> Str *, their new version

	while (requirements.len > 0) {
		Str version = str_cut(&requirements, '\n'), path = str_cut(&version, ' ');
		const Module *m = module_named(packages, path);
		if (!m || !raises(m, version))
			continue;
		if (!moves(w, m)) {
			strlist_add(&w->excludes,
				str_format(a, "%.*s %.*s", STR_ARG(path), STR_ARG(version)));
			continue;
		}
		const Str *known = map_get(&highest, path);
		if (known && version_cmp(*known, version) > 0)
			continue;
		Str *new_version = arena_new(a, Str);
		*new_version = version;
		map_put(&highest, path, new_version);
	}
	for (isize i = 0; i < highest.n; i++) {
		Str path = highest.v[i].key, new_version = *(Str *)highest.v[i].value;
		strlist_add(moved, str_format(a, "%.*s %.*s => %.*s", STR_ARG(path),
					   STR_ARG(module_named(packages, path)->version),
					   STR_ARG(new_version)));
	}
}

Str workspace_brings(Str requirements, Str module)
{
	Str highest = S("");

	while (requirements.len > 0) {
		Str version = str_cut(&requirements, '\n'), path = str_cut(&version, ' ');
		if (str_eq(path, module) && version_cmp(version, highest) > 0)
			highest = version;
	}
	return highest;
}

const Module *workspace_unstable(const StrMap *packages, const StrList *moved)
{
	for (isize i = 0; i < moved->n; i++) {
		Str line = moved->v[i], path = str_cut(&line, ' '), from = str_cut(&line, ' ');
		if (is_otel_family(path) && str_starts(from, S("v0.")) &&
			str_find(line, S("=> v1.")) >= 0)
			return module_named(packages, path);
	}
	return NULL;
}

// exceeds tells whether a requirement is higher than what our own modules require of that module.
static bool exceeds(Str requirements, const Requirement *r)
{
	bool known = false;

	while (requirements.len > 0) {
		Str version = str_cut(&requirements, '\n'), path = str_cut(&version, ' ');
		if (!str_eq(path, r->path))
			continue;
		if (version_cmp(r->version, version) <= 0)
			return false;
		known = true;
	}
	return known;
}

// superfluous tells whether a requirement is the user's to make, or nobody's.
static bool superfluous(const Workspace *w, const StrMap *packages, Str requirements, bool ours,
	const Requirement *r)
{
	Arena *a = w->uses.arena;
	Str line = str_format(a, "%.*s %.*s", STR_ARG(r->path), STR_ARG(r->version));

	if (str_starts(r->path, S("otel.tool/")))
		return false;
	if (ours) {
		bool kept = str_find(requirements, str_format(a, "\n%.*s\n", STR_ARG(line))) >= 0;
		return !kept || strlist_has(&w->excludes, line);
	}
	return exceeds(requirements, r) ||
	       (!is_otel_family(r->path) && module_named(packages, r->path) != NULL);
}

Str workspace_go_mod(
	const Workspace *w, const StrMap *packages, Str requirements, bool ours, Str go_mod)
{
	StrBuf b = {.arena = w->uses.arena};

	requirements = str_format(b.arena, "\n%.*s", STR_ARG(requirements));
	while (go_mod.len > 0) {
		Str line = str_cut(&go_mod, '\n');
		Requirement r;
		if (!requirement_parse(line, &r) ||
			!superfluous(w, packages, requirements, ours, &r))
			buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	return buf_str(&b);
}

Str workspace_excludes(const Workspace *w)
{
	StrBuf b = {.arena = w->uses.arena};

	for (isize i = 0; i < w->excludes.n; i++)
		buf_addf(&b, "\nexclude %.*s\n", STR_ARG(w->excludes.v[i]));
	return buf_str(&b);
}

Str workspace_text(Arena *a, const Workspace *w)
{
	StrBuf b = {.arena = a};

	buf_addf(&b, "go %.*s\n", STR_ARG(w->go));
	for (isize i = 0; i < w->godebug.n; i++)
		buf_addf(&b, "\ngodebug %.*s\n", STR_ARG(w->godebug.v[i]));
	for (isize i = 0; i < w->uses.n; i++) {
		buf_add(&b, S("\nuse "));
		json_quote(&b, w->uses.v[i]);
		buf_add(&b, S("\n"));
	}
	for (isize i = 0; i < w->replaces.n; i++)
		buf_addf(&b, "\nreplace %.*s\n", STR_ARG(w->replaces.v[i]));
	return buf_str(&b);
}
