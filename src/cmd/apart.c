#include "cmd/apart.h"

#include "base/buf.h"
#include "cmd/importcfg.h"
#include "cmd/modinfo.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/added.h"
#include "weave/archive.h"

// The file of ours that a program gets.
typedef struct {
	Str file; // its path
	Str at;   // where it would be in the package
} MainFile;

// find_main finds that of the program that go is about to compile or link. False if it gets none.
static bool find_main(Arena *a, MainFile *out)
{
	Str plan = env_get(S("OTEL_GO_PLAN")), package = env_get(S("TOOLEXEC_IMPORTPATH"));
	Diags unread = {.arena = a};
	Str path = path_join(a, plan, S("mains")), text;

	if (env_get(S("OTEL_GO_ADDED")).len == 0 || plan.len == 0 ||
		!file_read(a, path, &text, &unread))
		return false;
	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		if (!str_eq(str_cut(&line, '\t'), package))
			continue;
		out->file = path_join(a, plan, str_cut(&line, '\t'));
		out->at = line;
		return true;
	}
	return false;
}

// build_again tells the front to plan and build once more.
static bool build_again(Arena *a, Diags *d, const char *why)
{
	Str marker = path_join(a, env_get(S("OTEL_GO_PLAN")), S("lost"));

	return file_write_atomic(marker, S("otel.tool/runtime"), 0600, d) &&
	       diag_fault(d, "%s: building it again", why);
}

static bool read_added(Arena *a, Added *out, Diags *d)
{
	Str path = env_get(S("OTEL_GO_ADDED"));

	if (added_read(a, path, out))
		return true;
	file_remove_tree(path, d);
	return build_again(a, d, "a package that otel adds is no longer in the cache");
}

static bool give_up(Arena *a, Diags *d, const char *why)
{
	added_give_up(a, env_get(S("OTEL_GO_ADDED")));
	return build_again(a, d, why);
}

// add_archives adds those that the configuration does not have.
static Str add_archives(Arena *a, Str config, const StrMap *packages, const Added *added)
{
	StrBuf b = {.arena = a};

	buf_add(&b, config);
	if (config.len > 0 && !str_ends(config, S("\n")))
		buf_add(&b, S("\n"));
	for (isize i = 0; i < added->n; i++)
		if (!map_get(packages, added->v[i].package))
			buf_addf(&b, "packagefile %.*s=%.*s\n", STR_ARG(added->v[i].package),
				STR_ARG(added->v[i].file));
	return buf_str(&b);
}

bool apart_compile(Arena *a, Tool *t, Diags *d)
{
	Str config = tool_value(t, "-importcfg"), trim = tool_value(t, "-trimpath"), text;
	MainFile main;
	Added added;

	if (!str_eq(tool_value(t, "-p"), S("main")) || !find_main(a, &main))
		return true;
	if (config.len == 0)
		return give_up(a, d, "go says in a file how package main is to be compiled");
	if (!read_added(a, &added, d) || !file_read(a, config, &text, d))
		return false;
	StrMap packages = importcfg_packages(a, text);
	config = str_format(a, "%.*s.otel", STR_ARG(config));
	if (!file_write_atomic(config, add_archives(a, text, &packages, &added), 0600, d))
		return false;
	tool_set(a, t, &t->argv, "-importcfg", config);
	Str recorded = tool_recorded(a, t, main.at);
	Str rewrites = str_format(
		a, "%.*s=>%.*s;%.*s", STR_ARG(main.file), STR_ARG(recorded), STR_ARG(trim));
	if (tool_flag(t, "-trimpath") >= 0)
		tool_set(a, t, &t->argv, "-trimpath", rewrites);
	else
		tool_insert(t, str_format(a, "-trimpath=%.*s", STR_ARG(rewrites)));
	strlist_add(&t->argv, main.file);
	return true;
}

static Str content_of(Str id)
{
	Str content = id;

	while (id.len > 0)
		content = str_cut(&id, '/');
	return content;
}

// is_same tells whether an archive of the user's build is, build id aside, the one that ours were
// compiled with.
static bool is_same(Arena *a, Str file, const AddedPackage *added, Diags *d)
{
	Str head;

	return str_eq(file, added->file) ||
	       (file_read_head(a, file, ARCHIVE_HEAD, &head, d) &&
		       str_eq(content_of(archive_id(head)), content_of(added->id)));
}

// add_modules adds the lines of our packages' modules to the line with what the program says
// of itself.
static Str add_modules(Arena *a, Str config, const Added *added)
{
	StrList deps = {.arena = a};
	StrBuf b = {.arena = a};

	for (isize i = 0; i < added->n; i++)
		if (added->v[i].dep.len > 0 && !strlist_has(&deps, added->v[i].dep))
			strlist_add(&deps, added->v[i].dep);
	while (config.len > 0) {
		Str line = str_cut(&config, '\n');
		buf_add(&b, modinfo_with(a, line, &deps));
		buf_add(&b, S("\n"));
	}
	return buf_str(&b);
}

bool apart_link(Arena *a, Str *config, Diags *d)
{
	MainFile main;
	Added added;

	if (!find_main(a, &main))
		return true;
	if (!read_added(a, &added, d))
		return false;
	StrMap packages = importcfg_packages(a, *config);
	for (isize i = 0; i < added.n; i++) {
		const Str *file = map_get(&packages, added.v[i].package);
		if (file && !is_same(a, *file, &added.v[i], d))
			return give_up(a, d,
				"the program's packages are not those that what otel adds was "
				"compiled with");
	}
	*config = add_archives(a, add_modules(a, *config, &added), &packages, &added);
	return true;
}
